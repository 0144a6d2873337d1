"""Calendars as a page tells them: zone, usual week in a line, what comes after it, and what could be booked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from keepwell.access.models import Membership
from keepwell.base import clock
from keepwell.scheduling import slots, wall
from keepwell.scheduling.models import HealthcareService, License, Schedule, WeeklyHours

WEEK = dt.timedelta(days=7)
SHOWN = 400
"""More free starts than anybody reads: a week of quarter hours."""


@dataclass(frozen=True, slots=True)
class Summary:
    """One provider's calendar in a line of a table."""

    member: Membership
    schedule: Schedule | None
    week: list[WeeklyHours]
    states: list[str]

    @property
    def minutes(self) -> int:
        """How long their week is."""
        return sum(_minutes(row) for row in self.week)


@dataclass(frozen=True, slots=True)
class Version:
    """A usual week and the days between which it holds."""

    from_day: dt.date
    until_day: dt.date | None
    rows: list[WeeklyHours]


@dataclass(frozen=True, slots=True)
class FreeDay:
    """What can be booked on one day, in the provider's own zone."""

    day: dt.date
    starts: list[dt.datetime]


def summaries(members: Sequence[Membership], day: dt.date) -> list[Summary]:
    """Calendars of these members as they are on a day; one question each for zones, hours and licenses."""
    ids = [m.id for m in members]
    schedules = {s.practitioner_id: s for s in Schedule.objects.filter(practitioner_id__in=ids)}
    hours: dict[UUID, list[WeeklyHours]] = {}
    held = Q(until_day=None) | Q(until_day__gte=day)
    for row in WeeklyHours.objects.filter(held, practitioner_id__in=ids, from_day__lte=day).order_by(
        "weekday", "opens"
    ):
        hours.setdefault(row.practitioner_id, []).append(row)
    states: dict[UUID, set[str]] = {}
    valid = Q(valid_until=None) | Q(valid_until__gte=day)
    for who, state in License.objects.filter(
        valid, practitioner_id__in=ids, ended_at=None, valid_from__lte=day
    ).values_list("practitioner_id", "state"):
        states.setdefault(who, set()).add(state)
    return [Summary(m, schedules.get(m.id), hours.get(m.id, []), sorted(states.get(m.id, ()))) for m in members]


def versions(member: UUID, day: dt.date) -> list[Version]:
    """The usual week that holds on a day and those that follow it."""
    found: dict[tuple[dt.date, dt.date | None], list[WeeklyHours]] = {}
    rows = WeeklyHours.objects.filter(Q(until_day=None) | Q(until_day__gte=day), practitioner_id=member)
    for row in rows.order_by("from_day", "weekday", "opens"):
        found.setdefault((row.from_day, row.until_day), []).append(row)
    return [Version(*when, rows) for when, rows in found.items()]


def bookable(member: UUID, service: HealthcareService, state: str, zone: ZoneInfo) -> list[FreeDay]:
    """What the next seven days offer, by the same search that offers it to patients."""
    since = clock.now()
    free = slots.free(service.id, state=state, since=since, until=since + WEEK, limit=SHOWN, only=[member])
    days: dict[dt.date, list[dt.datetime]] = {}
    for one in free:
        days.setdefault(wall.day_of(one.starts_at, zone), []).append(one.starts_at.astimezone(zone))
    return [FreeDay(day, starts) for day, starts in sorted(days.items())]


def spoken(rows: Iterable[WeeklyHours]) -> list[tuple[tuple[int, ...], str]]:
    """Days that have the same hours, together: ((1, 2, 3), "9:00 AM – 5:00 PM")."""
    by_day: dict[int, list[str]] = {}
    for row in rows:
        by_day.setdefault(row.weekday, []).append(f"{_said(row.opens)} – {_said(row.closes)}")
    together: dict[str, list[int]] = {}
    for day, spans in sorted(by_day.items()):
        together.setdefault(", ".join(spans), []).append(day)
    return [(tuple(days), words) for words, days in together.items()]


def _said(at: dt.time) -> str:
    return f"{at.hour % 12 or 12}:{at:%M} {'AM' if at.hour < 12 else 'PM'}"


def _minutes(row: WeeklyHours) -> int:
    return (row.closes.hour - row.opens.hour) * 60 + row.closes.minute - row.opens.minute
