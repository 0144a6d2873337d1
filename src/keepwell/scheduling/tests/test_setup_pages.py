"""Settings → Scheduling: what is set on the pages is what can be booked, and what cannot be set says why."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest

from keepwell.access.tests.test_actions import verbs
from keepwell.base.actor import Actor
from keepwell.ledger.doorway import present
from keepwell.patients.tests.people import again
from keepwell.scheduling import setting, slots
from keepwell.scheduling.forms_setup import WeekForm
from keepwell.scheduling.models import DayException, HealthcareService, Offering, WeeklyHours
from keepwell.scheduling.tests.conftest import Calendar, works
from keepwell.scheduling.tests.test_booking import books, code_of
from tests.browse import ask, text
from tests.cast import Clinic

SERVICE = {
    "name": "Video follow-up", "minutes": "30", "before_minutes": "0", "after_minutes": "10", "grid_minutes": "15",
    "modalities": ["video", "phone"], "clinical": "on", "seats": "1", "lead_minutes": "120", "horizon_days": "60",
}  # fmt: skip


def test_a_service_is_made_changed_ended_and_offered_again(cleo: Actor, imani: Actor, willow: Clinic):
    assert "No service yet" in text(ask(cleo, "/settings/scheduling/"))
    made = ask(cleo, "/settings/scheduling/services/new/", SERVICE | {"who": [str(imani.id)]})
    assert made.status_code == 302, text(made)
    with present(again(cleo)):
        row = HealthcareService.objects.get()
        assert (row.minutes, row.after_minutes, row.lead_minutes, row.modalities) == (30, 10, 120, ["video", "phone"])
        assert Offering.objects.get(ended_at=None).practitioner_id == imani.id
    here = f"/settings/scheduling/services/{row.id}/"
    assert "Video follow-up" in text(ask(cleo, here))
    assert ask(cleo, here, SERVICE | {"minutes": "45", "who": []}).status_code == 302
    page = text(ask(cleo, "/settings/scheduling/"))
    assert "nobody" in page
    assert "45" in page
    assert ask(cleo, f"{here}end/", {}).status_code == 302
    assert "1 service that ended" in text(ask(cleo, "/settings/scheduling/"))
    assert ask(cleo, f"{here}restore/", {}).status_code == 302
    assert "service.restored" in verbs(willow)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"minutes": "3"}, "not possible"),
        ({"after_minutes": "700"}, "not possible"),
        ({"modalities": []}, "id_modalities"),
        ({"name": "Follow-up visit"}, "There is a service of this name"),
        ({"name": " "}, "This is empty"),
    ],
)
def test_what_a_service_cannot_be_stands_at_its_field(
    cleo: Actor, calendar: Calendar, wrong: dict[str, object], words: str
):
    answer = ask(cleo, "/settings/scheduling/services/new/", SERVICE | wrong)
    assert answer.status_code in (409, 422)
    assert words in text(answer)


def test_an_ended_service_does_not_come_back_under_a_taken_name(calendar: Calendar, willow: Clinic):
    with present(willow.system) as by:
        setting.end_service(calendar.service, by=by)
        setting.set_up_service(calendar.service.name, 20, by=by)
        assert code_of(lambda: setting.restore_service(calendar.service, by=by)) == "SERVICE_NAME_TAKEN"


def test_a_week_is_set_and_its_times_are_offered_at_once(cleo: Actor, imani: Actor, calendar: Calendar):
    here = f"/settings/scheduling/hours/{imani.id}/"
    assert "Monday – Friday" in text(ask(cleo, here))
    day = calendar.monday.isoformat()
    week = {
        "from_day": day,
        "d1_0_opens": "10:00",
        "d1_0_closes": "11:00",
        "d1_1_opens": "13:00",
        "d1_1_closes": "14:00",
    }
    assert ask(cleo, f"{here}week/", week).status_code == 302
    with present(again(cleo)):
        free = slots.free(calendar.service.id, state="MA", since=calendar.at("0:00"), until=calendar.at("0:00", 5))
        assert [f.starts_at for f in free] == [
            calendar.at(t) for t in ("10:00", "10:15", "10:30", "13:00", "13:15", "13:30")
        ]
    page = text(ask(cleo, here))
    assert "10:00 AM – 11:00 AM, 1:00 PM – 2:00 PM" in page
    assert "9:00 AM – 5:00 PM" in page


def test_the_preview_is_the_real_search(cleo: Actor, imani: Actor, calendar: Calendar, willow: Clinic):
    here = f"/settings/scheduling/hours/{imani.id}/"
    assert "9:00 AM" in text(ask(cleo, here)).partition("What can be booked")[2]
    with present(willow.system) as by:
        setting.offer(calendar.service, [], by=by)
    assert "They offer no service yet" in text(ask(cleo, here))


def test_a_calendar_has_a_zone_that_exists(cleo: Actor, imani: Actor):
    here = f"/settings/scheduling/hours/{imani.id}/"
    assert "Set the time zone first" in text(ask(cleo, here))
    wrong = ask(cleo, f"{here}calendar/", {"time_zone": "America/Nowhere", "max_a_day": ""})
    assert wrong.status_code == 422
    assert "no time zone of that name" in text(wrong)
    assert ask(cleo, f"{here}calendar/", {"time_zone": "America/Chicago", "max_a_day": "12"}).status_code == 302
    assert "Chicago" in text(ask(cleo, "/settings/scheduling/"))


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ({"d2_0_opens": "12:00", "d2_0_closes": "09:00"}, "It ends before it begins"),
        ({"d2_0_opens": "22:00", "d2_0_closes": "06:00"}, "cannot run across midnight"),
        ({"d2_0_opens": "09:00", "d2_0_closes": "12:00", "d2_1_opens": "11:00", "d2_1_closes": "13:00"}, "overlap"),
        ({"d2_0_opens": "09:00"}, "Hours on Tuesday"),
    ],
)
def test_impossible_hours_are_refused_at_their_day(
    cleo: Actor, imani: Actor, calendar: Calendar, hours: dict[str, str], words: str
):
    answer = ask(cleo, f"/settings/scheduling/hours/{imani.id}/week/", {"from_day": "2027-01-04"} | hours)
    assert answer.status_code == 422
    assert words in text(answer)
    assert "#id_d2_0_opens" in text(answer)
    with present(again(cleo)):
        assert WeeklyHours.objects.count() == 5


@pytest.mark.parametrize(
    ("week", "code"),
    [
        ([(1, dt.time(22), dt.time(6))], "HOURS_ACROSS_MIDNIGHT"),
        ([(1, dt.time(9), dt.time(12)), (1, dt.time(11), dt.time(13))], "HOURS_OVERLAP"),
    ],
)
def test_hours_that_cannot_be_have_names(willow: Clinic, imani: Actor, week, code: str):
    with present(willow.system) as by:
        assert code_of(lambda: setting.set_hours(imani.id, week, by=by, from_day=dt.date(2027, 1, 4))) == code


def test_a_week_between_two_others_ends_the_one_before_it(willow: Clinic, imani: Actor):
    works(willow, imani.id)
    later, sooner = dt.date(2027, 3, 1), dt.date(2027, 1, 4)
    with present(willow.system) as by:
        setting.set_hours(imani.id, [(1, dt.time(8), dt.time(12))], by=by, from_day=later)
        setting.set_hours(imani.id, [(2, dt.time(8), dt.time(12))], by=by, from_day=sooner)
        assert {(r.weekday, r.until_day) for r in WeeklyHours.objects.filter(weekday=1)} == {(1, dt.date(2027, 1, 3))}


def test_time_off_shows_what_is_booked_then(
    cleo: Actor, rosa: Actor, imani: Actor, pat: Actor, calendar: Calendar, ada: UUID
):
    books(rosa, ada, calendar)
    here = f"/settings/scheduling/hours/{imani.id}/"
    off = {
        "works": "",
        "from_day": calendar.monday.isoformat(),
        "until_day": "",
        "opens": "",
        "closes": "",
        "name": "Away",
    }
    assert "Half" not in text(ask(cleo, here))
    half = ask(cleo, f"{here}days/", off | {"opens": "09:00"})
    assert half.status_code == 422
    afternoon = text(ask(cleo, f"{here}days/", off | {"opens": "13:00", "closes": "17:00"}))
    assert "To be moved" not in afternoon
    page = text(ask(cleo, f"{here}days/", off))
    assert "To be moved" in page
    assert "Ada Lovelace" in page
    closed = {"from_day": calendar.monday.isoformat(), "until_day": "", "opens": "", "closes": "", "name": "Snow day"}
    page = text(ask(pat, "/settings/scheduling/holidays/", closed))
    assert "To be moved" in page
    assert "Lovelace" not in page
    with present(again(cleo)):
        snow = DayException.objects.get(name="Snow day")
    assert ask(cleo, f"/settings/scheduling/days/{snow.id}/end/", {}).status_code == 302
    assert "Snow day" not in text(ask(cleo, "/settings/scheduling/"))


def test_only_who_manages_schedules_sets_them(rosa: Actor, imani: Actor):
    assert ask(rosa, "/settings/scheduling/").status_code == 403
    assert ask(imani, f"/settings/scheduling/hours/{imani.id}/").status_code == 403


def test_half_a_span_of_hours_is_named(willow: Clinic):
    with present(willow.system):
        form = WeekForm({"from_day": "2027-01-04", "d2_0_opens": "09:00"})
        assert form.is_valid()
        assert code_of(form.week) == "HOURS_HALF"
