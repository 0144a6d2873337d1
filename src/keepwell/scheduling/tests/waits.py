"""How tests wait for a time, free one and are offered it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from uuid import UUID

import pytest

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.ledger.doorway import present
from keepwell.scheduling import booking, life, offering, waiting
from keepwell.scheduling.models import FreedTime, Offer, WaitlistEntry
from keepwell.scheduling.tests.conftest import Calendar
from keepwell.scheduling.waiting import Wish
from tests.cast import Clinic


def anew(actor: Actor) -> Actor:
    "The same person, with another request."
    return replace(actor, request=new_id())


def at(monkeypatch: pytest.MonkeyPatch, moment: dt.datetime) -> None:
    "It is this moment now, as far as Keepwell's own clock says."
    monkeypatch.setattr(clock, "now", lambda: moment)


def wishes(calendar: Calendar, **more: object) -> Wish:
    said = {"service": calendar.service.id, "time_zone": "America/New_York", "state": "MA"} | more
    return Wish(**said)  # type: ignore[arg-type]


def waits(actor: Actor, patient: UUID, calendar: Calendar, **more: object) -> WaitlistEntry:
    by = anew(actor)
    with present(by):
        return waiting.join(patient, wishes(calendar, **more), by=by)


def frees(actor: Actor, patient: UUID, calendar: Calendar, at: str = "10:00", day: int = 0) -> FreedTime:
    "A patient is booked, and cancels."
    by = anew(actor)
    with present(by):
        made = booking.book(patient, calendar.asked(at, day), by=by)
    by = anew(actor)
    with present(by):
        life.cancel(made, "patient", by=by)
        found = FreedTime.objects.filter(starts_at=made.starts_at).order_by("-freed_at").first()
    assert found is not None
    return found


def offers_next(actor: Actor, freed: FreedTime) -> Offer | None:
    by = anew(actor)
    with present(by):
        return offering.offer_next(freed, by=by)


def works_once(clinic: Clinic) -> int:
    "The worker comes round once."
    with present(clinic.system) as by:
        return offering.round_of_offers(by=by)
