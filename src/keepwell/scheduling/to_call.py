"""Visits of the next days whose patients may not be reminded by any message: somebody calls them instead."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from keepwell import charts
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.patients import handling
from keepwell.patients.consents.reminding import unremindable
from keepwell.patients.excerpts import NameTag
from keepwell.patients.handling import Mark
from keepwell.scheduling.models import Appointment

AHEAD = dt.timedelta(days=2)
MOST = 300
"""Visits that are looked at: more in two days than one desk calls about."""


@dataclass(frozen=True, slots=True)
class Due:
    """One patient no message reminds: when their visit is, why, and why nobody calls them either, if so."""

    patient: UUID
    starts_at: dt.datetime
    why: str
    no_call: str


@dataclass(frozen=True, slots=True)
class Line:
    """The same with a name, as far as the reader may know it, and what the front desk has to know."""

    due: Due
    tag: NameTag
    marks: list[Mark]


def due(by: Actor) -> list[Due]:
    """Whom no message reminds, soonest visit first; each person once. Nothing is opened for it."""
    now = clock.now()
    coming = Appointment.objects.filter(status=Appointment.Status.BOOKED, starts_at__range=(now, now + AHEAD))
    first: dict[UUID, dt.datetime] = {}
    for patient, at in coming.order_by("starts_at", "id").values_list("patient_id", "starts_at")[:MOST]:
        first.setdefault(patient, at)
    why = unremindable(first, by=by) if first else {}
    return [Due(p, at, why[p].why, why[p].no_call) for p, at in first.items() if p in why]


def to_dial(by: Actor) -> int:
    """How many of them somebody calls."""
    return sum(1 for one in due(by) if not one.no_call)


def lines(by: Actor) -> list[Line]:
    """The same for a page: one opening for the names, one more if somebody has a flag."""
    found = due(by)
    chart = charts.open([one.patient for one in found], NameTag, by=by, listed=True, partly=True) if found else None
    tags = chart.each(NameTag) if chart else {}
    marks = handling.of(tags, by=by)
    return [Line(one, tags[one.patient], marks.get(one.patient, [])) for one in found if one.patient in tags]
