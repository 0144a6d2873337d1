"""Two at once: 32 bookers fight for ten times, and for the same patient; moves among them. Nobody deadlocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psycopg
import pytest
from django.db import connections

from keepwell.access.models import CareRelation
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from keepwell.patients.facts import Demographics
from keepwell.patients.tests.people import registers
from keepwell.scheduling import booking
from keepwell.scheduling.models import Appointment, Slot
from keepwell.scheduling.tests.conftest import Calendar
from tests.cast import Clinic

TIMES = [f"{hour}:{minute}" for hour in range(9, 14) for minute in ("00", "30")]


def somebody(clinic: Clinic) -> Actor:
    return Actor(UUID(int=1), clinic.practice.id, Role.SYSTEM, Purpose.HOPERAT, request=new_id())


def together(jobs: list[Callable[[], None]]) -> Counter[str]:
    "Runs everything at once, each on its own connection, and counts what became of it."

    def run(job) -> str:
        try:
            job()
        except Refusal as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "won"

    with ThreadPoolExecutor(32) as pool:
        return Counter(pool.map(run, jobs))


def overlaps(owner_sql, clinic: Clinic) -> int:
    (count,) = owner_sql.execute(
        "WITH standing AS (SELECT id, practitioner_id, tstzrange(busy_from, busy_until) AS during FROM scheduling_slot"
        " WHERE practice_id = %s AND status <> 'free' AND NOT overbooked) SELECT count(*) FROM standing a"
        " JOIN standing b ON a.practitioner_id = b.practitioner_id AND a.id < b.id AND a.during && b.during",
        [clinic.practice.id],
    ).fetchone()
    return int(count)


@pytest.fixture
def crowd(willow: Clinic) -> list[UUID]:
    return [registers(willow, Demographics(given_name=f"P{n}", family_name=f"Q{n}")) for n in range(32)]


def test_thirty_two_bookers_fight_for_ten_times_and_ten_win(
    calendar: Calendar, willow: Clinic, crowd: list[UUID], owner_sql
):
    def book(number: int):
        def job() -> None:
            with present(somebody(willow)) as by:
                booking.book(crowd[number], calendar.asked(TIMES[number % 10]), by=by)

        return job

    assert together([book(n) for n in range(32)]) == {"won": 10, "SLOT_TAKEN": 22}
    assert overlaps(owner_sql, willow) == 0


def test_one_patient_is_booked_by_thirty_two_at_once_and_once(calendar: Calendar, willow: Clinic, ada: UUID):
    def job() -> None:
        with present(somebody(willow)) as by:
            booking.book(ada, calendar.asked("10:00"), by=by)

    said = together([job] * 32)
    assert said["won"] == 1
    assert set(said) <= {"won", "SLOT_TAKEN", "PATIENT_BUSY"}


def test_two_times_of_one_patient_are_refused_by_the_database_itself(
    calendar: Calendar, willow: Clinic, ada: UUID, owner_sql
):
    with present(somebody(willow)) as by:
        first = booking.book(ada, calendar.asked("10:00"), by=by)
        booking.book(ada, calendar.asked("11:00"), by=by)
    owner_sql.execute("ALTER TABLE scheduling_appointment DISABLE TRIGGER USER")
    try:
        with pytest.raises(psycopg.errors.ExclusionViolation):
            owner_sql.execute(
                "UPDATE scheduling_appointment SET starts_at = %s, ends_at = %s WHERE patient_id = %s AND id <> %s",
                [first.starts_at, first.ends_at, ada, first.id],
            )
    finally:
        owner_sql.execute("ALTER TABLE scheduling_appointment ENABLE TRIGGER USER")


def test_moves_and_bookings_that_want_each_others_times_never_wait_in_a_ring(
    calendar: Calendar, willow: Clinic, crowd: list[UUID], owner_sql
):
    with present(somebody(willow)) as by:
        made = [booking.book(crowd[n], calendar.asked(TIMES[n]), by=by) for n in range(10)]

    def move(number: int):
        def job() -> None:
            with present(somebody(willow)) as by:
                booking.move(made[number], calendar.at(TIMES[(number * 7 + 3) % 10]), by=by)

        return job

    def swap(number: int):
        def job() -> None:
            with present(somebody(willow)) as by:
                booking.move(made[number], calendar.at("15:00" if number % 2 else "15:15"), by=by)

        return job

    def book(number: int):
        def job() -> None:
            with present(somebody(willow)) as by:
                booking.book(crowd[number], calendar.asked(TIMES[number % 10]), by=by)

        return job

    said = together([one for n in range(10) for one in (move(n), swap(n), book(10 + n))])
    assert set(said) <= {"won", "SLOT_TAKEN", "STALE_VERSION", "PATIENT_BUSY"}
    assert overlaps(owner_sql, willow) == 0
    with present(somebody(willow)):
        standing = Appointment.objects.filter(status="booked").count()
        assert standing == Slot.objects.filter(status=Slot.Status.BUSY).count()
        assert CareRelation.objects.count() >= standing
