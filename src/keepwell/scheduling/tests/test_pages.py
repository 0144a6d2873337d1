"""The calendar and the pages of visits, asked for as the cast would."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from keepwell.access.tests.test_actions import verbs
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import catalogue
from keepwell.ledger.doorway import present
from keepwell.scheduling import booking, changes, setting
from keepwell.scheduling.models import Appointment, AppointmentChange, Slot
from keepwell.scheduling.tests.conftest import NEW_YORK, Calendar
from keepwell.scheduling.tests.test_booking import books
from tests.browse import ask, text
from tests.cast import Clinic


@pytest.fixture(autouse=True)
def at_the_clinic():
    "The middleware sets the clinic's zone; these pages are asked for past it."
    with timezone.override(NEW_YORK):
        yield


def day_of(calendar: Calendar, **more: object) -> str:
    asked = {"day": calendar.monday} | more
    return f"{reverse('schedule')}?{urlencode({name: str(value) for name, value in asked.items()})}"


def form(calendar: Calendar, patient: UUID | None, o_clock: str = "10:00", **more: object) -> dict[str, object]:
    said = {
        "provider": calendar.practitioner, "service": calendar.service.id, "day": calendar.monday.isoformat(),
        "time": o_clock, "how": "video", "state": "MA", "book": "1",
    }  # fmt: skip
    return said | ({"patient": patient} if patient else {}) | more


def fresh(actor: Actor) -> Actor:
    return replace(actor, request=new_id())


def the_visit(clinic: Clinic) -> Appointment:
    with present(clinic.system):
        return Appointment.objects.get()


def test_the_day_names_who_comes_and_says_nothing_clinical(calendar: Calendar, rosa: Actor, ada: UUID):
    books(rosa, ada, calendar, reason="Headaches")
    page = text(ask(rosa, day_of(calendar)))
    assert "Ada Lovelace" in page
    assert "Imani" in page
    assert "Headaches" not in page
    assert "cal-free" in page


def test_a_role_without_names_sees_that_there_is_a_visit(calendar: Calendar, rosa: Actor, pat: Actor, ada: UUID):
    books(rosa, ada, calendar)
    page = text(ask(pat, day_of(calendar)))
    assert "cal-visit" in page
    assert "Lovelace" not in page
    assert "cal-free" not in page


def test_a_week_filters_and_hours_off(calendar: Calendar, rosa: Actor, cleo: Actor, ada: UUID, willow: Clinic):
    books(rosa, ada, calendar, day=1)
    with present(willow.system) as by:
        setting.except_days(calendar.monday, calendar.monday, by=by, name="Founders day")
    week = text(ask(rosa, day_of(calendar, view="week", provider=calendar.practitioner)))
    assert "Ada Lovelace" in week
    assert "Founders day" in week
    assert "Ada Lovelace" not in text(ask(rosa, day_of(calendar, view="week", how="phone")))
    assert "Nobody to show" in text(ask(rosa, day_of(calendar, provider=cleo.id)))
    assert "Ada Lovelace" in text(ask(rosa, day_of(calendar, view="week", service=calendar.service.id)))


def test_a_visit_that_hours_or_licenses_no_longer_cover_cannot_be_missed(
    calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic
):
    books(rosa, ada, calendar)
    assert "clash" not in text(ask(rosa, day_of(calendar)))
    with present(willow.system) as by:
        setting.except_days(calendar.monday, calendar.monday, by=by, practitioner=calendar.practitioner)
    page = text(ask(rosa, day_of(calendar)))
    assert "Outside working hours" in page
    assert "1 visit needs a look" in page


def test_a_full_calendar_costs_less_than_fifty_milliseconds(calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID):
    "By the clock of this process: what else the machine does is nobody's page."
    for number in range(14):
        books(rosa, (ada, bo)[number % 2], calendar, f"{9 + number // 2}:{number % 2 * 30:02}")
    ask(rosa, day_of(calendar))
    took = []
    for _again in range(5):
        began = time.process_time()
        ask(fresh(rosa), day_of(calendar))
        took.append(time.process_time() - began)
    assert min(took) < 0.05, took


def test_a_visit_is_booked_from_the_form(calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic):
    found = text(ask(rosa, reverse("book"), form(calendar, None, words="lovelace", find="1")))
    assert str(ada) in found
    answer = ask(fresh(rosa), reverse("book"), form(calendar, ada, reason="Headaches"))
    assert answer.status_code == 302
    made = the_visit(willow)
    assert (made.starts_at, made.patient_id) == (calendar.at("10:00"), ada)
    after = text(ask(fresh(rosa), answer["Location"]))
    assert "Nothing is sent about it." in after
    assert "/undo/" in after


def test_a_taken_time_offers_three_and_one_click_takes_one(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic
):
    books(rosa, ada, calendar)
    answer = ask(fresh(rosa), reverse("book"), form(calendar, bo, reason="Sore throat"))
    page = text(answer)
    assert (answer.status_code, "SLOT_TAKEN" in page, "Sore throat" in page) == (409, True, True)
    offers = re.findall(r'name="take" value="([^"]+)"', page)
    assert len(offers) == 3
    taken = ask(fresh(rosa), reverse("book"), form(calendar, bo, take=offers[0]))
    assert taken.status_code == 302
    with present(willow.system):
        assert Appointment.objects.get(patient_id=bo).starts_at == calendar.at("10:30")


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("PATIENT_MISSING", {"patient": ""}),
        ("TIME_PAST", {"day": "2020-01-06"}),
        ("TIME_ORDER", {"minutes": "-5"}),
        ("SLOT_OUTSIDE_HOURS", {"time": "20:00"}),
        ("LOCATION_REQUIRED", {"state": ""}),
        ("LICENSE_STATE_MISMATCH", {"state": "TX"}),
        ("MODALITY_UNKNOWN", {"how": "in-person"}),
        ("HOUR_MISSING", {"day": "2027-03-14", "time": "02:30"}),
        ("HOUR_TWICE", {"day": "2027-11-07", "time": "01:30"}),
        ("SERVICE_LENGTH", {"minutes": "600"}),
    ],
)
def test_what_the_form_refuses_it_says_by_name_and_keeps_what_was_typed(
    calendar: Calendar, rosa: Actor, ada: UUID, code: str, more: dict[str, str]
):
    answer = ask(rosa, reverse("book"), form(calendar, ada, reason="Typed words") | more)
    page = text(answer)
    assert answer.status_code == catalogue()[code].status
    assert catalogue()[code].message.partition("{")[0].replace("'", "&#39;") in page
    assert "Typed words" in page


def test_an_expired_hold_says_so_and_keeps_what_was_typed(calendar: Calendar, rosa: Actor, ada: UUID):
    looked = text(ask(rosa, reverse("book-look"), form(calendar, ada)))
    (held,) = re.findall(r'name="hold" value="([^"]+)"', looked)
    assert "data-until" in looked
    with present(fresh(rosa)) as by:
        booking.release(Slot.objects.get(id=held), by=by)
    answer = ask(fresh(rosa), reverse("book"), form(calendar, ada, hold=held, reason="Typed words"))
    page = text(answer)
    assert (answer.status_code, "HOLD_EXPIRED" in page, "Typed words" in page) == (409, True, True)
    assert "hold_again" in page
    again = form(calendar, ada, hold_again="1")
    del again["book"]
    assert "data-until" in text(ask(fresh(rosa), reverse("book"), again))


def test_overbooking_needs_the_permission_and_a_reason_that_is_kept(
    calendar: Calendar, rosa: Actor, cleo: Actor, ada: UUID, bo: UUID, willow: Clinic
):
    books(rosa, ada, calendar)
    over = form(calendar, bo, overbook="on", why="Agreed with the provider")
    assert ask(fresh(rosa), reverse("book"), over).status_code == 403
    assert ask(fresh(cleo), reverse("book"), over | {"why": ""}).status_code == 422
    assert ask(fresh(cleo), reverse("book"), over).status_code == 302
    with present(willow.system):
        made = Appointment.objects.get(patient_id=bo)
    assert made.overbooked
    page = text(ask(fresh(rosa), reverse("appointment", args=[made.id])))
    assert "Agreed with the provider" in page
    assert "Overbooked" in text(ask(fresh(rosa), day_of(calendar)))


def test_a_visit_tells_its_history_and_its_reason_to_who_looks_after_the_patient(
    calendar: Calendar, rosa: Actor, imani: Actor, theo: Actor, ada: UUID
):
    made = books(rosa, ada, calendar, reason="Headaches")
    assert "Headaches" not in text(ask(fresh(rosa), reverse("appointment", args=[made.id])))
    assert "sealed" in text(ask(fresh(rosa), reverse("appointment", args=[made.id])))
    page = text(ask(fresh(theo), reverse("appointment", args=[made.id])))
    assert reverse("activity") in page
    assert "Rosa" in page


def test_arrive_check_in_and_back_from_the_page(calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic):
    made = books(rosa, ada, calendar)
    for page in ("appointment-arrive", "appointment-check-in", "appointment-as-booked", "appointment-arrive"):
        version = the_visit(willow).version
        answer = ask(fresh(rosa), reverse(page, args=[made.id]), {"version": version, "back": day_of(calendar)})
        assert answer["Location"] == day_of(calendar)
    assert the_visit(willow).waiting_since is not None
    assert "Arrived" in text(ask(fresh(rosa), day_of(calendar)))
    stale = ask(fresh(rosa), reverse("appointment-check-in", args=[made.id]), {"version": "1"})
    assert stale.status_code == 409


def test_a_visit_is_moved_by_a_drag_and_resized_and_a_taken_time_offers_others(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic
):
    made = books(rosa, ada, calendar)
    drag = {
        "provider": calendar.practitioner, "version": 1, "back": day_of(calendar),
        "starts_at": calendar.at("11:00").isoformat(), "ends_at": calendar.at("11:45").isoformat(),
    }  # fmt: skip
    assert ask(fresh(rosa), reverse("appointment-move", args=[made.id]), drag).status_code == 302
    moved = the_visit(willow)
    assert (moved.starts_at, moved.ends_at) == (calendar.at("11:00"), calendar.at("11:45"))
    stale = ask(fresh(rosa), reverse("appointment-move", args=[made.id]), drag)
    assert (stale.status_code, "STALE_VERSION" in text(stale)) == (409, True)
    books(rosa, bo, calendar, "14:00")
    taken = ask(
        fresh(rosa), reverse("appointment-move", args=[made.id]),
        drag | {"version": 2, "starts_at": calendar.at("14:00").isoformat(), "ends_at": ""},
    )  # fmt: skip
    assert taken.status_code == 409
    assert text(taken).count('name="take"') == 3
    typed = ask(fresh(rosa), reverse("appointment-move", args=[made.id]))
    assert 'value="45"' in text(typed)


def test_every_change_can_be_undone_for_ten_seconds_by_whoever_made_it(
    calendar: Calendar, rosa: Actor, cleo: Actor, ada: UUID, willow: Clinic
):
    made = books(rosa, ada, calendar)
    url = reverse("appointment-move", args=[made.id])
    later = {"provider": calendar.practitioner, "version": 1, "starts_at": calendar.at("11:00").isoformat()}
    ask(fresh(rosa), url, later)
    assert _undo(cleo, willow) == 409
    assert _undo(rosa, willow) == 302
    assert the_visit(willow).starts_at == calendar.at("10:00")
    ask(fresh(rosa), reverse("appointment-cancel", args=[made.id]), {"version": 3, "cancel-cause": "patient"})
    assert the_visit(willow).status == "cancelled"
    assert _undo(rosa, willow) == 302
    back = the_visit(willow)
    with present(willow.system):
        assert (back.status, Slot.objects.get(id=back.slot_id).status) == ("booked", "busy")
    assert "appointment.undone" in verbs(willow)


def test_a_booking_undone_was_entered_in_error_and_its_time_is_free(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic
):
    books(rosa, ada, calendar)
    assert _undo(rosa, willow) == 302
    assert the_visit(willow).status == "entered-in-error"
    books(rosa, bo, calendar)


def test_after_ten_seconds_a_change_stays(
    calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic, monkeypatch: pytest.MonkeyPatch
):
    books(rosa, ada, calendar)
    later = clock.now() + changes.UNDO * 1.1
    monkeypatch.setattr(clock, "now", lambda: later)
    answer = _undo(rosa, willow, answer=True)
    assert (answer.status_code, "UNDO_OVER" in text(answer)) == (409, True)


def _undo(actor: Actor, clinic: Clinic, answer: bool = False):
    with present(clinic.system):
        last = AppointmentChange.objects.exclude(verb="appointment.undone").order_by("-at").first()
    assert last
    got = ask(fresh(actor), reverse("appointment-undo", args=[last.id]), {})
    return got if answer else got.status_code


def test_today_lists_who_waits_before_who_is_about_to_come(
    calendar: Calendar, rosa: Actor, imani: Actor, cleo: Actor, ada: UUID, bo: UUID, monkeypatch: pytest.MonkeyPatch
):
    books(rosa, ada, calendar, "10:00")
    made = books(rosa, bo, calendar, "10:30")
    assert "Visits now" not in text(ask(fresh(rosa), "/"))
    monkeypatch.setattr(clock, "now", lambda: calendar.at("9:55"))
    ask(fresh(rosa), reverse("appointment-arrive", args=[made.id]), {"version": 1, "back": "/"})
    page = text(ask(fresh(rosa), "/"))
    assert page.index("Bo “Bobby” Nguyen") < page.index("Ada Lovelace")
    assert "Noted as arrived" in page
    assert "Visits now" in text(ask(fresh(imani), "/"))


def test_the_pulse_tells_that_something_changed_and_opens_nothing(calendar: Calendar, rosa: Actor, ada: UUID):
    page = text(ask(rosa, day_of(calendar)))
    (pulse,) = re.findall(r'hx-get="(/schedule/pulse/[^"]+)"', page)
    address = pulse.replace("&amp;", "&")
    assert "HX-Trigger" not in ask(fresh(rosa), address)
    books(rosa, ada, calendar)
    answer = ask(fresh(rosa), address)
    assert answer["HX-Trigger"] == "calendar-changed"
    assert "Lovelace" not in text(answer)
