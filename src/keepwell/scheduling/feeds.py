"""Actions: a practitioner's private calendar address is made, renewed, revoked; and each hour it is read, an entry."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from keepwell.access import door
from keepwell.access.models import Membership
from keepwell.base import clock
from keepwell.base.actor import Actor, Custom, Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.scheduling.models import CalendarFeed, VisitRules

AN_HOUR = dt.timedelta(hours=1)
PREFIX = "kwc_"


@dataclass(frozen=True, slots=True)
class Known:
    """A feed whose token was shown, before anybody is present."""

    feed: UUID
    practice: UUID
    practitioner: UUID


def make(*, by: Actor) -> tuple[CalendarFeed, str]:
    """One's own feed and its token, which nothing keeps. An address that stood before no longer works."""
    token = PREFIX + secrets.token_urlsafe(32)
    return _made(hashed(token), by=by), token


@action("calendar_feed.made")
def _made(digest: bytes, *, by: Actor) -> CalendarFeed:
    "A practitioner's private calendar address was made and shown once; the one before it ended."
    _standing(by.id).update(revoked_at=clock.now())
    return CalendarFeed.objects.create(practitioner_id=by.id, hashed=digest)


@action("calendar_feed.revoked")
def revoke(practitioner: UUID, *, by: Actor) -> int:
    "A practitioner's private calendar address no longer works. How many did."
    return _standing(practitioner).update(revoked_at=clock.now())


def refuse_resting(known: Known) -> None:
    """Raises Refusal FEED_UNKNOWN while its person may not come in at the door either (§ 164.308(a)(3)(ii)(C))."""
    if not Membership.objects.filter(id=known.practitioner, suspended_at=None, person__is_active=True).exists():
        raise Refusal("FEED_UNKNOWN")


def reader(practitioner: UUID, by: Actor) -> Actor:
    """Whose calendar it is, as the policy knows them at work: asked what they may read, never present as themselves."""
    member = Membership.objects.select_related("custom").get(id=practitioner)
    own = member.custom
    custom = Custom(own.id, own.name, frozenset(own.adds), frozenset(own.drops)) if own else None
    return Actor(member.id, by.practice, Role(member.role), Purpose.HOPERAT, custom=custom)


def fetched(known: Known, *, by: Actor) -> None:
    """Somebody's calendar program reads; an entry at most once an hour."""
    before = clock.now() - AN_HOUR
    if not CalendarFeed.objects.filter(id=known.feed, fetched_at__gt=before).exists():
        _fetched(known.feed, by=by)


@action("calendar_feed.fetched")
def _fetched(feed: UUID, *, by: Actor) -> None:
    "A calendar program read a practitioner's calendar with its private address."
    CalendarFeed.objects.filter(id=feed).update(fetched_at=clock.now())


def of(practitioner: UUID) -> CalendarFeed | None:
    """The address that stands."""
    return _standing(practitioner).first()


def known(token: str) -> Known | None:
    """Whose token this is, asked before anybody is present."""
    if not token.startswith(PREFIX) or len(token) > 100 or not token.isascii():
        return None
    found = door.calendar_feed(hashed(token))
    return Known(*found) if found else None


def hashed(token: str) -> bytes:
    """What the table holds of a token."""
    return door.keyed("calendar feeds", token)


def rules() -> VisitRules:
    """The practice's rules; as they come, when nobody set any."""
    return VisitRules.objects.first() or VisitRules()


@action("visit_rules.set")
def set_rules(flexibility_ends: dt.date, initials: bool, *, by: Actor) -> VisitRules:
    "An officer said until when the DEA flexibility runs, and whether calendars outside may show initials."
    if not dt.date(2020, 1, 1) <= flexibility_ends <= dt.date(2100, 1, 1):
        raise Refusal("TIME_ORDER", field="flexibility_ends")
    said = {"flexibility_ends": flexibility_ends, "initials": initials}
    kept, _made_now = VisitRules.objects.update_or_create(practice_id=by.practice, defaults=said)
    return kept


def _standing(practitioner: UUID) -> QuerySet[CalendarFeed]:
    return CalendarFeed.objects.filter(practitioner_id=practitioner, revoked_at=None).order_by("made_at")
