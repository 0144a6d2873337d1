"""Looking at emergency and operator access afterwards (45 CFR § 164.308(a)(1)(ii)(D)): never at one's own."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell.access import alarms, alternates, notices
from keepwell.access.models import EmergencyAccess, Membership, OperatorAccess, Outcome
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger import reasons
from keepwell.ledger.actions import action

LEAST = 10
"""Characters of the line that says what was looked at."""

OUTCOMES = {
    Outcome.APPROPRIATE: _("Appropriate"),
    Outcome.UNEXPLAINED: _("Needs an explanation"),
    Outcome.REFERRED: _("Not appropriate: refer it"),
}

ASKED = notices.kind(
    "review.asked", _("An officer asks you about an emergency access of yours."), icon="message-circle-question-mark",
    page="emergency-own", alarming=True,
)  # fmt: skip
REFERRED = notices.kind(
    "review.referred", _("%(who)s found an access that was not appropriate and refers it."), icon="siren",
    page="review", alarming=True,
)  # fmt: skip

Reviewed = EmergencyAccess | OperatorAccess


def found(access: UUID) -> Reviewed:
    """An access of either kind. Raises Refusal NOT_FOUND."""
    emergency = EmergencyAccess.objects.select_related("member", "reviewer").filter(id=access).first()
    operator = None if emergency else OperatorAccess.objects.select_related("reviewer").filter(id=access).first()
    row = emergency or operator
    if row is None:
        raise Refusal("NOT_FOUND")
    return row


def is_own(access: Reviewed, by: Actor) -> bool:
    """Whether the reviewer is the person whose access it is, in whichever role."""
    if isinstance(access, EmergencyAccess):
        return access.member.person_id == alternates.person_of(by)
    me = Membership.objects.select_related("person").get(id=by.id)
    said = access.named.casefold()
    return access.person_id == me.person_id or said in (me.name.casefold(), (me.person.email or "").casefold())


def decide(access: Reviewed, outcome: str, comment: str, *, by: Actor) -> Reviewed:
    """What an officer found. Raises Refusal REVIEW_OWN_ACTIVITY, REVIEW_OUTCOME_REQUIRED."""
    if is_own(access, by):
        raise Refusal("REVIEW_OWN_ACTIVITY")
    if outcome not in OUTCOMES or len(comment.strip()) < LEAST:
        field = "comment" if outcome in OUTCOMES else "outcome"
        raise Refusal("REVIEW_OUTCOME_REQUIRED", field=field, least=LEAST)
    said = reasons.record("access.judged", comment, by, about=[access.subject_id], detail={"outcome": outcome})
    reviewed = _reviewed(access, Outcome(outcome), said, by=by)
    _pass_on(reviewed, by)
    return reviewed


@action("access.reviewed", about="access")
def _reviewed(access: Reviewed, outcome: Outcome, comment: UUID, *, by: Actor) -> Reviewed:
    "An officer looked at an emergency or operator access and says what they found."
    access.outcome, access.comment, access.reviewer_id, access.reviewed_at = outcome, comment, by.id, clock.now()
    access.save(update_fields=["outcome", "comment", "reviewer", "reviewed_at"])
    return access


def _pass_on(access: Reviewed, by: Actor) -> None:
    """Asks the one who has something to explain; tells every officer of what was referred."""
    me = Membership.objects.get(id=by.id)
    if access.outcome == Outcome.REFERRED:
        others = [officer for officer in alarms.officers() if officer != by.id]
        notices.tell(others, REFERRED, by=by, about=access.id, who=me.name)
    elif access.outcome == Outcome.UNEXPLAINED and isinstance(access, EmergencyAccess):
        notices.tell([access.member_id], ASKED, by=by, about=access.id)


def explain(access: EmergencyAccess, words: str, *, by: Actor) -> EmergencyAccess:
    """The person's own answer; the access is looked at again. Raises Refusal NOT_FOUND, BREAKGLASS_REASON_REQUIRED."""
    if access.member_id != by.id or access.outcome != Outcome.UNEXPLAINED:
        raise Refusal("NOT_FOUND")
    if len(words.strip()) < LEAST:
        raise Refusal("BREAKGLASS_REASON_REQUIRED", field="answer", least=LEAST)
    said = reasons.record("emergency_access.answered", words, by, about=[access.patient_id])
    return _explained(access, said, by=by)


@action("emergency_access.explained", about="access")
def _explained(access: EmergencyAccess, answer: UUID, *, by: Actor) -> EmergencyAccess:
    "Somebody explained an emergency access an officer had asked about; it waits for the officers again."
    access.answer, access.outcome = answer, ""
    access.save(update_fields=["answer", "outcome"])
    return access
