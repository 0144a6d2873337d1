"""Whom the desk calls because no reminder may go."""

from __future__ import annotations

from uuid import UUID

import pytest

from keepwell.access import consenting
from keepwell.access.consenting import Answer
from keepwell.access.tests.consenting import agree
from keepwell.base.actor import Actor
from keepwell.base.sending import Channel, Topic
from keepwell.ledger.doorway import present
from keepwell.patients import calling
from keepwell.patients.reach import Contact
from keepwell.patients.tests.people import adds, again
from keepwell.scheduling import booking, to_call
from keepwell.scheduling.tests.conftest import Calendar
from tests.browse import ask, text
from tests.cast import Clinic


@pytest.fixture
def soon(willow: Clinic, calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both come on the calendar's Monday, and that is within the days that are looked at."""
    for patient in (ada, bo):
        adds(willow, patient, Contact(system="email", value="somebody@example.org"))
        adds(willow, patient, Contact(system="phone", value="(617) 555-0143"))
    with present(again(rosa)) as by:
        for patient, hour in ((ada, "10:00"), (bo, "11:00")):
            booking.book(patient, calendar.asked(hour), by=by)
    monkeypatch.setattr(to_call, "AHEAD", 30 * to_call.AHEAD)


def test_patients_who_agreed_to_no_message_are_called(willow: Clinic, soon: None, rosa: Actor, ada: UUID, bo: UUID):
    with present(Actor(rosa.id, rosa.practice, rosa.role, rosa.purpose)) as by:
        calling.flag(bo, "relay", by=by)
    agree(willow, ada, Channel.EMAIL, Topic.APPOINTMENTS)
    page = text(ask(rosa, "/schedule/to-call/"))
    assert "Bo" in page and "Lovelace" not in page
    assert "SMS_NO_CONSENT" in page and "hearing: relay call" in page and f"/patients/{bo}/call/" in page
    assert "1 patient with a visit soon may not be reminded" in text(ask(rosa, "/"))
    agree(willow, bo, Channel.SMS, Topic.APPOINTMENTS)
    assert "Nobody to call" in text(ask(rosa, "/schedule/to-call/"))
    assert "may not be reminded" not in text(ask(rosa, "/"))


def test_whoever_asked_for_letters_or_for_no_calls_is_not_called(
    willow: Clinic, soon: None, rosa: Actor, ada: UUID, bo: UUID
):
    assert "2 patients with a visit soon" in text(ask(rosa, "/"))
    with present(again(rosa)) as by:
        consenting.reach_only(ada, [Channel.LETTER], by=by)
        consenting.answer(bo, Answer(kind="reach", channel=Channel.VOICE, agreed=False), by=by)
    page = text(ask(rosa, "/schedule/to-call/"))
    assert page.count("Nor by phone") == 2 and f"/patients/{ada}/call/" not in page
    assert "with a visit soon" not in text(ask(rosa, "/"))
    call = text(ask(rosa, f"/patients/{ada}/call/"))
    assert "tel:" not in call and "Do not call" in call and "CHANNEL_NOT_ALLOWED" in call


def test_a_number_is_dialed_from_the_callers_page(soon: None, rosa: Actor, ada: UUID):
    assert 'href="tel:+16175550143"' in text(ask(rosa, f"/patients/{ada}/call/"))
    assert "tel:" not in text(ask(rosa, "/schedule/to-call/"))


def test_who_does_not_book_does_not_call(soon: None, bea: Actor):
    assert ask(bea, "/schedule/to-call/").status_code == 403
    assert "may not be reminded" not in text(ask(bea, "/"))
