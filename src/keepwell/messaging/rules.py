"""The practice's rules for its inbox; without a row, those that careful practices begin with."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.messaging.models import InboxRules
from keepwell.tasks.asks import POOLS, For

SHORTEST, LONGEST = 5, 7 * 24 * 60
"""Minutes between which a promise to answer makes sense."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a practice sets."""

    pool: str
    answer_minutes: int
    escalate_minutes: int
    escalate_to: UUID | None
    auto_answer: bool
    phone: str


def now() -> InboxRules:
    """The rules in force."""
    return InboxRules.objects.first() or InboxRules()


@action("inbox.rules_set")
def keep(asked: Asked, *, by: Actor) -> InboxRules:
    """How soon messages are answered, who is told when nobody read one, and what is answered at once.

    Raises Refusal MINUTES_UNSUITABLE, TASK_FOR_NOBODY.
    """
    for field in ("answer_minutes", "escalate_minutes"):
        if not SHORTEST <= getattr(asked, field) <= LONGEST:
            raise Refusal("MINUTES_UNSUITABLE", field=field, least=SHORTEST, most=LONGEST)
    if asked.pool not in POOLS:
        raise Refusal("TASK_FOR_NOBODY", field="pool")
    if asked.escalate_to:
        For(member=asked.escalate_to).checked()
    row = InboxRules.objects.select_for_update().first() or InboxRules()
    row.pool, row.answer_minutes, row.escalate_minutes = asked.pool, asked.answer_minutes, asked.escalate_minutes
    row.escalate_to_id, row.auto_answer, row.phone = asked.escalate_to, asked.auto_answer, asked.phone
    row.save()
    return row
