"""Clocks on walls: what people type becomes an instant, and hours that do not exist are refused by name.

An hour that comes twice (the night clocks go back) is its second, standard one, as the database reads it too.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from keepwell.base import clock
from keepwell.base.refusal import Refusal


def zone(name: str) -> ZoneInfo:
    """A zone by its IANA name. Raises Refusal ZONE_UNKNOWN."""
    if name not in _zones():
        raise Refusal("ZONE_UNKNOWN", field="time_zone")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Refusal("ZONE_UNKNOWN", field="time_zone") from error


def instant(day: dt.date, o_clock: dt.time, where: ZoneInfo) -> dt.datetime:
    """The instant of an o'clock on a day, in UTC. Raises Refusal HOUR_MISSING on a night that skips it."""
    local = dt.datetime.combine(day, o_clock, where).replace(fold=1)
    at = local.astimezone(dt.UTC)
    if at.astimezone(where).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Refusal("HOUR_MISSING", field="time", time=f"{o_clock:%H:%M}", day=day.isoformat(), zone=where.key)
    return at


def reading(day: dt.date, o_clock: dt.time, where: ZoneInfo) -> dt.datetime:
    """The instant at which a wall shows an o'clock; one that a night skips is when the skip ends."""
    return dt.datetime.combine(day, o_clock, where).replace(fold=1).astimezone(dt.UTC)


def typed(day: dt.date, o_clock: dt.time, where: ZoneInfo) -> dt.datetime:
    """The instant of an o'clock somebody typed for one visit. Raises Refusal HOUR_MISSING, and HOUR_TWICE as well."""
    at = instant(day, o_clock, where)
    first = dt.datetime.combine(day, o_clock, where).replace(fold=0)
    if first.utcoffset() != first.replace(fold=1).utcoffset():
        raise Refusal("HOUR_TWICE", field="time", time=f"{o_clock:%H:%M}", day=day.isoformat(), zone=where.key)
    return at


def day_of(at: dt.datetime, where: ZoneInfo) -> dt.date:
    """On which day of a zone an instant falls."""
    return at.astimezone(where).date()


def days(first: dt.date, count: int, where: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """From midnight to midnight: a day has 23, 24 or 25 hours."""
    begins, ends = (dt.datetime.combine(d, dt.time(), where) for d in (first, first + dt.timedelta(days=count)))
    return begins.astimezone(dt.UTC), ends.astimezone(dt.UTC)


def to_come(starts: dt.datetime, ends: dt.datetime) -> None:
    """Raises Refusal TIME_ORDER if it ends before it starts, TIME_PAST if it has begun."""
    if ends <= starts:
        raise Refusal("TIME_ORDER", field="ends_at")
    if starts <= clock.now():
        raise Refusal("TIME_PAST", field="starts_at")


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
