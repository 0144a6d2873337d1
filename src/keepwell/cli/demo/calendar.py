"""What can be booked at the demo's clinics, and three weeks of visits: some past, some today, some to come.

Visits of days gone by are booked as of those days: the clinic has been open for a while.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest import mock
from uuid import UUID
from zoneinfo import ZoneInfo

from keepwell.access.models import Membership
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.cli.demo import waiting
from keepwell.cli.demo.staff import Clinic
from keepwell.ledger.doorway import present
from keepwell.scheduling import booking, life, setting, wall
from keepwell.scheduling.asked import Booking
from keepwell.scheduling.models import Appointment, HealthcareService

SERVICES = (
    ("New patient visit", 45, {"modalities": ["video", "in-person"], "after_minutes": 15}),
    ("Follow-up visit", 30, {"modalities": ["video", "phone", "in-person"]}),
    ("Quick check by phone", 15, {"modalities": ["phone"]}),
    ("Living with pain, group", 60, {"modalities": ["video"], "seats": 8}),
    ("Billing question", 15, {"modalities": ["phone"], "clinical": False}),
)
WEEKDAYS = range(1, 6)
NINE, NOON, ONE, FIVE, NINE_PM = (dt.time(h) for h in (9, 12, 13, 17, 21))
OFFICE = [(day, opens, closes) for day in WEEKDAYS for opens, closes in ((NINE, NOON), (ONE, FIVE))]
EVENINGS = [(day, NOON, NINE_PM) for day in range(1, 8)]
"""Somebody sees people by video until nine, every day of the week."""
BESIDE = {"MA": ("NH", "RI"), "CA": ("NV", "OR")}
REASONS = ("Headaches since last week", "Blood pressure review", "Medication refill", "Follow-up after lab results",
           "Sleep trouble", "Back pain", "Asthma check", "Diabetes follow-up")  # fmt: skip
AHEAD = 12
OPEN_SINCE = dt.date(2020, 1, 1)


@dataclass(frozen=True)
class Desk:
    """Who books, for whom, with whom, what."""

    by: Actor
    patients: list[UUID]
    providers: list[UUID]
    services: list[HealthcareService]
    state: str
    zone: ZoneInfo


def fill(clinic: Clinic, system: Actor, patients: list[UUID], *, back: int) -> None:
    """Sets up what can be booked, and books it, from so many days `back`. What is there already stays as it is."""
    with present(system) as by:
        if HealthcareService.objects.exists():
            return
        staff = list(Membership.objects.order_by("starts_at", "name"))
        providers = [m.id for m in staff if m.role == Role.PRACTITIONER]
        services = [setting.set_up_service(name, minutes, by=by, **rules) for name, minutes, rules in SERVICES]
        for service in services:
            setting.offer(service, providers, by=by)
        for number, provider in enumerate(providers):
            _works(clinic, provider, EVENINGS if number == len(providers) - 1 else OFFICE, by)
    rosa = next(m for m in staff if m.role == Role.FRONT_DESK)
    desk = Actor(rosa.id, system.practice, Role.FRONT_DESK, Purpose.HOPERAT)
    _weeks(Desk(desk, patients, providers, services, clinic.state, ZoneInfo(clinic.time_zone)), back)
    waiting.begin(clinic, system, patients)


def _works(clinic: Clinic, provider: UUID, week: list[setting.Hours], by: Actor) -> None:
    setting.set_up_schedule(provider, clinic.time_zone, by=by)
    setting.set_hours(provider, week, by=by, from_day=OPEN_SINCE)
    today = clock.now().date()
    for number, state in enumerate((clinic.state, *BESIDE[clinic.state])):
        # The first ends within two months, so that the reminder of an expiring license can be seen.
        ends = today + dt.timedelta(days=700 - 650 * (number == 1))
        rules = {"valid_from": OPEN_SINCE, "valid_until": ends}
        setting.record_license(provider, state, f"{state}-{provider.hex[-5:].upper()}", by=by, **rules)  # type: ignore[arg-type]


def _weeks(desk: Desk, back: int) -> None:
    chance = random.Random(7)  # noqa: S311 - made-up visits, the same every time
    today = clock.now().astimezone(desk.zone).date()
    for n in range(-back, AHEAD + 1):
        day = today + dt.timedelta(days=n)
        if n >= 0:
            _day(desk, day, chance)
            continue
        with _as_of(day, 6, desk.zone):
            made = _day(desk, day, chance)
        with _as_of(day, 22, desk.zone):
            for visit in made:
                _ended(desk, visit, chance)
    _here(desk, today)


def _day(desk: Desk, day: dt.date, chance: random.Random) -> list[Appointment]:
    """About half of a day is booked."""
    made = []
    for provider in desk.providers:
        for hour in range(9, 21):
            if chance.random() > 0.55:
                continue
            service = chance.choices(desk.services, (2, 6, 2, 0, 1))[0]
            at = wall.instant(day, dt.time(hour, chance.choice((0, 0, 30))), desk.zone)
            how, state = (
                chance.choice(service.modalities),
                chance.choices((desk.state, *BESIDE[desk.state]), (9, 1, 1))[0],
            )
            asked = Booking(service.id, provider, at, how, state, chance.choice(REASONS))
            made += [each for each in [_booked(desk, chance.choice(desk.patients), asked)] if each]
    return made


def _booked(desk: Desk, patient: UUID, asked: Booking) -> Appointment | None:
    """Outside hours, in the past or taken: then there is none."""
    try:
        with present(desk.by) as by:
            return booking.book(patient, asked, by=by)
    except Refusal:
        return None


def _ended(desk: Desk, visit: Appointment, chance: random.Random) -> None:
    became = chance.choices((life.fulfil, life.miss, None), (12, 1, 1))[0]
    with present(desk.by) as by:
        if became:
            became(visit, by=by)
        else:
            life.cancel(visit, "patient", by=by)


def _here(desk: Desk, today: dt.date) -> None:
    """Two are in the waiting room: one a little early, one with their papers done."""
    _midnight, ends = wall.days(today, 1, desk.zone)
    with present(desk.by) as by:
        now = clock.now()
        soon = list(
            Appointment.objects.filter(starts_at__gt=now, ends_at__lt=ends, status="booked").order_by("starts_at")[:2]
        )
        for visit, noted in zip(soon, (life.check_in, life.arrive), strict=False):
            noted(visit, by=by)


@contextmanager
def _as_of(day: dt.date, hour: int, zone: ZoneInfo) -> Iterator[None]:
    at = wall.instant(day, dt.time(hour), zone)
    with mock.patch.object(clock, "now", return_value=at):
        yield
