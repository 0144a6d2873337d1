"""Alarming notices in the app that nobody has seen yet also go by e-mail, once, if somebody carries e-mail for us.

The e-mail says that something needs its reader, and where to sign in; what it is stands in the app alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.urls import reverse

from keepwell.access import notices
from keepwell.access.models import Notice
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.sending import Channel
from keepwell.outbound import actions
from keepwell.outbound.asks import Draft
from keepwell.outbound.clearance import Cleared
from keepwell.outbound.composing import compose

AFTER, UNTIL, MOST = dt.timedelta(minutes=2), dt.timedelta(days=1), 50


def forward(*, by: Actor) -> int:
    """Sends what is due; how many. While nobody carries e-mail nothing is asked for, so nothing piles up."""
    alarming = [name for name, kind in notices.KINDS.items() if kind.alarming]
    return _sent(alarming, clock.now() - AFTER, by)


def at_once(*kinds: str, by: Actor) -> int:
    """The same now, for what cannot wait until somebody looks: that nothing leaves any more by some channel."""
    return _sent(kinds, clock.now(), by)


def _sent(kinds: Collection[str], until: dt.datetime, by: Actor) -> int:
    since = clock.now() - UNTIL
    unseen = Notice.objects.filter(kind__in=kinds, seen_at=None, made_at__gt=since, made_at__lte=until)
    drafts = [_draft(notice) for notice in unseen.order_by("made_at")[:MOST]]
    known = actions.standing(d.key for d in drafts)
    fresh = [d for d in drafts if d.key not in known]
    if not fresh or not isinstance(compose(fresh[:1], by=by)[0].answer, Cleared):
        return 0
    return len(actions.send_each(fresh, by=by))


def _draft(notice: Notice) -> Draft:
    values = {"link": reverse("today")}
    return Draft(
        "staff.alert", member=notice.member_id, ways=(Channel.EMAIL,), values=values, key=f"notice:{notice.id}"
    )
