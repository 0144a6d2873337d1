"""The day sheet: who comes on a day, when by whose clock, and whether they are ready; on paper for when all is down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from keepwell import charts
from keepwell.access import policy
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.charts.excerpts import plan
from keepwell.ledger.actions import action
from keepwell.patients import handling
from keepwell.patients.excerpts import NameTag, Reach, Whereabouts
from keepwell.patients.excerpts_calls import Handlings
from keepwell.scheduling import wall
from keepwell.scheduling.models import Appointment
from keepwell.scheduling.readiness import Facts, Mark
from keepwell.scheduling.words import STATUSES

S = Appointment.Status
COMES = (S.BOOKED, S.ARRIVED, S.CHECKED_IN, S.FULFILLED, S.NO_SHOW)
MOST = 300
"""More visits than one page of paper after another is good for."""


@dataclass(frozen=True, slots=True)
class Line:
    """One visit of the day. Empty where this role may not know."""

    row: Appointment
    name: str
    birth_date: dt.date | None
    phone: str
    here: str
    theirs: str
    marks: list[Mark]
    desk: list[handling.Mark]

    @property
    def status(self) -> tuple[Any, str, str]:
        return STATUSES[S(self.row.status)]


def lines(day: dt.date, zone: ZoneInfo, *, by: Actor, provider: UUID | None = None) -> list[Line]:
    """Who comes, in the order of the clock; names, phones, zones and what the desk has to know from one opening."""
    begins, ends = wall.days(day, 1, zone)
    found = Appointment.objects.select_related("service", "practitioner").filter(
        starts_at__gte=begins, starts_at__lt=ends, status__in=COMES
    )
    if provider:
        found = found.filter(practitioner_id=provider)
    rows = list(found.order_by("starts_at", "id")[:MOST])
    opened, facts = _Opened(rows, by), Facts(rows, day)
    return [_line(row, opened, facts, zone) for row in rows]


class _Opened:
    """What of the patients this role may read, in one opening."""

    def __init__(self, rows: Iterable[Appointment], by: Actor) -> None:
        whom = sorted({row.patient_id for row in rows})
        wanted = [e for e in (NameTag, Whereabouts, Reach, Handlings) if plan(e).classes <= policy.visible(by)]
        chart = charts.open(whom, *wanted, by=by, listed=True, partly=True) if whom and wanted else None
        self.tags = chart.each(NameTag) if chart and NameTag in wanted else {}
        self.lives = chart.each(Whereabouts) if chart and Whereabouts in wanted else {}
        reach = chart.all(Reach) if chart and Reach in wanted else {}
        self.phones = {who: _phone(points) for who, points in reach.items()}
        self.desk = handling.marks(chart) if chart and Handlings in wanted else {}


def _phone(points: list[Reach]) -> str:
    """The number that is tried first."""
    return next((p.value for p in points if p.system in ("phone", "sms") and p.ended_at is None), "")


def _line(row: Appointment, opened: _Opened, facts: Facts, zone: ZoneInfo) -> Line:
    tag, lives = opened.tags.get(row.patient_id), opened.lives.get(row.patient_id)
    theirs = _theirs(row.starts_at, lives.time_zone if lives else None, zone)
    return Line(
        row,
        tag.name if tag else "",
        tag.birth_date if tag else None,
        opened.phones.get(row.patient_id, ""),
        spoken(row.starts_at, zone),
        theirs,
        facts.of(row, lives.language if lives else None),
        opened.desk.get(row.patient_id, []),
    )


def _theirs(at: dt.datetime, zone: str | None, clinic: ZoneInfo) -> str:
    """The same moment on the patient's own clock, where that is another one."""
    if not zone:
        return ""
    try:
        own = wall.zone(zone)
    except Refusal:
        return ""
    return spoken(at, own) if at.astimezone(own).utcoffset() != at.astimezone(clinic).utcoffset() else ""


def spoken(at: dt.datetime, zone: ZoneInfo) -> str:
    """9:40 AM EST."""
    local = at.astimezone(zone)
    return f"{local.hour % 12 or 12}:{local:%M %p} {local:%Z}"


@action("day_sheet.printed", about="whose")
def printed(whose: Iterable[UUID], *, by: Actor) -> None:
    "A day sheet went to paper, with these patients on it. What is on paper, Keepwell cannot take back."
