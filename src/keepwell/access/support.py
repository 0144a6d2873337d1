"""A practice's own say about operators: whether they need its approval, and for which time they have it (BAA-SELF)."""

from __future__ import annotations

import datetime as dt

from keepwell.access.models import SupportRule, SupportWindow
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action

HOURS = (1, 4, 24, 72)


def rule() -> SupportRule | None:
    """The rule that operators need approval, if it stands."""
    return SupportRule.objects.filter(ended_at=None).first()


@action("support.approval_required")
def require(*, by: Actor) -> SupportRule:
    "From now on operators come into this practice only in a time it approved."
    return rule() or SupportRule.objects.create(member_id=by.id)


@action("support.approval_waived")
def waive(*, by: Actor) -> None:
    "Operators no longer need this practice's approval; each access still stands in the weekly review."
    SupportRule.objects.filter(ended_at=None).update(ended_at=clock.now())


@action("support.window_approved")
def approve(hours: int, *, by: Actor) -> SupportWindow:
    "This practice lets operators in for some hours. Raises Refusal CHOICE_UNKNOWN."
    if hours not in HOURS:
        raise Refusal("CHOICE_UNKNOWN", field="hours")
    at = clock.now()
    return SupportWindow.objects.create(member_id=by.id, starts_at=at, ends_at=at + dt.timedelta(hours=hours))


@action("support.window_closed")
def close(*, by: Actor) -> None:
    "This practice ends the times it approved, at once."
    at = clock.now()
    SupportWindow.objects.filter(ends_at__gt=at).update(ends_at=at)
