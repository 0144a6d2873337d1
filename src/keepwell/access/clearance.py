"""What must be known of somebody before they may work here (45 CFR § 164.308(a)(3)(ii)(A) and (B)). Choices only.

Results are kept as passed or failed with where that was looked up; no document, no number, no report is ever kept.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from keepwell.access.models import ClearanceCheck, Grant
from keepwell.base.actor import Role
from keepwell.base.refusal import Refusal

KINDS = {
    "employee": _("employee"),
    "contractor": _("contractor"),
    "student": _("student"),
    "volunteer": _("volunteer"),
    "vendor": _("vendor's support staff"),
}
"""Who belongs to the workforce (45 CFR § 160.103)."""

PROOFS = {
    "in_person": _("Photo ID seen in person"),
    "by_video": _("Photo ID seen by video"),
    "service": _("Checked by an identity service"),
    "known": _("Known to the practice for more than a year"),
}
"""How somebody's identity was checked."""

ITEMS = {
    "exclusion": _("Not on a federal exclusion list"),
    "background": _("Background check"),
    "license": _("License to practice"),
    "supervision": _("Supervision agreed"),
}

SOURCES = {
    "oig": _("HHS OIG exclusion list"),
    "board": _("state board"),
    "agency": _("screening agency"),
    "document": _("document seen"),
    "school": _("school or program"),
}

_EVERYBODY = ("exclusion", "background")
_ALSO = {Role.PRACTITIONER: ("license",), Role.TRAINEE: ("supervision",)}

HIRED = (
    Role.FRONT_DESK,
    Role.COORDINATOR,
    Role.PRACTITIONER,
    Role.TRAINEE,
    Role.BILLER,
    Role.MARKETER,
    Role.PRIVACY_OFFICER,
    Role.SECURITY_OFFICER,
    Role.ADMINISTRATOR,
    Role.AUDITOR,
)
"""The roles somebody can be given to work in."""

PRIVILEGED = frozenset({Role.ADMINISTRATOR, Role.PRIVACY_OFFICER, Role.SECURITY_OFFICER, Role.AUDITOR})
"""Roles that a second person approves."""

GENERIC = frozenset(
    "admin administrator assistant billing care clinic contact desk doctor doctors everyone frontdesk front-desk hello "
    "help info mail manager noreply nurse nurses office practice reception receptionist schedule scheduling shared "
    "staff support team test user visits welcome".split()
)
"""Names of desks and not of people, before the @."""


def needed(role: str) -> tuple[str, ...]:
    """The items of the checklist for a role, all mandatory."""
    return (*_EVERYBODY, *_ALSO.get(Role(role), ()))


def checks(grant: Grant) -> dict[str, ClearanceCheck]:
    """The latest check of each item."""
    return {c.item: c for c in ClearanceCheck.objects.filter(grant=grant).order_by("checked_at")}


def require(grant: Grant) -> None:
    """Raises Refusal ACCESS_NOT_APPROVED, IDENTITY_NOT_CHECKED or CLEARANCE_INCOMPLETE while something is open."""
    if grant.approved_at is None:
        raise Refusal("ACCESS_NOT_APPROVED")
    if not grant.proof and grant.replaces_id is None:
        raise Refusal("IDENTITY_NOT_CHECKED")
    done = checks(grant)
    still = [item for item in needed(grant.role) if item not in done or not done[item].passed]
    if still:
        raise Refusal("CLEARANCE_INCOMPLETE", items=", ".join(str(ITEMS[item]) for item in still))


def own_account(email: str) -> None:
    """Raises Refusal SHARED_ACCOUNT_FORBIDDEN for an address that names a desk (45 CFR § 164.312(a)(2)(i))."""
    if email.partition("@")[0].partition("+")[0].strip("0123456789._-") in GENERIC:
        raise Refusal("SHARED_ACCOUNT_FORBIDDEN", field="email")


def words(table: Mapping[str, object], key: str) -> str:
    """A choice in words; one that this version does not know, as it is."""
    return said(str(table.get(key, key)))
