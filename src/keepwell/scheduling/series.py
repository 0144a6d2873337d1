"""Visits that come again: the days a rule gives, and what stands against each before anything is saved."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from keepwell.access.persons import persons
from keepwell.base import clock
from keepwell.base.refusal import Refusal
from keepwell.scheduling import slots, wall
from keepwell.scheduling.models import (
    STANDING,
    Appointment,
    AppointmentSeries,
    HealthcareService,
    License,
    Slot,
)
from keepwell.scheduling.slots import Free, Span

MOST = 104
LONGEST = dt.timedelta(days=731)
"""Two years: no license, no plan and no promise reaches further."""
OFFERED = 12
"""For how many of those that cannot be, other times of the day are looked for."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Every so many weeks or months, until a day. Months keep the weekday: the second Tuesday, the last Friday."""

    every: int
    unit: str
    until: dt.date

    def days(self, first: dt.date) -> list[dt.date]:
        """The days, the first one included. Raises Refusal SERIES_TOO_LONG, TIME_ORDER."""
        if self.until < first or self.every < 1:
            raise Refusal("TIME_ORDER", field="until")
        if self.until - first > LONGEST:
            raise Refusal("SERIES_TOO_LONG", field="until", most=MOST)
        found, number = [], 0
        while (day := self._day(first, number)) <= self.until:
            found.append(day)
            number += 1
            if number > MOST:
                raise Refusal("SERIES_TOO_LONG", field="until", most=MOST)
        return found

    def _day(self, first: dt.date, number: int) -> dt.date:
        if self.unit == AppointmentSeries.Unit.WEEKS:
            return first + dt.timedelta(weeks=self.every * number)
        months = first.month - 1 + self.every * number
        return _same_weekday(first, first.year + months // 12, months % 12 + 1)


def _same_weekday(first: dt.date, year: int, month: int) -> dt.date:
    """The same weekday of another month, as often as it is in its own; a fifth one is the last."""
    which = (first.day - 1) // 7
    days = [week[first.weekday()] for week in calendar.monthcalendar(year, month) if week[first.weekday()]]
    return dt.date(year, month, days[min(which, len(days) - 1)])


@dataclass(frozen=True, slots=True)
class Each:
    """One visit of a series as it would be. Without a start there is no such hour that day."""

    number: int
    day: dt.date
    starts_at: dt.datetime | None
    refusal: Refusal | None = None
    offers: Sequence[Free] = ()
    appointment: Appointment | None = None

    @property
    def fits(self) -> bool:
        return self.refusal is None


@dataclass(slots=True)
class Asked:
    """With whom, how long, for whom and where, whatever the day."""

    service: HealthcareService
    practitioner: UUID
    lasts: dt.timedelta
    state: str
    patient: UUID
    zone: ZoneInfo
    but: Sequence[Appointment] = field(default_factory=list)
    """Visits that are moved themselves, so that their own old times stand in nobody's way."""


def preview(days: Iterable[dt.date], o_clock: dt.time, asked: Asked) -> list[Each]:
    """What would become of each day, in a handful of questions whatever their number."""
    wanted = [_instant(number, day, o_clock, asked.zone) for number, day in enumerate(days)]
    there = [each.starts_at for each in wanted if each.starts_at]
    if not there:
        return wanted
    known = _Known(asked, (min(there), max(there) + asked.lasts))
    looked = [each if each.starts_at is None else known.look(each, each.starts_at) for each in wanted]
    return list(_with_offers(looked, asked))


def _instant(number: int, day: dt.date, o_clock: dt.time, zone: ZoneInfo) -> Each:
    try:
        return Each(number, day, wall.typed(day, o_clock, zone))
    except Refusal as refusal:
        return Each(number, day, None, refusal)


class _Known:
    """Everything booked, open and licensed over the whole time of a series."""

    def __init__(self, asked: Asked, span: Span) -> None:
        self.asked = asked
        self.opens = slots.opens([asked.practitioner], *span)[asked.practitioner]
        own = [a.slot_id for a in asked.but]
        busy = Slot.objects.filter(practitioner_id=asked.practitioner, overbooked=False).exclude(id__in=own)
        busy = busy.filter(
            busy_from__lt=span[1] + dt.timedelta(hours=4), busy_until__gt=span[0] - dt.timedelta(hours=4)
        )
        run_out = Q(status=Slot.Status.HELD, held_until__lte=clock.now())
        free = Q(status=Slot.Status.FREE)
        self.busy = list(busy.exclude(run_out | free).order_by("id").values_list("busy_from", "busy_until"))
        records = persons([asked.patient])[asked.patient]
        theirs = Appointment.objects.filter(patient_id__in=records, status__in=STANDING, overbooked=False)
        theirs = theirs.filter(starts_at__lt=span[1], ends_at__gt=span[0]).exclude(id__in=[a.id for a in asked.but])
        self.theirs = list(theirs.order_by("id").values_list("starts_at", "ends_at"))
        held = License.objects.filter(practitioner_id=asked.practitioner, state=asked.state, ended_at=None)
        self.licenses = list(held.order_by("valid_from"))

    def look(self, each: Each, starts: dt.datetime) -> Each:
        code = self._against(each.day, starts, starts + self.asked.lasts)
        refusal = Refusal(code, state=self.asked.state) if code else None
        return Each(each.number, each.day, starts, refusal)

    def _against(self, day: dt.date, starts: dt.datetime, ends: dt.datetime) -> str:
        service = self.asked.service
        before, after = (dt.timedelta(minutes=m) for m in (service.before_minutes, service.after_minutes))
        if starts <= clock.now():
            return "TIME_PAST"
        if service.clinical and not any(slots.lasts(one, day) for one in self.licenses):
            return "LICENSE_STATE_MISMATCH" if self.asked.state else "LOCATION_REQUIRED"
        if not any(a <= starts and ends <= b for a, b in self.opens):
            return "SLOT_OUTSIDE_HOURS"
        if any(a < ends + after and b > starts - before for a, b in self.busy):
            return "SLOT_TAKEN"
        return "PATIENT_BUSY" if any(a < ends and b > starts for a, b in self.theirs) else ""


def _with_offers(looked: list[Each], asked: Asked) -> Iterable[Each]:
    """Other times of the same day for those that cannot be at their own."""
    left = OFFERED
    for each in looked:
        if each.fits or not left or each.refusal is None or each.refusal.code.startswith(("LICENSE", "LOCATION")):
            yield each
            continue
        left -= 1
        starts, ends = wall.days(each.day, 1, asked.zone)
        free = slots.free(
            asked.service.id, state=asked.state, since=max(starts, clock.now()), until=ends, limit=slots.ALTERNATIVES,
            only=[asked.practitioner],
        )  # fmt: skip
        yield Each(each.number, each.day, each.starts_at, each.refusal, tuple(free))


def to_come(row: Appointment, scope: str) -> list[Appointment]:
    """The visits of a series that a change is about: this one, this and those after it, or all that are to come."""
    if row.series_id is None or scope not in SCOPES[1:]:
        return [row]
    standing = Appointment.objects.select_related("service", "slot").filter(
        series_id=row.series_id, status=Appointment.Status.BOOKED, starts_at__gt=clock.now()
    )
    later = standing.filter(starts_at__gte=row.starts_at) if scope == "following" else standing
    return [row if one.id == row.id else one for one in later.order_by("starts_at", "id")]


SCOPES = ("one", "following", "all")
