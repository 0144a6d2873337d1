"""Whom the desk calls because no reminder may go."""

from __future__ import annotations

from uuid import UUID

import pytest

from keepwell.access.tests.consenting import agree
from keepwell.base.actor import Actor
from keepwell.base.sending import Channel, Topic
from keepwell.ledger.doorway import present
from keepwell.patients import calling
from keepwell.scheduling import booking, to_call
from keepwell.scheduling.tests.conftest import Calendar
from tests.browse import ask, text
from tests.cast import Clinic


@pytest.fixture
def soon(calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both come on the calendar's Monday, and that is within the days that are looked at."""
    with present(rosa) as by:
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


def test_who_does_not_book_does_not_call(soon: None, bea: Actor):
    assert ask(bea, "/schedule/to-call/").status_code == 403
    assert "may not be reminded" not in text(ask(bea, "/"))
