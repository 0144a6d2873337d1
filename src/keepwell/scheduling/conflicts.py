"""Appointments that can no longer be kept: on days off, and with providers whose license is gone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import NoReverseMatch, reverse

from keepwell import charts
from keepwell.access import policy
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.charts.excerpts import plan
from keepwell.patients.excerpts import NameTag
from keepwell.scheduling import slots, wall
from keepwell.scheduling.models import STANDING, Appointment, DayException, License, Schedule

MOST = 50


@dataclass(frozen=True, slots=True)
class Line:
    """An appointment to be moved. No name where the role may not read it."""

    id: UUID
    patient: UUID
    name: str
    starts_at: dt.datetime
    service: str
    provider: str
    href: str


def on(exception: DayException) -> list[Appointment]:
    """What is booked while somebody, or everybody, is off. Each calendar's days are told in its own zone."""
    if exception.works:
        return []
    found: list[Appointment] = []
    zones: dict[str, list[UUID]] = {}
    whose = (
        Schedule.objects.filter(practitioner_id=exception.practitioner_id)
        if exception.practitioner_id
        else Schedule.objects.all()
    )
    for schedule in whose.order_by("practitioner_id"):
        zones.setdefault(schedule.time_zone, []).append(schedule.practitioner_id)
    for zone, members in zones.items():
        when = Q()
        for starts, ends in _spans(exception, zone):
            when |= Q(starts_at__lt=ends, ends_at__gt=starts)
        found += _standing().filter(when, practitioner_id__in=members)[: MOST + 1]
    return sorted(found, key=lambda one: one.starts_at)


def without(license: License) -> list[Appointment]:
    """What is booked where a license that ended was needed, and no other of the same state stands in."""
    others = License.objects.filter(practitioner_id=license.practitioner_id, state=license.state, ended_at=None)
    booked = _standing().filter(practitioner_id=license.practitioner_id, state=license.state, service__clinical=True)
    left = list(others.exclude(id=license.id))
    return [a for a in booked[: MOST + 1] if not any(slots.lasts(one, a.starts_at.date()) for one in left)]


def lines(rows: Sequence[Appointment], by: Actor) -> list[Line]:
    """Appointments as a list shows them; one opening, and none for a role that may not know who comes."""
    tags: dict[UUID, NameTag] = {}
    if rows and plan(NameTag).classes <= policy.visible(by):
        tags = charts.open(sorted({r.patient_id for r in rows}), NameTag, by=by, listed=True, partly=True).each(NameTag)
    return [
        Line(r.id, r.patient_id, tags[r.patient_id].name if r.patient_id in tags else "", r.starts_at, r.service.name,
             r.practitioner.name, page_of(r.id))
        for r in rows
    ]  # fmt: skip


def _standing() -> QuerySet[Appointment]:
    booked = Appointment.objects.filter(status__in=STANDING, starts_at__gt=clock.now())
    return booked.select_related("service", "practitioner").order_by("starts_at", "id")


def _spans(exception: DayException, zone: str) -> list[tuple[dt.datetime, dt.datetime]]:
    where = wall.zone(zone)
    days = (exception.until_day - exception.from_day).days + 1
    if exception.opens is None or exception.closes is None:
        return [wall.days(exception.from_day, days, where)]
    each = (exception.from_day + dt.timedelta(days=n) for n in range(days))
    return [(wall.reading(d, exception.opens, where), wall.reading(d, exception.closes, where)) for d in each]


def page_of(appointment: UUID) -> str:
    """Where an appointment's own page is; nothing while there is none."""
    try:
        return reverse("appointment", args=[appointment])
    except NoReverseMatch:
        return ""
