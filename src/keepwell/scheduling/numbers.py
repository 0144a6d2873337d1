"""The owner's numbers: visits, no-shows, cancellations and booked time, by week, provider and service.

Plain columns only: nothing is opened, and each table is one question.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncWeek

from keepwell.base.actor import Actor
from keepwell.ledger.actions import action
from keepwell.scheduling import wall
from keepwell.scheduling.models import STANDING, Appointment

S = Appointment.Status
WEEK = dt.timedelta(days=7)
HOUR = 3600

_TIME = """
SELECT w.n, h.practitioner_id,
  coalesce((SELECT sum(extract(epoch FROM upper(r) - lower(r))) FROM unnest(h.works) r), 0)::bigint,
  coalesce((SELECT sum(extract(epoch FROM s.busy_until - s.busy_from)) FROM scheduling_slot s
    WHERE s.practitioner_id = h.practitioner_id AND s.status <> 'free' AND s.status = 'busy' AND NOT s.overbooked
      AND s.busy_until > w.starts AND s.starts_at >= w.starts AND s.starts_at < w.ends), 0)::bigint
FROM (SELECT n, (%s::date + 7 * n)::timestamp AT TIME ZONE %s AS starts,
             (%s::date + 7 * (n + 1))::timestamp AT TIME ZONE %s AS ends FROM generate_series(0, %s - 1) n) w,
  LATERAL scheduling_hours(%s::uuid[], w.starts, w.ends) h ORDER BY w.n"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which weeks, whole ones from a Monday on, and of whom or what."""

    first: dt.date
    weeks: int
    zone: ZoneInfo
    provider: UUID | None = None
    service: UUID | None = None


@dataclass(slots=True)
class Tally:
    """What visits came to. `booked` are promised and not yet begun or noted."""

    label: Any
    seen: int = 0
    missed: int = 0
    cancelled: int = 0
    booked: int = 0
    open_seconds: int = 0
    busy_seconds: int = 0

    @property
    def rate(self) -> float | None:
        """No-shows in a hundred of those whose time came."""
        came = self.seen + self.missed
        return round(100 * self.missed / came, 1) if came else None

    @property
    def used(self) -> float | None:
        """Booked hours in a hundred of the hours worked."""
        return round(100 * self.busy_seconds / self.open_seconds, 1) if self.open_seconds else None

    @property
    def hours(self) -> float:
        return round(self.open_seconds / HOUR, 1)

    @property
    def busy(self) -> float:
        return round(self.busy_seconds / HOUR, 1)


@dataclass(slots=True)
class Numbers:
    """Three tables."""

    weeks: list[Tally] = field(default_factory=list)
    providers: list[Tally] = field(default_factory=list)
    services: list[Tally] = field(default_factory=list)


def of(asked: Asked, providers: Sequence[tuple[UUID, str]]) -> Numbers:
    """Four questions: by week, by provider, by service, and the hours of each provider and week."""
    weeks = {asked.first + n * WEEK: Tally(asked.first + n * WEEK) for n in range(asked.weeks)}
    for row in _rows(_counted(asked).annotate(week=TruncWeek("starts_at", tzinfo=asked.zone)), "week"):
        _fill(weeks[row["week"].astimezone(asked.zone).date()], row)
    names = dict(providers)
    whose: dict[UUID, Tally] = {}
    for row in _grouped(asked, "practitioner"):
        whose[row["practitioner_id"]] = _fill(Tally(row["practitioner__name"]), row)
    services = [_fill(Tally(row["service__name"]), row) for row in _grouped(asked, "service")]
    found = Numbers(list(weeks.values()), services=services)
    if asked.service is None:
        ids = [i for i in names if asked.provider in (None, i)]
        for n, member, opened, busy in _time(asked, ids):
            for tally in (found.weeks[n], whose.setdefault(member, Tally(names[member]))):
                tally.open_seconds += opened
                tally.busy_seconds += busy
    found.providers = sorted(whose.values(), key=lambda tally: str(tally.label))
    return found


_COUNTS = {
    "seen": Count("id", filter=Q(status=S.FULFILLED)),
    "missed": Count("id", filter=Q(status=S.NO_SHOW)),
    "cancelled": Count("id", filter=Q(status=S.CANCELLED)),
    "booked": Count("id", filter=Q(status__in=STANDING)),
}


def _counted(asked: Asked) -> QuerySet[Appointment]:
    begins, ends = wall.days(asked.first, 7 * asked.weeks, asked.zone)
    rows = Appointment.objects.filter(starts_at__gte=begins, starts_at__lt=ends)
    if asked.provider:
        rows = rows.filter(practitioner_id=asked.provider)
    return rows.filter(service_id=asked.service) if asked.service else rows


def _grouped(asked: Asked, by: str) -> list[dict[str, Any]]:
    return _rows(_counted(asked), f"{by}__name", f"{by}_id")


def _rows(of: Any, *keys: str) -> list[dict[str, Any]]:
    """The counts of each group, in order."""
    return list(of.values(*keys).annotate(**_COUNTS).order_by(*keys))


def _fill(tally: Tally, row: dict[str, Any]) -> Tally:
    for name in _COUNTS:
        setattr(tally, name, row[name])
    return tally


def _time(asked: Asked, members: Iterable[UUID]) -> list[tuple[int, UUID, int, int]]:
    with connection.cursor() as cursor:
        zone = asked.zone.key
        cursor.execute(_TIME, [asked.first, zone, asked.first, zone, asked.weeks, list(members)])
        return list(cursor.fetchall())


HEAD = (
    "what",
    "name",
    "seen",
    "no-shows",
    "cancelled",
    "booked",
    "no-show %",
    "hours worked",
    "hours booked",
    "used %",
)


def as_csv(numbers: Numbers) -> str:
    """The three tables below each other, for a spreadsheet. No cell begins a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for what, tallies in (("week", numbers.weeks), ("provider", numbers.providers), ("service", numbers.services)):
        for t in tallies:
            row = (what, _plain(str(t.label)), t.seen, t.missed, t.cancelled, t.booked, t.rate, t.hours, t.busy, t.used)
            writer.writerow("" if cell is None else cell for cell in row)
    return out.getvalue()


def _plain(words: str) -> str:
    return f"'{words}" if words[:1] in "=+-@\t\r" else words


@action("numbers.exported")
def exported(*, by: Actor) -> None:
    "Counts of visits were downloaded for a spreadsheet. They name no patient."
