"""Hours: rules on a wall, instants in the database, and the nights on which clocks change."""

from __future__ import annotations

import datetime as dt
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from keepwell.access.tests.test_actions import verbs
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from keepwell.scheduling import licenses, setting, slots, wall
from keepwell.scheduling.models import DayException, HealthcareService
from keepwell.scheduling.tests.conftest import NEW_YORK, NINE, WEEK, Calendar, works
from keepwell.scheduling.tests.test_booking import books, code_of
from tests.cast import Clinic


def starts(calendar: Calendar, since: str = "0:00", day: int = 0, limit: int = 100, state: str = "MA") -> list[str]:
    "The free starts of one day, as a clock in New York shows them."
    with present(calendar.clinic.system):
        found = slots.free(
            calendar.service.id,
            state=state,
            since=calendar.at(since, day),
            until=calendar.at(since, day + 1),
            limit=limit,
        )
    return [f"{one.starts_at.astimezone(NEW_YORK):%H:%M}" for one in found]


def test_a_day_is_offered_from_nine_to_the_last_visit_that_fits(calendar: Calendar):
    offered = starts(calendar)
    assert (offered[0], offered[-1], len(offered)) == ("09:00", "16:30", 31)
    assert starts(calendar, day=5) == []


def test_time_off_a_holiday_and_extra_hours_change_the_day(calendar: Calendar, willow: Clinic):
    monday = calendar.monday
    with present(willow.system) as by:
        setting.except_days(monday, monday, by=by, practitioner=calendar.practitioner, between=(NINE, dt.time(12)))
        setting.except_days(monday + dt.timedelta(1), monday + dt.timedelta(1), by=by, name="Holiday")
        setting.except_days(
            monday + dt.timedelta(5), monday + dt.timedelta(5), by=by, practitioner=calendar.practitioner,
            between=(dt.time(10), dt.time(11)), works=True,
        )  # fmt: skip
    assert starts(calendar)[0] == "12:00"
    assert starts(calendar, day=1) == []
    assert starts(calendar, day=5) == ["10:00", "10:15", "10:30"]
    with present(willow.system) as by:
        setting.usual_again(DayException.objects.get(name="Holiday"), by=by)
    assert starts(calendar, day=1)[0] == "09:00"
    assert {"day.excepted", "day.usual_again"} <= set(verbs(willow))


def test_a_full_day_offers_nothing_more(calendar: Calendar, willow: Clinic, rosa: Actor, ada: UUID):
    with present(willow.system) as by:
        setting.set_up_schedule(calendar.practitioner, "America/New_York", by=by, max_a_day=1)
    assert starts(calendar)
    books(rosa, ada, calendar)
    assert starts(calendar) == []
    assert starts(calendar, day=1)


def test_lead_time_and_horizon_bound_what_is_offered(calendar: Calendar, willow: Clinic):
    days = (calendar.monday - dt.datetime.now(NEW_YORK).date()).days
    with present(willow.system) as by:
        setting.set_up_service("Soon", 30, by=by, service=calendar.service, horizon_days=max(1, days - 3))
    assert starts(calendar) == []
    with present(willow.system) as by:
        setting.set_up_service(
            "Late", 30, by=by, service=calendar.service, horizon_days=90, lead_minutes=(days + 2) * 1440
        )
    assert starts(calendar) == []


def test_only_those_licensed_where_the_patient_is_are_offered(calendar: Calendar, willow: Clinic, cleo: Actor):
    works(willow, cleo.id, "TX")
    with present(willow.system) as by:
        setting.offer(calendar.service, [calendar.practitioner, cleo.id], by=by)
        found = slots.free(calendar.service.id, state="TX", since=calendar.at("0:00"))
    assert {one.practitioner for one in found} == {cleo.id}
    assert starts(calendar, state="CA") == []


def test_an_ended_service_and_one_nobody_offers_have_no_times(calendar: Calendar, willow: Clinic):
    with present(willow.system) as by:
        setting.offer(calendar.service, [], by=by)
    assert starts(calendar) == []
    with present(willow.system) as by:
        setting.end_service(calendar.service, by=by)
        assert HealthcareService.objects.get().ended_at is not None
    assert {"service.set_up", "service.offered", "service.ended", "schedule.set_up", "hours.set"} <= set(verbs(willow))


SPRING, FALL = dt.date(2027, 3, 14), dt.date(2027, 11, 7)


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (FALL, 25), (SPRING + dt.timedelta(7), 24)])
def test_a_day_has_as_many_hours_as_the_clock_gives_it(day: dt.date, hours: int):
    begins, ends = wall.days(day, 1, NEW_YORK)
    assert ends - begins == dt.timedelta(hours=hours)


def test_an_hour_that_does_not_exist_is_refused_by_name():
    assert code_of(lambda: wall.instant(SPRING, dt.time(2, 30), NEW_YORK)) == "HOUR_MISSING"


def test_an_hour_that_comes_twice_is_its_second_as_the_database_has_it(willow: Clinic, imani: Actor):
    at = wall.instant(FALL, dt.time(1, 30), NEW_YORK)
    assert at == dt.datetime(2027, 11, 7, 6, 30, tzinfo=dt.UTC)
    with present(willow.system) as by:
        setting.set_up_schedule(imani.id, "America/New_York", by=by)
        setting.set_hours(imani.id, [(7, dt.time(1, 30), dt.time(3))], by=by, from_day=dt.date(2020, 1, 1))
        assert slots.open_at(imani.id, at, at + dt.timedelta(hours=1))
        assert not slots.open_at(imani.id, at - dt.timedelta(hours=1), at)


def test_nine_o_clock_stays_nine_o_clock_across_the_change(willow: Clinic, imani: Actor):
    works(willow, imani.id, zone="America/Los_Angeles")
    pacific = ZoneInfo("America/Los_Angeles")
    with present(willow.system):
        for day in (dt.date(2027, 3, 12), dt.date(2027, 3, 15), dt.date(2027, 11, 5), dt.date(2027, 11, 8)):
            nine = wall.instant(day, NINE, pacific)
            assert slots.open_at(imani.id, nine, nine + dt.timedelta(hours=8))
            assert not slots.open_at(imani.id, nine - dt.timedelta(minutes=5), nine)


@pytest.mark.parametrize(
    ("code", "call"),
    [
        ("ZONE_UNKNOWN", lambda who, by: setting.set_up_schedule(who, "America/Nowhere", by=by)),
        ("SERVICE_LENGTH", lambda who, by: setting.set_up_service("x", 4, by=by)),
        ("SERVICE_LENGTH", lambda who, by: setting.set_up_schedule(who, "UTC", by=by, max_a_day=0)),
        ("MODALITY_UNKNOWN", lambda who, by: setting.set_up_service("x", 30, by=by, modalities=["fax"])),
        ("WEEKDAY_UNKNOWN", lambda who, by: setting.set_hours(who, [(8, *WEEK[0][1:])], by=by, from_day=SPRING)),
        ("TIME_ORDER", lambda who, by: setting.set_hours(who, [(1, dt.time(9), NINE)], by=by, from_day=SPRING)),
        ("TIME_ORDER", lambda who, by: setting.except_days(FALL, SPRING, by=by)),
        (
            "TIME_ORDER",
            lambda who, by: licenses.record_license(who, "MA", "1", by=by, valid_from=FALL, valid_until=SPRING),
        ),
    ],
)
def test_what_cannot_be_set_says_why(willow: Clinic, imani: Actor, code: str, call):
    with present(willow.system) as by, pytest.raises(Refusal) as refused:
        call(imani.id, by)
    assert refused.value.code == code


def test_an_end_before_its_start_is_refused():
    now = dt.datetime.now(dt.UTC)
    assert code_of(lambda: wall.to_come(now, now)) == "TIME_ORDER"
