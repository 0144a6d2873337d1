"""A calendar for the cast: imani of Willow sees people by video, Monday to Friday, nine to five in New York."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from keepwell.base.actor import Actor
from keepwell.ledger.doorway import present
from keepwell.scheduling import licenses, setting, wall
from keepwell.scheduling.asked import Booking
from keepwell.scheduling.models import HealthcareService

if TYPE_CHECKING:
    from tests.cast import Clinic

NEW_YORK = ZoneInfo("America/New_York")
NINE, FIVE = dt.time(9), dt.time(17)
WEEK = [(day, NINE, FIVE) for day in range(1, 6)]


@dataclass(frozen=True)
class Calendar:
    """A service, who gives it, and a Monday to come in their zone."""

    clinic: Clinic
    service: HealthcareService
    practitioner: UUID
    monday: dt.date

    def at(self, o_clock: str, day: int = 0) -> dt.datetime:
        hour, _, minute = o_clock.partition(":")
        return wall.instant(self.monday + dt.timedelta(days=day), dt.time(int(hour), int(minute)), NEW_YORK)

    def asked(self, o_clock: str = "10:00", day: int = 0, **more: object) -> Booking:
        said = {"modality": "video", "state": "MA"} | more
        return Booking(self.service.id, self.practitioner, self.at(o_clock, day), **said)  # type: ignore[arg-type]


def works(clinic: Clinic, practitioner: UUID, *states: str, zone: str = "America/New_York") -> None:
    "Gives a practitioner the usual week and licenses."
    with present(clinic.system) as by:
        setting.set_up_schedule(practitioner, zone, by=by)
        setting.set_hours(practitioner, WEEK, by=by, from_day=dt.date(2020, 1, 1))
        for state in states:
            licenses.record_license(practitioner, state, f"{state}-1", by=by, valid_from=dt.date(2020, 1, 1))


@pytest.fixture
def calendar(willow: Clinic, imani: Actor) -> Calendar:
    with present(willow.system) as by:
        service = setting.set_up_service("Follow-up visit", 30, by=by, modalities=["video", "phone"])
        setting.offer(service, [imani.id], by=by)
    works(willow, imani.id, "MA")
    today = dt.datetime.now(NEW_YORK).date()
    return Calendar(willow, service, imani.id, today + dt.timedelta(days=14 - today.weekday()))
