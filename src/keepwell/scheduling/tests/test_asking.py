"""Requests: what somebody asks for is sealed from the first word, found in a list, and answered once."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from uuid import UUID

import pytest

from keepwell import charts
from keepwell.access import actions as access
from keepwell.access.tests.test_actions import verbs
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from keepwell.patients.excerpts import NameTag, Reach
from keepwell.scheduling import asking
from keepwell.scheduling.asking import Asked, Person
from keepwell.scheduling.excerpts_waiting import Asker, Wished
from keepwell.scheduling.models import Appointment, BookingRequest, WaitlistEntry
from keepwell.scheduling.tests.conftest import Calendar
from keepwell.scheduling.tests.test_booking import books, code_of
from keepwell.scheduling.tests.waits import anew, wishes
from keepwell.vault.phi import PhiClass
from keepwell.vault.sealed import Sealed
from tests.cast import Clinic

NORA = Person(given_name="Nora", family_name="Quist", phone="617 555 0123", birth_date=dt.date(1990, 4, 5))


def asks(actor: Actor, calendar: Calendar, patient: UUID | None = None, **more: object) -> BookingRequest:
    by = anew(actor)
    said = {"service": calendar.service.id, "state": "MA", "part": "morning", "words": "Since Tuesday"} | more
    with present(by):
        return asking.ask(Asked(**said), by=by, patient=patient)  # type: ignore[arg-type]


def test_everything_said_is_sealed_and_recorded(calendar: Calendar, rosa: Actor, willow: Clinic):
    made = asks(rosa, calendar, who=NORA)
    with present(willow.system):
        row = BookingRequest.objects.get()
        assert (row.whose, row.patient_id, row.status) == (row.id, None, "proposed")
        assert all(isinstance(getattr(row, name), Sealed) for name in ("who", "reach", "wishes", "words"))
    by = anew(rosa)
    with present(by):
        opened = charts.open(made.whose, Asker, Wished, by=by, listed=False)
        assert (opened.one(Asker).who or {})["family_name"] == "Quist"
        assert (opened.one(Asker).reach or {})["phone"] == "+16175550123"
        assert opened.one(Wished).words == "Since Tuesday"
    assert "request.made" in verbs(willow)


@pytest.mark.parametrize("role", [Role.MARKETER, Role.AUDITOR, Role.ADMINISTRATOR, Role.SECURITY_OFFICER])
def test_a_role_without_need_opens_no_request(calendar: Calendar, rosa: Actor, willow: Clinic, role: Role):
    made = asks(rosa, calendar, who=NORA)
    other = willow.employs("other", role, Purpose.HOPERAT if role is Role.MARKETER else Purpose.HCOMPL)
    with present(other):
        assert code_of(lambda: charts.open(made.whose, Wished, by=other)) == "POLICY_DENY"
        assert code_of(lambda: charts.open(made.whose, Asker, by=other)) == "POLICY_DENY"


def test_a_request_becomes_an_appointment_once(calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic):
    made = asks(rosa, calendar, ada)
    by = anew(rosa)
    with present(by):
        visit = asking.book(made, calendar.asked(), by=by)
        row = BookingRequest.objects.get()
        assert (row.status, row.appointment_id) == ("booked", visit.id)
        assert code_of(lambda: asking.decline(made, "other", by=by)) == "REQUEST_SETTLED"
    by = anew(rosa)
    with pytest.raises(Refusal, match="REQUEST_SETTLED"), present(by):
        asking.book(made, calendar.asked("11:00"), by=by)
    with present(willow.system):
        assert Appointment.objects.count() == 1
    assert "request.booked" in verbs(willow)


def test_a_request_is_answered_by_an_appointment_of_the_same_patient_only(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID
):
    made, other = asks(rosa, calendar, ada), books(rosa, bo, calendar)
    by = anew(rosa)
    with present(by):
        assert code_of(lambda: asking.booked(made, other, by=by)) == "REQUEST_NOBODYS"


def test_declined_withdrawn_or_waiting(calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic):
    first, second, third = (asks(rosa, calendar, patient) for patient in (ada, bo, ada))
    by = anew(rosa)
    with present(by):
        assert code_of(lambda: asking.decline(first, "bored", by=by)) == "CHOICE_UNKNOWN"
        assert asking.decline(first, "no-time", by=by).why == "no-time"
        asking.withdraw(second, by=by)
        entry = asking.to_waitlist(third, wishes(calendar), by=by)
        assert entry.request_id == third.id
        assert WaitlistEntry.objects.get().patient_id == ada
    assert {"request.declined", "request.withdrawn", "request.waitlisted"} <= set(verbs(willow))


def test_a_stranger_is_matched_and_what_they_said_goes_under_the_patients_keys(
    calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic
):
    made = asks(rosa, calendar, who=NORA)
    by = anew(rosa)
    with present(by):
        assert code_of(lambda: asking.book(made, calendar.asked(), by=by)) == "REQUEST_NOBODYS"
        asking.match(made, ada, by=by)
    by = anew(rosa)
    with present(by):
        row = BookingRequest.objects.get()
        assert (row.whose, row.patient_id, row.who, row.reach) == (ada, ada, None, None)
        assert charts.open(ada, Wished, by=by).one(Wished).words == "Since Tuesday"
        asking.book(row, calendar.asked(), by=by)
    assert "request.matched" in verbs(willow)


def test_a_request_is_put_under_nobody_one_may_not_know(calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic):
    made = asks(rosa, calendar, who=NORA)
    with present(willow.system) as by:
        access.restrict(ada, {PhiClass.IDENTITY}, by=by, member=rosa.id)
    by = anew(rosa)
    with present(by):
        assert code_of(lambda: asking.match(made, ada, by=by)) == "RESTRICTION_BLOCK"


def test_a_stranger_is_registered_unless_somebody_looks_alike(calendar: Calendar, rosa: Actor, ada: UUID):
    made = asks(rosa, calendar, who=NORA)
    by = anew(rosa)
    with present(by):
        row = asking.register(made, by=by)
        assert row.patient_id is not None
    by = anew(rosa)
    with present(by):
        opened = charts.open(row.whose, NameTag, Reach, by=by)
        assert opened.one(NameTag).name == "Nora Quist"
        assert [one.value for one in opened.all(Reach)[row.whose]] == ["+16175550123"]
    again = asks(rosa, calendar, who=replace(NORA, email="nora@example.org"))
    by = anew(rosa)
    with pytest.raises(Refusal, match="DUPLICATE_SUSPECTED") as no, present(by):
        asking.register(again, by=by)
    assert no.value.facts["lookalikes"] == (row.whose,)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("REQUEST_WHOSE", {"who": Person(family_name="Quist")}),
        ("REQUEST_WHOSE", {"who": Person(phone="617 555 0123")}),
        ("SERVICE_UNKNOWN", {"who": NORA, "service": UUID(int=9)}),
        ("MODALITY_UNKNOWN", {"who": NORA, "modality": "in-person"}),
        ("CHOICE_UNKNOWN", {"who": NORA, "state": "ZZ"}),
        ("CHOICE_UNKNOWN", {"who": NORA, "part": "midnight"}),
        ("WEEKDAY_UNKNOWN", {"who": NORA, "days": (0,)}),
        ("TIME_ORDER", {"who": NORA, "from_day": dt.date(2030, 1, 2), "until_day": dt.date(2030, 1, 1)}),
        ("TEXT_TOO_LONG", {"who": NORA, "words": "x" * 501}),
    ],
)
def test_what_cannot_be_asked_for_says_why(calendar: Calendar, rosa: Actor, code: str, said: dict[str, object]):
    assert code_of(lambda: asks(rosa, calendar, None, **said)) == code
