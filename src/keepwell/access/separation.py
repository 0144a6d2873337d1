"""Roles that one person cannot hold in one practice together (45 CFR § 164.308(a)(4)(ii)(B), separation of duties).

Officers may also see patients: a practice of two could not work otherwise. Their own cases go to somebody else
(`access.alternates`). But nobody audits what they do themselves, and a patient's sign-in is never the workforce's.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from keepwell.access.models import Membership
from keepwell.access.words import role_word
from keepwell.base import clock
from keepwell.base.actor import Role
from keepwell.base.refusal import Refusal

ALONE = frozenset({Role.AUDITOR, Role.SUPPORT})
"""Roles that go with no other."""

PATIENTS = frozenset({Role.PATIENT, Role.PROXY})
"""Roles of patients and whoever acts for them; they go with each other only."""


def conflict(one: Role, other: Role) -> bool:
    """Whether a person who holds one of these may not hold the other as well."""
    if one == other:
        return False
    return bool(ALONE & {one, other}) or (one in PATIENTS) != (other in PATIENTS)


def refuse_conflict(person: UUID, role: Role) -> None:
    """Raises Refusal ROLE_CONFLICT when the person holds a role that does not go with this one."""
    held = Membership.objects.filter(Q(ends_at=None) | Q(ends_at__gt=clock.now()), person_id=person)
    for other in held.order_by("role").values_list("role", flat=True):
        if conflict(role, Role(other)):
            raise Refusal("ROLE_CONFLICT", field="role", a=role_word(role), b=role_word(other))
