"""Booking: a time is promised once, to those who may have it, and every change is on record."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from uuid import UUID

import pytest
import time_machine

from keepwell.access.models import CareRelation
from keepwell.access.tests.test_actions import codes, verbs
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from keepwell.patients.facts import Demographics
from keepwell.patients.tests.people import again, registers
from keepwell.scheduling import booking, licenses, life, setting, slots
from keepwell.scheduling.models import Appointment, Slot
from keepwell.scheduling.tests.conftest import Calendar, works
from tests.cast import Clinic


def refused(code: str):
    return pytest.raises(Refusal, match=code)


def books(actor: Actor, patient: UUID, calendar: Calendar, *at: object, **more: object) -> Appointment:
    by = replace(actor, request=new_id())
    with present(by):
        return booking.book(patient, calendar.asked(*at, **more), by=by)  # type: ignore[arg-type]


def code_of(call) -> str:
    with pytest.raises(Refusal) as refusal:
        call()
    return refusal.value.code


def test_a_patient_is_promised_a_time(calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic):
    made = books(rosa, ada, calendar, reason="Headaches")
    assert "appointment.booked" in verbs(willow)
    with present(willow.system):
        kept = Appointment.objects.get()
        assert (kept.id, kept.starts_at, kept.status) == (made.id, calendar.at("10:00"), "booked")
        relation = CareRelation.objects.get(patient_id=ada)
        assert (relation.member_id, relation.basis) == (calendar.practitioner, "visit")
        assert relation.starts_at == kept.starts_at - dt.timedelta(days=7)
        assert relation.ends_at == kept.starts_at + dt.timedelta(days=30)


def test_the_second_booking_of_a_slot_is_refused_with_three_others(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID
):
    books(rosa, ada, calendar)
    with pytest.raises(Refusal) as refusal:
        books(rosa, bo, calendar, "10:15")
    assert refusal.value.code == "SLOT_TAKEN"
    offered = refusal.value.facts["alternatives"]
    assert isinstance(offered, tuple)
    assert [one.starts_at for one in offered] == [calendar.at(t) for t in ("10:30", "10:45", "11:00")]


def test_a_patient_is_not_in_two_places_at_once(
    calendar: Calendar, rosa: Actor, cleo: Actor, ada: UUID, willow: Clinic
):
    works(willow, cleo.id, "MA")
    books(rosa, ada, calendar)
    with present(willow.system) as by:
        setting.offer(calendar.service, [calendar.practitioner, cleo.id], by=by)
    other = replace(calendar, practitioner=cleo.id)
    assert code_of(lambda: books(rosa, ada, other)) == "PATIENT_BUSY"


def test_buffers_keep_the_practitioners_time_and_not_the_patients(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic
):
    with present(willow.system) as by:
        setting.set_up_service("Long", 30, by=by, service=calendar.service, after_minutes=15)
    books(rosa, ada, calendar)
    assert code_of(lambda: books(rosa, bo, calendar, "10:30")) == "SLOT_TAKEN"
    books(rosa, bo, calendar, "10:45")


def test_an_overbooked_time_lies_outside_the_rule(calendar: Calendar, rosa: Actor, cleo: Actor, ada: UUID, bo: UUID):
    books(rosa, ada, calendar)
    over = books(cleo, bo, calendar, overbook="Urgent, agreed with the provider")
    assert over.overbooked


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("LOCATION_REQUIRED", {"state": ""}),
        ("LICENSE_STATE_MISMATCH", {"state": "TX"}),
        ("MODALITY_UNKNOWN", {"modality": "in-person"}),
        ("SERVICE_UNKNOWN", {"service": new_id()}),
        ("SLOT_OUTSIDE_HOURS", {"hours": 12}),
        ("TIME_PAST", {"hours": -24 * 60}),
    ],
)
def test_what_cannot_be_booked_says_why(
    calendar: Calendar, rosa: Actor, ada: UUID, code: str, changed: dict[str, object]
):
    later = dt.timedelta(hours=int(str(changed.pop("hours", 0))))
    asked = calendar.asked()
    asked = replace(asked, starts_at=asked.starts_at + later, **changed)  # type: ignore[arg-type]
    with present(rosa):
        assert code_of(lambda: booking.book(ada, asked, by=rosa)) == code


def test_a_license_counts_while_it_lasts(calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic):
    ends = calendar.monday - dt.timedelta(days=1)
    with present(willow.system) as by:
        held = licenses.record_license(
            calendar.practitioner, "TX", "TX-7", by=by, valid_from=dt.date(2020, 1, 1), valid_until=ends
        )
    assert code_of(lambda: books(rosa, ada, calendar, state="TX")) == "LICENSE_EXPIRED"
    with present(willow.system) as by:
        licenses.record_license(calendar.practitioner, "TX", "TX-8", by=by, valid_from=ends)
        licenses.withdraw_license(held, by=by)
    books(rosa, ada, calendar, state="TX")
    assert {"license.recorded", "license.withdrawn"} <= set(verbs(willow))


def test_a_held_time_blocks_until_it_runs_out(
    calendar: Calendar, rosa: Actor, cleo: Actor, ada: UUID, bo: UUID, monkeypatch: pytest.MonkeyPatch
):
    with present(rosa):
        held = booking.hold(calendar.service, calendar.practitioner, calendar.at("10:00"), by=rosa)
    assert code_of(lambda: books(cleo, bo, calendar)) == "SLOT_TAKEN"
    assert code_of(lambda: books(cleo, bo, calendar, hold=held.id)) == "HOLD_EXPIRED"
    later = clock.now() + booking.HELD_FOR + dt.timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert code_of(lambda: books(rosa, ada, calendar, hold=held.id)) == "HOLD_EXPIRED"
    books(cleo, bo, calendar)


def test_a_held_time_is_booked_by_its_holder_or_given_back(calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic):
    with present(rosa):
        held = booking.hold(calendar.service, calendar.practitioner, calendar.at("10:00"), by=rosa)
        other = booking.hold(calendar.service, calendar.practitioner, calendar.at("11:00"), by=rosa)
    made = books(rosa, ada, calendar, hold=held.id)
    assert made.slot_id == held.id
    again = replace(rosa, request=new_id())
    with present(again):
        booking.release(other, by=again)
        assert Slot.objects.get(id=other.id).status == Slot.Status.FREE
    assert {"slot.held", "slot.released"} <= set(verbs(willow))


def test_an_appointment_moves_and_its_old_time_is_free(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic
):
    made = books(rosa, ada, calendar)
    again = replace(rosa, request=new_id())
    with present(again):
        moved = booking.move(made, calendar.at("10:15"), by=again)
    assert (moved.starts_at, moved.version) == (calendar.at("10:15"), 2)
    assert verbs(willow)[-1] in ("appointment.moved", "care_relation.began")
    assert code_of(lambda: books(rosa, bo, calendar, "10:30")) == "SLOT_TAKEN"
    books(rosa, bo, calendar, "9:45")
    third = replace(rosa, request=new_id())
    with present(third):
        assert code_of(lambda: booking.move(made, calendar.at("14:00"), by=third)) == "STALE_VERSION"


def test_a_move_to_a_taken_time_changes_nothing(calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic):
    made = books(rosa, ada, calendar)
    books(rosa, bo, calendar, "11:00")
    again = replace(rosa, request=new_id())
    with pytest.raises(Refusal), present(again):
        booking.move(made, calendar.at("11:00"), by=again)
    with present(willow.system):
        assert Appointment.objects.get(id=made.id).starts_at == calendar.at("10:00")
        assert Slot.objects.get(id=made.slot_id).status == Slot.Status.BUSY


def test_a_group_has_as_many_seats_as_it_says(calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic):
    with present(willow.system) as by:
        setting.set_up_service("Group", 30, by=by, service=calendar.service, seats=2)
    first = books(rosa, ada, calendar)
    second = books(rosa, bo, calendar, group=first.slot_id)
    assert second.slot_id == first.slot_id
    third = registers(willow, Demographics(given_name="Cy", family_name="Young"))
    assert code_of(lambda: books(rosa, third, calendar, group=first.slot_id)) == "GROUP_FULL"


def test_what_becomes_of_an_appointment_is_on_record(calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic):
    made = books(rosa, ada, calendar)
    by = replace(rosa, request=new_id())
    with present(by):
        assert code_of(lambda: life.miss(made, by=by)) == "NOT_YET"
        life.arrive(made, by=by)
        life.check_in(made, by=by)
        life.as_booked(made, by=by)
        life.arrive(made, by=by)
        life.fulfil(made, by=by)
        assert code_of(lambda: life.arrive(made, by=by)) == "STATUS_ORDER"
    said = verbs(willow)
    lived = ["appointment.arrived", "appointment.checked_in", "appointment.as_booked", "appointment.arrived"]
    assert said[-5:] == [*lived, "appointment.fulfilled"]


def test_a_missed_appointment_is_noted_once_it_began(
    calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic, monkeypatch: pytest.MonkeyPatch
):
    made = books(rosa, ada, calendar)
    monkeypatch.setattr(clock, "now", lambda: calendar.at("10:05"))
    by = replace(rosa, request=new_id())
    with present(by):
        life.miss(made, by=by)
    assert verbs(willow)[-1] == "appointment.missed"


def test_a_cancelled_time_is_free_and_its_care_relation_ends(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic
):
    made = books(rosa, ada, calendar)
    by = replace(rosa, request=new_id())
    with present(by):
        assert code_of(lambda: life.cancel(made, "bored", by=by)) == "CAUSE_UNKNOWN"
        life.cancel(made, "patient", by=by)
    assert "appointment.cancelled" in verbs(willow)
    with present(willow.system):
        assert CareRelation.objects.filter(patient_id=ada, ends_at__lte=clock.now()).exists()
    books(rosa, bo, calendar)
    with present(willow.system):
        assert not [f for f in slots.free(calendar.service.id, state="MA", since=calendar.at("10:00"), limit=1)
                    if f.starts_at < calendar.at("10:30")]  # fmt: skip


def the_day(calendar: Calendar) -> time_machine.travel:
    """The morning of the visit."""
    return time_machine.travel(calendar.at("09:00"), tick=True)


def then(calendar: Calendar, actor: Actor, patient: UUID) -> list[str]:
    """Why somebody may not open the chart on the day of the visit."""
    with the_day(calendar):
        return codes(actor, patient)


def test_a_visit_one_books_with_oneself_opens_no_chart(rosa: Actor, imani: Actor, calendar: Calendar, ada: UUID):
    made = books(imani, ada, calendar)
    assert then(calendar, imani, ada) == ["POLICY_DENY"]
    with the_day(calendar), present(again(imani)) as by:
        life.arrive(Appointment.objects.get(id=made.id), by=by)
    assert then(calendar, imani, ada) == ["POLICY_DENY"]
    with the_day(calendar), present(again(rosa)) as by:
        life.check_in(Appointment.objects.get(id=made.id), by=by)
    assert then(calendar, imani, ada) == []


def test_a_visit_others_booked_stays_ones_own_when_one_moves_it(
    rosa: Actor, imani: Actor, calendar: Calendar, ada: UUID
):
    made = books(rosa, ada, calendar)
    assert then(calendar, imani, ada) == []
    with present(again(imani)) as by:
        booking.move(Appointment.objects.get(id=made.id), calendar.at("14:00"), by=by)
    assert then(calendar, imani, ada) == []
