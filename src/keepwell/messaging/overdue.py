"""What nobody read in time is told to a named person, once, and stands on their Today until somebody reads it."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keepwell.access import notices
from keepwell.access.models import Membership
from keepwell.access.policy import MAY_DO, Can
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.ledger.actions import action
from keepwell.messaging import rules
from keepwell.messaging.models import Thread

UNREAD = notices.kind(
    "message.unread",
    _("A message has waited unread for more than %(minutes)s minutes."),
    icon="mail-warning",
    page="thread",
    alarming=True,
)


def escalate(*, by: Actor) -> int:
    """Tells whom the rules name of every message nobody has read in time. How many."""
    kept = rules.now()
    since = clock.now() - dt.timedelta(minutes=kept.escalate_minutes)
    late = Thread.objects.filter(seen_at=None, escalated_at=None, closed_at=None, heard_at__lte=since)
    rows = list(late.order_by("heard_at", "id")[:200])
    whom = [kept.escalate_to_id] if kept.escalate_to_id else _who_sees_all()
    for row in rows:
        _escalated(row, by=by)
        notices.tell(whom, UNREAD, by=by, about=row.id, minutes=kept.escalate_minutes)
    return len(rows)


@action("message.escalated", about="thread")
def _escalated(thread: Thread, *, by: Actor) -> None:
    "A message has waited unread for longer than the practice allows; somebody is told."
    thread.escalated_at = clock.now()
    thread.save(update_fields=["escalated_at"])


def _who_sees_all() -> list[UUID]:
    roles = [role for role, held in MAY_DO.items() if Can.SEE_ALL_MESSAGES in held]
    here = Membership.objects.filter(Q(ends_at=None) | Q(ends_at__gt=clock.now()), role__in=roles)
    return list(here.order_by("id").values_list("id", flat=True))
