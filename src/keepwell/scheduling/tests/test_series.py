"""Visits that come again: on the wall clock, shown before they are saved, all that was agreed or none."""

from __future__ import annotations

import datetime as dt
import re
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from keepwell.access.tests.test_actions import verbs
from keepwell.base.actor import Actor
from keepwell.ledger.doorway import present
from keepwell.scheduling import repeating, setting, wall
from keepwell.scheduling.models import Appointment, AppointmentSeries, Slot
from keepwell.scheduling.series import MOST, Rule
from keepwell.scheduling.tests.conftest import NEW_YORK, Calendar
from keepwell.scheduling.tests.test_booking import books, code_of
from keepwell.scheduling.tests.test_pages import at_the_clinic as at_the_clinic  # a fixture
from keepwell.scheduling.tests.test_pages import form, fresh
from tests.browse import ask, text
from tests.cast import Clinic


def weekly(calendar: Calendar, weeks: int) -> dict[str, str]:
    return {"every": "1", "unit": "wk", "until": (calendar.monday + dt.timedelta(weeks=weeks - 1)).isoformat()}


def visits(clinic: Clinic) -> list[Appointment]:
    with present(clinic.system):
        return list(Appointment.objects.order_by("starts_at"))


def booked(calendar: Calendar, rosa: Actor, ada: UUID, weeks: int = 4) -> None:
    answer = ask(fresh(rosa), reverse("book"), form(calendar, ada, agreed="1", **weekly(calendar, weeks)))
    assert answer.status_code == 302, text(answer)


def test_a_rule_keeps_the_week_or_the_weekday_of_the_month():
    first = dt.date(2027, 1, 12)
    assert Rule(2, "wk", dt.date(2027, 2, 9)).days(first) == [first, dt.date(2027, 1, 26), dt.date(2027, 2, 9)]
    monthly = Rule(1, "mo", dt.date(2027, 4, 30)).days(first)
    assert monthly == [first, dt.date(2027, 2, 9), dt.date(2027, 3, 9), dt.date(2027, 4, 13)]
    fifth = Rule(1, "mo", dt.date(2027, 4, 30)).days(dt.date(2027, 1, 29))
    assert fifth == [dt.date(2027, 1, 29), dt.date(2027, 2, 26), dt.date(2027, 3, 26), dt.date(2027, 4, 30)]


@pytest.mark.parametrize(
    ("code", "every", "years"), [("SERIES_TOO_LONG", 1, 10), ("SERIES_TOO_LONG", 26, 3), ("TIME_ORDER", 1, -1)]
)
def test_a_rule_that_cannot_be_is_refused_by_name(code: str, every: int, years: int):
    first = dt.date(2027, 1, 12)
    assert code_of(lambda: Rule(every, "wk", first + dt.timedelta(days=366 * years)).days(first)) == code


def test_nothing_is_saved_before_it_was_agreed(calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic):
    books(rosa, bo, calendar, day=7)
    with present(willow.system) as by:
        off = calendar.monday + dt.timedelta(days=14)
        setting.except_days(off, off, by=by, name="Holiday")
    answer = ask(fresh(rosa), reverse("book"), form(calendar, ada, reason="Therapy", **weekly(calendar, 4)))
    page = text(answer)
    assert answer.status_code == 200
    assert "2 of 4 visits fit as they are" in page
    assert "This time was just taken." in page
    assert "does not work at that time" in page
    assert len(visits(willow)) == 1
    other = re.findall(r'<option value="(20[^"]+)"', page)
    decided = form(calendar, ada, agreed="1", **weekly(calendar, 4)) | {
        "do-1": other[0],
        "do-2": "skip",
        "do-3": "keep",
    }
    assert ask(fresh(rosa), reverse("book"), decided).status_code == 302
    made = [v for v in visits(willow) if v.patient_id == ada]
    assert len(made) == 3
    assert made[1].starts_at.isoformat() == other[0]
    assert len({v.series_id for v in made}) == 1
    assert "series.booked" in verbs(willow)


def test_one_that_was_taken_meanwhile_stops_all(calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic):
    books(rosa, bo, calendar, day=7)
    decided = form(calendar, ada, agreed="1", **weekly(calendar, 3)) | {"do-1": "keep"}
    answer = ask(fresh(rosa), reverse("book"), decided)
    assert (answer.status_code, "SLOT_TAKEN" in text(answer)) == (409, True)
    assert [v.patient_id for v in visits(willow)] == [bo]
    with present(willow.system):
        assert not AppointmentSeries.objects.exists()


def test_ten_years_are_refused_on_the_page_and_an_empty_series_too(calendar: Calendar, rosa: Actor, ada: UUID):
    ten = (calendar.monday + dt.timedelta(days=3650)).isoformat()
    answer = ask(fresh(rosa), reverse("book"), form(calendar, ada, every="1", unit="wk", until=ten))
    assert answer.status_code == 422
    assert f"at most {MOST} times" in text(answer)
    none = form(calendar, ada, agreed="1", **weekly(calendar, 2)) | {"do-0": "skip", "do-1": "skip"}
    answer = ask(fresh(rosa), reverse("book"), none)
    assert (answer.status_code, "SERIES_EMPTY" in text(answer)) == (422, True)


def test_nine_o_clock_stays_nine_o_clock_across_the_change(calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic):
    first = calendar.monday
    rule = Rule(4, "wk", first + dt.timedelta(weeks=40))
    at = [wall.instant(day, dt.time(10), NEW_YORK) for day in rule.days(first)]
    with present(fresh(rosa)) as by:
        made = repeating.book(ada, calendar.asked(), rule, NEW_YORK.key, dt.time(10), at, by=by)
    local = [v.starts_at.astimezone(NEW_YORK) for v in made]
    assert {(v.hour, v.weekday()) for v in local} == {(10, 0)}
    assert len({v.utcoffset() for v in local}) == 2


def test_one_following_or_all_are_cancelled_and_undone_together(
    calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic
):
    booked(calendar, rosa, ada, 5)
    all_of = visits(willow)
    cancel = {"cancel-cause": "patient", "version": "1"}
    ask(fresh(rosa), reverse("appointment-cancel", args=[all_of[0].id]), cancel | {"cancel-scope": "one"})
    assert [v.status for v in visits(willow)] == ["cancelled", *["booked"] * 4]
    there = fresh(rosa)
    ask(there, reverse("appointment-cancel", args=[all_of[3].id]), cancel | {"cancel-scope": "following"})
    assert [v.status for v in visits(willow)] == ["cancelled", "booked", "booked", "cancelled", "cancelled"]
    page = text(ask(fresh(rosa), reverse("schedule")))
    assert "Cancelled: 2 visits" in page
    (undo,) = re.findall(r'action="(/schedule/changes/[^"]+)"', page)
    assert ask(fresh(rosa), undo, {}).status_code == 302
    assert [v.status for v in visits(willow)] == ["cancelled", *["booked"] * 4]
    ask(fresh(rosa), reverse("appointment-cancel", args=[all_of[2].id]), cancel | {"cancel-scope": "all"})
    assert {v.status for v in visits(willow)} == {"cancelled"}
    assert "series.cancelled" in verbs(willow)
    with present(willow.system):
        assert not Slot.objects.filter(status=Slot.Status.BUSY).exists()


def test_this_and_those_after_it_are_moved_by_the_same_days(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic
):
    booked(calendar, rosa, ada, 4)
    rows = visits(willow)
    books(rosa, bo, calendar, "11:00", day=15)
    url = reverse("appointment-move", args=[rows[1].id])
    tuesday = calendar.monday + dt.timedelta(days=8)
    said = {"provider": calendar.practitioner, "day": tuesday, "time": "11:00", "minutes": "30", "scope": "following",
            "version": "1"}  # fmt: skip
    page = text(ask(fresh(rosa), url, said))
    assert "2 of 3 visits fit" in page
    assert [v.starts_at for v in visits(willow) if v.patient_id == ada] == [v.starts_at for v in rows]
    assert ask(fresh(rosa), url, said | {"agreed": "1"}).status_code == 302
    moved = [v.starts_at for v in visits(willow) if v.patient_id == ada]
    assert moved == [rows[0].starts_at, calendar.at("11:00", 8), rows[2].starts_at, calendar.at("11:00", 22)]
    assert "series.moved" in verbs(willow)


def test_a_week_later_makes_room_from_the_end(calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic):
    booked(calendar, rosa, ada, 3)
    rows = visits(willow)
    later = timezone.localtime(rows[0].starts_at).date() + dt.timedelta(days=7)
    said = {"provider": calendar.practitioner, "day": later, "time": "10:00", "minutes": "30", "scope": "all",
            "version": "1", "agreed": "1"}  # fmt: skip
    assert ask(fresh(rosa), reverse("appointment-move", args=[rows[0].id]), said).status_code == 302
    assert [v.starts_at for v in visits(willow)] == [calendar.at("10:00", 7 * n) for n in (1, 2, 3)]
