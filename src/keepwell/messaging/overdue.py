"""What nobody read in time is told to somebody who can act, and stands on their Today until somebody reads it.

First whoever the rules name, or stands in for them; else whoever sees all messages; else officers and administrators.
Still unread after the same time again, all of these are told. A rule that names somebody who cannot act is a hole:
the rules page shows it, and whoever sets the rules is told.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from keepwell.access import able, notices
from keepwell.access.models import Membership, Notice
from keepwell.access.policy import Can
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.ledger.actions import action
from keepwell.messaging import rules, standing_in
from keepwell.messaging.models import InboxRules, Thread

UNREAD = notices.kind(
    "message.unread",
    _("A message has waited unread for more than %(minutes)s minutes."),
    icon="mail-warning",
    page="thread",
    alarming=True,
)
STILL = notices.kind(
    "message.still_unread",
    _("A message is still unread, though somebody was told %(minutes)s minutes ago."),
    icon="mail-warning",
    page="thread",
    alarming=True,
)
HOLE = notices.kind(
    "message.nobody_told",
    _("Whoever is to be told of unread messages left or is suspended. Choose somebody else."),
    icon="user-x",
    page="inbox-rules",
    alarming=True,
)
LAST = (Role.PRIVACY_OFFICER, Role.SECURITY_OFFICER, Role.ADMINISTRATOR)
MOST = 200


def escalate(*, by: Actor) -> int:
    """Tells somebody of every message nobody has read in time. How many."""
    kept, at = rules.now(), clock.now()
    since = at - dt.timedelta(minutes=kept.escalate_minutes)
    _hole(kept, by=by)
    unread = Thread.objects.filter(seen_at=None, closed_at=None)
    late = list(unread.filter(escalated_at=None, heard_at__lte=since).order_by("heard_at", "id")[:MOST])
    first = whom() if late else []
    for row in late:
        _escalated(row, by=by)
        notices.tell(first, UNREAD, by=by, about=row.id, minutes=kept.escalate_minutes)
    still = list(_untold(unread.filter(escalated_at__lte=since)).order_by("escalated_at", "id")[:MOST])
    everybody = [*standing_in.named(), *_others(), *able.of_roles(LAST)] if still else []
    for row in still:
        notices.tell(everybody, STILL, by=by, about=row.id, minutes=kept.escalate_minutes)
    return len(late)


def _untold(late: QuerySet[Thread]) -> QuerySet[Thread]:
    """Those nobody was told of for the second time: those that were must not stand before the others for ever."""
    told = Notice.objects.filter(kind=STILL, about=OuterRef("id"), made_at__gt=OuterRef("escalated_at"))
    return late.exclude(Exists(told))


def whom() -> list[UUID]:
    """Who is told first now."""
    return standing_in.named() or _others() or able.of_roles(LAST)


def hole(kept: InboxRules) -> Membership | None:
    """The member whom the rules name though they cannot act."""
    if kept.escalate_to_id is None or able.among([kept.escalate_to_id]):
        return None
    return Membership.objects.filter(id=kept.escalate_to_id).first()


@action("message.escalated", about="thread")
def _escalated(thread: Thread, *, by: Actor) -> None:
    "A message has waited unread for longer than the practice allows; somebody is told."
    thread.escalated_at = clock.now()
    thread.save(update_fields=["escalated_at"])


def _hole(kept: InboxRules, *, by: Actor) -> None:
    """Tells once of each hole whoever can mend it."""
    gone = hole(kept)
    if gone is None:
        return
    since = gone.suspended_at or gone.ends_at or gone.starts_at
    if not Notice.objects.filter(kind=HOLE, made_at__gt=since).exists():
        notices.tell(able.who_may(Can.MANAGE_INBOX), HOLE, by=by)


def _others() -> list[UUID]:
    return able.who_may(Can.SEE_ALL_MESSAGES)
