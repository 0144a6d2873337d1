"""The practice's rules for its inbox; without a row, those that careful practices begin with."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from keepwell.access import able
from keepwell.base import text
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.messaging.models import InboxRules
from keepwell.outbound import agreements, reaching
from keepwell.tasks.asks import POOLS

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
    closed_from: dt.date | None = None
    opens_on: dt.date | None = None


def now() -> InboxRules:
    """The rules in force."""
    return InboxRules.objects.first() or InboxRules()


def closed(kept: InboxRules) -> bool:
    """Whether nobody is there today, by the practice's own clock."""
    if not kept.closed_from or not kept.opens_on:
        return False
    return bool(kept.closed_from <= agreements.today_at(kept.practice) < kept.opens_on)


def number(kept: InboxRules, by: Actor) -> str:
    """Where the practice is called: as the inbox says, else as its messages say; empty when nobody wrote one down."""
    said = kept.phone or reaching.sender(by).phone
    return said if text.phone(said) else ""


@action("inbox.rules_set")
def keep(asked: Asked, *, by: Actor) -> InboxRules:
    """How soon messages are answered, who is told when nobody read one, and what is answered at once.

    Raises Refusal MINUTES_UNSUITABLE, TASK_FOR_NOBODY, PHONE_UNREADABLE, TIME_ORDER, FIELD_EMPTY.
    """
    for field in ("answer_minutes", "escalate_minutes"):
        if not SHORTEST <= getattr(asked, field) <= LONGEST:
            raise Refusal("MINUTES_UNSUITABLE", field=field, least=SHORTEST, most=LONGEST)
    if asked.pool not in POOLS:
        raise Refusal("TASK_FOR_NOBODY", field="pool")
    if asked.phone and text.phone(asked.phone) is None:
        raise Refusal("PHONE_UNREADABLE", field="phone")
    if bool(asked.closed_from) != bool(asked.opens_on) or (
        asked.closed_from and asked.opens_on and asked.closed_from >= asked.opens_on
    ):
        raise Refusal("TIME_ORDER", field="opens_on")
    if asked.auto_answer and not number(InboxRules(phone=asked.phone), by):
        raise Refusal("FIELD_EMPTY", field="phone")
    if asked.escalate_to and not able.among([asked.escalate_to]):
        raise Refusal("TASK_FOR_NOBODY", field="escalate_to")
    row = InboxRules.objects.select_for_update().first() or InboxRules()
    row.pool, row.answer_minutes, row.escalate_minutes = asked.pool, asked.answer_minutes, asked.escalate_minutes
    row.escalate_to_id, row.auto_answer, row.phone = asked.escalate_to, asked.auto_answer, asked.phone
    row.closed_from, row.opens_on = asked.closed_from, asked.opens_on
    row.save()
    return row
