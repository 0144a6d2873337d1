"""Free times found in one question beside a loop over every start; and bookers who fight for the same times."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from django.db import OperationalError, connections

from benchmarks import stage
from benchmarks.measure import Row, beside, row
from keepwell.access import actions as access
from keepwell.access.models import Person
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.cli.demo import staff
from keepwell.ledger.doorway import present
from keepwell.patients import actions as patients
from keepwell.patients.facts import Demographics
from keepwell.scheduling import booking, licenses, setting, slots
from keepwell.scheduling.asked import Booking
from keepwell.scheduling.models import HealthcareService, License, Offering, Schedule, Slot, WeeklyHours

HALF_HOUR = dt.timedelta(minutes=30)
NINE_TO_FIVE = [(day, dt.time(9), dt.time(17)) for day in range(1, 8)]
AGAINST = "a loop over every start of every practitioner, rows fetched once"


@dataclass(frozen=True)
class Calendar:
    """A service, who gives it, and from when the calendar is half full."""

    practice: UUID
    service: HealthcareService
    practitioners: list[UUID]
    first: dt.datetime


def run(tiny: bool) -> dict[str, Row]:
    """100 and 1,000 calendars of 60 days, every other half hour taken; then the race."""
    found: dict[str, Row] = {}
    for many in (2,) if tiny else (100, 1000):
        calendar = _calendar(many, days=3 if tiny else 60)
        size = f"{many:,} practitioners × 60 days"
        found[f"first 10 free times, {size}"] = _search(calendar, 10, tiny, "35× faster than the loop")
        if many <= 100:
            found[f"every free time, {size}"] = _search(calendar, 10**7, tiny, "≥ 35× faster than the loop")
    return found | _race(seconds=0.2 if tiny else 6.0)


def _calendar(many: int, days: int) -> Calendar:
    practice = access.open_practice("Willow", f"willow-{many}", time_zone="America/New_York", state="MA").id
    today = dt.datetime.combine(clock.now().date() + dt.timedelta(days=1), dt.time(), dt.UTC)
    with present(access.system_actor(practice)) as by:
        service = setting.set_up_service("Follow-up", 30, by=by, horizon_days=days + 1)
        who = [access.join(_person(by), Role.PRACTITIONER, by=by).id for _ in range(many)]
    with stage.owner() as owner:
        for table in (Schedule, WeeklyHours, License, Offering, Slot):
            owner.execute(f"ALTER TABLE {table._meta.db_table} DISABLE TRIGGER USER")
        _fill(owner, practice, service.id, who, today, days)
        for table in (Schedule, WeeklyHours, License, Offering, Slot):
            owner.execute(f"ALTER TABLE {table._meta.db_table} ENABLE TRIGGER USER")
            owner.execute(f"ANALYZE {table._meta.db_table}")
    return Calendar(practice, service, who, today)


def _person(by: Actor) -> Person:
    return access.add_person(f"{new_id().hex}@example.org", "Somebody", by=by)


def _fill(
    owner: stage.Connection, practice: UUID, service: UUID, who: list[UUID], first: dt.datetime, days: int
) -> None:
    """Calendars from nine to five, every day, with every other half hour taken."""
    whose = "unnest(%s::uuid[]) AS w(id)"
    owner.execute(
        "INSERT INTO scheduling_schedule (id, practice_id, practitioner_id, time_zone)"
        f" SELECT gen_random_uuid(), %s, w.id, 'America/New_York' FROM {whose}",
        [practice, who],
    )
    owner.execute(
        "INSERT INTO scheduling_weeklyhours (id, practice_id, practitioner_id, weekday, opens, closes, from_day)"
        f" SELECT gen_random_uuid(), %s, w.id, d, '09:00', '17:00', '2020-01-01' FROM {whose}, generate_series(1, 7) d",
        [practice, who],
    )
    owner.execute(
        "INSERT INTO scheduling_license (id, practice_id, practitioner_id, state, number, kind, compact, valid_from)"
        f" SELECT gen_random_uuid(), %s, w.id, 'MA', '1', 'license', '', '2020-01-01' FROM {whose}",
        [practice, who],
    )
    owner.execute(
        "INSERT INTO scheduling_offering (id, practice_id, service_id, practitioner_id)"
        f" SELECT gen_random_uuid(), %s, %s, w.id FROM {whose}",
        [practice, service, who],
    )
    owner.execute(
        "INSERT INTO scheduling_slot (id, practice_id, practitioner_id, service_id, starts_at, ends_at, busy_from,"
        " busy_until, status, overbooked) SELECT gen_random_uuid(), %s, w.id, %s, at, at + interval '30 min', at,"
        f" at + interval '30 min', 'busy', false FROM {whose}, generate_series(0, %s - 1) d, generate_series(0, 7) h,"
        " LATERAL (SELECT (%s::date + d + make_time(9 + h, 0, 0)) AT TIME ZONE 'America/New_York' AS at) x",
        [practice, service, who, days, first],
    )


def _search(calendar: Calendar, limit: int, tiny: bool, target: str) -> Row:
    with present(access.system_actor(calendar.practice)):
        return beside(
            lambda: slots.free(calendar.service.id, state="MA", since=calendar.first, limit=limit),
            lambda: _naive(calendar, limit),
            against=AGAINST,
            rounds=1 if tiny or len(calendar.practitioners) > 100 else 5,
            target=target,
        )


def _naive(calendar: Calendar, limit: int) -> list[tuple[dt.datetime, UUID]]:
    """What one would write first: for each of them and each start, is anything in the way?"""
    until = calendar.first + dt.timedelta(days=calendar.service.horizon_days)
    taken: dict[UUID, list[tuple[dt.datetime, dt.datetime]]] = {}
    for who, start, end in Slot.objects.exclude(status=Slot.Status.FREE).values_list(
        "practitioner_id", "busy_from", "busy_until"
    ):
        taken.setdefault(who, []).append((start, end))
    hours = list(WeeklyHours.objects.all())
    free = []
    for rule in hours:
        for start in _starts(rule, calendar.first, until):
            if not any(a < start + HALF_HOUR and start < b for a, b in taken.get(rule.practitioner_id, ())):
                free.append((start, rule.practitioner_id))
    return sorted(free)[:limit]


def _starts(rule: WeeklyHours, first: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
    from keepwell.scheduling import wall

    zone, day, found = wall.zone("America/New_York"), first.date(), []
    while day <= until.date():
        if day.isoweekday() == rule.weekday:
            at, closes = wall.instant(day, rule.opens, zone), wall.instant(day, rule.closes, zone)
            while at + HALF_HOUR <= closes:
                if first <= at < until:
                    found.append(at)
                at += dt.timedelta(minutes=15)
        day += dt.timedelta(days=1)
    return found


def _race(seconds: float) -> dict[str, Row]:
    """16 bookers on ten calendars and five days, each patient booked again and again, for a few seconds."""
    clinic = access.open_practice("Oak", "oak-race", time_zone="America/New_York", state="MA")
    staff.hire(staff.OAK, clinic)
    staff.ready(staff.OAK, clinic)
    practice = clinic.id
    with present(access.system_actor(practice, Purpose.HOPERAT)) as by:
        service = setting.set_up_service("Follow-up", 30, by=by)
        who = [access.join(_person(by), Role.PRACTITIONER, by=by).id for _ in range(10)]
        setting.offer(service, who, by=by)
        for each in who:
            setting.set_up_schedule(each, "America/New_York", by=by)
            setting.set_hours(each, NINE_TO_FIVE, by=by, from_day=dt.date(2020, 1, 1))
            licenses.record_license(each, "MA", "1", by=by, valid_from=dt.date(2020, 1, 1))
        people = [patients.register(Demographics(given_name="P", family_name=f"Q{n}"), by=by).id for n in range(16)]
    first = dt.datetime.combine(clock.now().date() + dt.timedelta(days=2), dt.time(15), dt.UTC)
    alone = _alone(practice, service, who[0], people, first + dt.timedelta(days=10), 5 if seconds < 1 else 56)
    until = time.monotonic() + seconds

    def fight(number: int) -> tuple[Counter[str], list[float]]:
        said: Counter[str] = Counter()
        took: list[float] = []
        n = number
        while time.monotonic() < until:
            at = first + dt.timedelta(days=n % 5, minutes=15 * (n % 20))
            began = time.perf_counter()
            said[_outcome(lambda n=n, at=at: _book(practice, service, who[n % 10], people[number], at))] += 1  # type: ignore[misc]
            took.append((time.perf_counter() - began) * 1000)
            n += 1
        connections.close_all()
        return said, took

    with ThreadPoolExecutor(16) as pool:
        each = list(pool.map(fight, range(16)))
    total = sum((said for said, _ in each), Counter())
    took = [ms for _, times in each for ms in times]
    attempts: Row = row(took, alone, "ms", "the same booking with nobody else about") | {
        "overlaps": float(_overlaps(practice)),
        "deadlocks": float(total["deadlock"]),
        "booked": float(total["booked"]),
        "a second": round(len(took) / seconds, 1),
        "target": "0 overlaps, 0 deadlocks",
    }
    return {"a booking while 16 fight, the whole action with its record": attempts}


def _alone(
    practice: UUID, service: HealthcareService, who: UUID, people: list[UUID], first: dt.datetime, many: int
) -> list[float]:
    """Milliseconds of bookings one after another, each of a free time: what 16 at once are compared with."""
    took = []
    for n in range(many):
        at = first + dt.timedelta(days=n // 14, minutes=30 * (n % 14))
        began = time.perf_counter()
        _book(practice, service, who, people[n % len(people)], at)
        took.append((time.perf_counter() - began) * 1000)
    return took


def _book(practice: UUID, service: HealthcareService, who: UUID, patient: UUID, at: dt.datetime) -> None:
    with present(access.system_actor(practice, Purpose.HOPERAT)) as by:
        booking.book(patient, Booking(service.id, who, at, "video", "MA"), by=by)


def _outcome(job: Callable[[], object]) -> str:
    try:
        job()
    except Refusal as refusal:
        return refusal.code
    except OperationalError:
        return "deadlock"
    return "booked"


def _overlaps(practice: UUID) -> int:
    with present(access.system_actor(practice)):
        rows = list(
            Slot.objects.exclude(status="free").filter(overbooked=False).order_by("practitioner_id", "busy_from")
        )
    pairs = pairwise(rows)
    return sum(a.practitioner_id == b.practitioner_id and b.busy_from < a.busy_until for a, b in pairs)
