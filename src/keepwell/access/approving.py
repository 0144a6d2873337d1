"""Who worded a consent text is not the only one who approves it; where there is nobody else, the log says why.

Compared by person, never by membership (access/alternates.py). Approval is for these exact words: a change ends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell.access import able, notices
from keepwell.access.models import ConsentText, Membership
from keepwell.access.policy import MAY_DO, Can
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action

TO_APPROVE = notices.kind(
    "consent_text.waits", _("Consent texts wait for you to read and approve them"), icon="stamp", page="consent-text"
)
ALONE = {
    "sole": _("There is nobody else in this practice who could read it"),
    "away": _("Whoever else could read it has left, and patients are asked today"),
}
"""Why somebody publishes their own wording. Taken only where nobody else could approve it."""


def approvers(text: ConsentText) -> list[Membership]:
    """Who may approve these words: officers and administrators who can sign in, and whose person did not word them."""
    roles = [role for role, can in MAY_DO.items() if Can.APPROVE_CONSENT_TEXTS in can and role is not Role.SYSTEM]
    author, found = _worded(text), able.members().filter(role__in=roles)
    return [member for member in found.order_by("name", "id") if member.person_id != author]


def ask(texts: Sequence[ConsentText], *, by: Actor) -> None:
    """Tells everybody who may approve these, once. Raises Refusal STALE_VERSION once one is published."""
    whom: dict[UUID, UUID] = {}
    for text in texts:
        _draft(text)
        for member in approvers(text):
            whom.setdefault(member.id, text.id)
    for about in dict.fromkeys(whom.values()):
        notices.tell([member for member, first in whom.items() if first == about], TO_APPROVE, by=by, about=about)


def approve(text: ConsentText, *, by: Actor) -> ConsentText:
    """Somebody else read these words. Raises Refusal CONSENT_TEXT_UNAPPROVED to who worded them, STALE_VERSION."""
    _draft(text)
    if _own(text, by.id):
        raise Refusal("CONSENT_TEXT_UNAPPROVED")
    return _approved(text, text.digest, by=by)


@action("consent_text.approved", cites="digest")
def _approved(text: ConsentText, digest: str, *, by: Actor) -> ConsentText:
    "Somebody who did not word a consent text read and approved it."
    text.approved_by, text.approved_at = by.id, clock.now()
    text.save(update_fields=["approved_by", "approved_at"])
    return text


def waiting() -> list[ConsentText]:
    """The drafts nobody else has approved, the order of the page."""
    drafts = ConsentText.objects.filter(published_at=None, approved_at=None)
    return list(drafts.order_by("kind", "language", "version"))


def require(text: ConsentText, by: Actor, alone: str = "") -> str:
    """The reason why one person was enough, or nothing where two have seen it. Raises CONSENT_TEXT_UNAPPROVED.

    Whoever publishes what somebody else worded has read it.
    """
    second = text.approved_by is not None and not _own(text, text.approved_by)
    if second or not _own(text, by.id):
        return ""
    if alone not in ALONE or approvers(text):
        raise Refusal("CONSENT_TEXT_UNAPPROVED", field="alone")
    return alone


def own(text: ConsentText, by: Actor) -> bool:
    """Whether this person worded it."""
    return _own(text, by.id)


def _own(text: ConsentText, member: UUID) -> bool:
    person = _worded(text)
    return person is not None and person == _person(member)


def _worded(text: ConsentText) -> UUID | None:
    return _person(text.worded_by or text.drafted_by)


def _person(member: UUID | None) -> UUID | None:
    return Membership.objects.filter(id=member).values_list("person_id", flat=True).first() if member else None


def _draft(text: ConsentText) -> None:
    if text.published_at is not None:
        raise Refusal("STALE_VERSION")
