"""The waitlist: a freed time is offered to one after another, held for a while, and taken once."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

import pytest
from django.db import connections

from keepwell.access.tests.test_actions import verbs
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.jobs import schedule
from keepwell.ledger.doorway import present
from keepwell.patients.facts import Demographics
from keepwell.patients.tests.people import registers
from keepwell.scheduling import booking, offering, policies, setting, slots, turns, waiting
from keepwell.scheduling.models import Appointment, DayException, FreedTime, Offer, Slot, WaitlistEntry
from keepwell.scheduling.tests.conftest import NINE, Calendar, works
from keepwell.scheduling.tests.test_booking import books, code_of
from keepwell.scheduling.tests.waits import anew, at, frees, offers_next, waits, wishes, works_once
from tests.cast import Clinic

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def cy(willow: Clinic) -> UUID:
    return registers(willow, Demographics(given_name="Cy", family_name="Young", birth_date=dt.date(1960, 1, 1)))


def free_at_ten(calendar: Calendar) -> bool:
    with present(calendar.clinic.system):
        since = calendar.at("10:00")
        found = slots.free(calendar.service.id, state="MA", since=since, until=since + MINUTE, limit=1)
    return bool(found)


def test_a_cancelled_time_is_offered_to_who_waits_and_booked(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic
):
    entry = waits(rosa, bo, calendar)
    freed = frees(rosa, ada, calendar)
    offer = offers_next(rosa, freed)
    assert offer is not None
    assert offer.entry_id == entry.id
    assert not free_at_ten(calendar)
    by = anew(rosa)
    with present(by):
        made = offering.accept(offer, by=by)
    assert (made.patient_id, made.starts_at, made.status) == (bo, calendar.at("10:00"), "booked")
    with present(willow.system):
        assert WaitlistEntry.objects.get().status == "booked"
        assert FreedTime.objects.get(id=freed.id).status == "taken"
        assert Offer.objects.get().appointment_id == made.id
        assert Slot.objects.filter(status="busy").count() == 1
    assert {"waitlist.joined", "offer.made", "offer.accepted", "appointment.booked"} <= set(verbs(willow))


def test_an_offer_is_taken_once(calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID):
    waits(rosa, bo, calendar)
    offer = offers_next(rosa, frees(rosa, ada, calendar))
    assert offer is not None

    def take(_number: int) -> str:
        by = anew(rosa)
        try:
            with present(by):
                offering.accept(offer, by=by)
        except Refusal as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "taken"

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(take, range(4)))
    assert said == ["OFFER_ANSWERED"] * 3 + ["taken"]
    with present(calendar.clinic.system):
        assert Appointment.objects.filter(patient_id=bo).count() == 1


def test_an_offer_whose_hold_ran_out_books_nothing(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, monkeypatch: pytest.MonkeyPatch
):
    waits(rosa, bo, calendar)
    offer = offers_next(rosa, frees(rosa, ada, calendar))
    assert offer is not None
    at(monkeypatch, offer.until + MINUTE)
    by = anew(rosa)
    with present(by):
        assert code_of(lambda: offering.accept(offer, by=by)) == "OFFER_EXPIRED"
        assert not Appointment.objects.filter(patient_id=bo).exists()


def test_declined_or_not_answered_it_goes_to_the_next_and_never_back(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, cy: UUID, willow: Clinic
):
    first, second = waits(rosa, bo, calendar), waits(rosa, cy, calendar)
    freed = frees(rosa, ada, calendar)
    offer = offers_next(rosa, freed)
    assert offer is not None
    assert offer.entry_id == first.id
    assert offers_next(rosa, freed) is None
    by = anew(rosa)
    with present(by):
        offering.decline(offer, by=by)
    offer = offers_next(rosa, freed)
    assert offer is not None
    assert offer.entry_id == second.id
    by = anew(rosa)
    with present(by):
        offering.unanswered(offer, by=by)
    assert offers_next(rosa, freed) is None
    with present(willow.system):
        assert set(WaitlistEntry.objects.values_list("refusals", flat=True)) == {1}
    assert free_at_ten(calendar)
    assert {"offer.declined", "offer.unanswered"} <= set(verbs(willow))


def test_two_freed_times_are_two_offers_and_one_wish_holds_one(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, cy: UUID, monkeypatch: pytest.MonkeyPatch, willow: Clinic
):
    waits(rosa, bo, calendar)
    frees(rosa, ada, calendar)
    frees(rosa, ada, calendar, "11:00")
    at(monkeypatch, clock.now() + MINUTE)
    assert works_once(willow) == 1
    assert works_once(willow) == 0
    waits(rosa, cy, calendar)
    assert works_once(willow) == 1
    with present(willow.system):
        standing = Offer.objects.filter(status="standing")
        assert len(set(standing.values_list("entry_id", flat=True))) == 2
        assert len(set(standing.values_list("freed_id", flat=True))) == 2


def test_two_workers_make_one_offer(calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic):
    waits(rosa, bo, calendar)
    freed = [frees(rosa, ada, calendar), frees(rosa, ada, calendar, "11:00")]

    def work(number: int) -> bool:
        try:
            return offers_next(rosa, freed[number % 2]) is not None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 1


def test_a_worker_that_was_down_loses_nothing(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, cy: UUID, monkeypatch: pytest.MonkeyPatch, willow: Clinic
):
    waits(rosa, bo, calendar)
    waits(rosa, cy, calendar)
    frees(rosa, ada, calendar)
    at(monkeypatch, clock.now() + MINUTE)
    assert works_once(willow) == 1
    at(monkeypatch, clock.now() + dt.timedelta(hours=3))
    assert works_once(willow) == 1
    with present(willow.system):
        assert list(Offer.objects.order_by("made_at").values_list("status", flat=True)) == ["unanswered", "standing"]
        assert Offer.objects.get(status="standing").patient_id == cy


def test_who_cancelled_by_mistake_has_a_moment_before_it_is_offered(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic
):
    waits(rosa, bo, calendar)
    frees(rosa, ada, calendar)
    assert works_once(willow) == 0
    books(rosa, ada, calendar)


@pytest.mark.parametrize(
    "said",
    [
        {"days": (2,)},
        {"opens": dt.time(11)},
        {"closes": dt.time(10, 15)},
        {"practitioners": (UUID(int=7),)},
        {"notice_minutes": 60 * 24 * 60},
        {"state": "TX"},
    ],
)
def test_nobody_is_asked_who_could_not_come(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, said: dict[str, object]
):
    waits(rosa, bo, calendar, **said)
    assert offers_next(rosa, frees(rosa, ada, calendar)) is None


def test_nobody_is_asked_who_is_with_somebody_then(calendar: Calendar, rosa: Actor, cleo: Actor, ada: UUID, bo: UUID):
    works(calendar.clinic, cleo.id, "MA")
    with present(calendar.clinic.system) as by:
        setting.offer(calendar.service, [calendar.practitioner, cleo.id], by=by)
    books(rosa, bo, replace(calendar, practitioner=cleo.id))
    waits(rosa, bo, calendar)
    assert offers_next(rosa, frees(rosa, ada, calendar)) is None


def test_turns_go_by_priority_then_waiting_then_what_was_turned_down(calendar: Calendar, rosa: Actor, bo: UUID):
    now = clock.now()

    def row(days: int, priority: int = 3, refusals: int = 0) -> WaitlistEntry:
        return WaitlistEntry(practice_id=bo, since=now - days * turns.DAY, priority=priority, refusals=refusals)

    urgent, long, often, new = row(1, priority=1), row(20), row(22, refusals=1), row(2)
    order = sorted((new, often, long, urgent), key=lambda e: turns.turn(e, now, 3))
    assert order == [urgent, long, often, new]
    assert turns.waited(often, now, 3) == 19


def test_an_accepted_offer_moves_the_later_appointment_they_had(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic
):
    later = books(rosa, bo, calendar, "15:00", 3)
    by = anew(rosa)
    with present(by):
        waiting.join(bo, wishes(calendar), by=by, instead_of=later)
    offer = offers_next(rosa, frees(rosa, ada, calendar))
    assert offer is not None
    by = anew(rosa)
    with present(by):
        made = offering.accept(offer, by=by)
    assert (made.id, made.starts_at) == (later.id, calendar.at("10:00"))
    with present(willow.system):
        assert FreedTime.objects.filter(starts_at=calendar.at("15:00", 3), why="moved", status="open").exists()


def test_time_off_that_ends_early_is_offered(
    calendar: Calendar, rosa: Actor, bo: UUID, willow: Clinic, monkeypatch: pytest.MonkeyPatch
):
    day = calendar.monday
    with present(willow.system) as by:
        setting.except_days(day, day, by=by, practitioner=calendar.practitioner, between=(NINE, dt.time(12)))
    waits(rosa, bo, calendar, until_day=day)
    with present(willow.system) as by:
        setting.usual_again(DayException.objects.get(), by=by)
    at(monkeypatch, clock.now() + MINUTE)
    assert works_once(willow) == 1
    with present(willow.system):
        offer = Offer.objects.select_related("slot").get()
        assert offer.slot.starts_at == calendar.at("9:00")
    by = anew(rosa)
    with present(by):
        offering.accept(offer, by=by)
        assert FreedTime.objects.get().status == "open"


def test_who_waits_changes_leaves_or_has_waited_long_enough(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic, monkeypatch: pytest.MonkeyPatch
):
    entry = waits(rosa, bo, calendar, note="Works nights")
    assert code_of(lambda: waits(rosa, bo, calendar)) == "WAITLIST_TWICE"
    by = anew(rosa)
    with present(by):
        changed = waiting.change(entry, wishes(calendar, priority=1, days=(1, 2)), by=by)
        assert (changed.priority, changed.since) == (1, entry.since)
    offer = offers_next(rosa, frees(rosa, ada, calendar))
    by = anew(rosa)
    with present(by):
        waiting.leave(entry, by=by)
        assert offer is not None
        assert Offer.objects.get(id=offer.id).status == "withdrawn"
        assert code_of(lambda: waiting.leave(entry, by=by)) == "WAITLIST_OVER"
    waits(rosa, ada, calendar, until_day=calendar.monday)
    at(monkeypatch, clock.now() + dt.timedelta(days=40))
    works_once(willow)
    with present(willow.system):
        assert WaitlistEntry.objects.get(patient_id=ada).status == "expired"
    assert {"waitlist.changed", "waitlist.left", "waitlist.expired"} <= set(verbs(willow))


def test_a_freed_time_that_passed_is_closed(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic, monkeypatch: pytest.MonkeyPatch
):
    frees(rosa, ada, calendar)
    waits(rosa, bo, calendar)
    at(monkeypatch, calendar.at("10:31"))
    assert works_once(willow) == 0
    with present(willow.system):
        assert FreedTime.objects.get().status == "gone"
    assert "freed_time.closed" in verbs(willow)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("ZONE_UNKNOWN", {"time_zone": "Mars/Olympus"}),
        ("LOCATION_REQUIRED", {"state": ""}),
        ("CHOICE_UNKNOWN", {"state": "ZZ"}),
        ("CHOICE_UNKNOWN", {"priority": 9}),
        ("MODALITY_UNKNOWN", {"modality": "in-person"}),
        ("WEEKDAY_UNKNOWN", {"days": (8,)}),
        ("TIME_ORDER", {"opens": dt.time(12), "closes": dt.time(9)}),
        ("TIME_PAST", {"until_day": dt.date(2020, 1, 1)}),
        ("TEXT_TOO_LONG", {"note": "x" * 400}),
        ("SERVICE_UNKNOWN", {"service": UUID(int=5)}),
    ],
)
def test_what_cannot_be_waited_for_says_why(
    calendar: Calendar, rosa: Actor, ada: UUID, code: str, said: dict[str, object]
):
    assert code_of(lambda: waits(rosa, ada, calendar, **said)) == code


def test_a_time_that_somebody_else_took_meanwhile_is_offered_to_nobody(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, cy: UUID
):
    waits(rosa, bo, calendar)
    freed = frees(rosa, ada, calendar)
    books(rosa, cy, calendar)
    assert offers_next(rosa, freed) is None
    by = anew(rosa)
    with present(by):
        assert code_of(lambda: offering.offer_now(freed, by=by)) == "OFFER_NOBODY"


def test_a_hold_for_an_offer_blocks_others_until_it_runs_out(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, cy: UUID, monkeypatch: pytest.MonkeyPatch
):
    waits(rosa, bo, calendar)
    offer = offers_next(rosa, frees(rosa, ada, calendar))
    assert offer is not None
    assert code_of(lambda: books(rosa, cy, calendar)) == "SLOT_TAKEN"
    at(monkeypatch, offer.until + MINUTE)
    books(rosa, cy, calendar)
    with present(calendar.clinic.system):
        rule = policies.policy()
        assert offer.until - offer.made_at == dt.timedelta(minutes=rule.offer_minutes)
        assert offer.until - offer.made_at > booking.HELD_FOR


def test_the_round_comes_by_the_clock(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, monkeypatch: pytest.MonkeyPatch
):
    waits(rosa, bo, calendar)
    frees(rosa, ada, calendar)
    at(monkeypatch, clock.now() + MINUTE)
    assert schedule.offer_freed_times() >= 1
    with present(calendar.clinic.system):
        assert Offer.objects.get().patient_id == bo
