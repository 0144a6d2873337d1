"""Two desks want one time; a visit is dragged, undone and moved by keyboard; the phone shows the day as a list."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from keepwell.access.tests.somebody import Somebody
from keepwell.base.actor import Role
from keepwell.ledger.doorway import present
from keepwell.scheduling.models import Appointment
from keepwell.scheduling.tests.conftest import Calendar
from keepwell.scheduling.tests.conftest import calendar as calendar  # a fixture
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import browser as browser  # a fixture
from tests.journeys.test_main_job import signed_in
from tests.journeys.test_tasks import fits

pytestmark = pytest.mark.browser


def day(calendar: Calendar) -> str:
    return f"/schedule/?day={calendar.monday.isoformat()}"


def begins_booking(tab: Page, calendar: Calendar, o_clock: str, words: str) -> None:
    "Opens the panel on a free slot and chooses the patient."
    tab.goto(day(calendar))
    tab.click(f'.cal-free[aria-label^="Book {o_clock}"]')
    tab.wait_for_selector("#panel #id_words")
    tab.fill("#panel #id_words", words)
    tab.click("#panel button[name=find]")
    tab.wait_for_selector("#panel input[name=patient]")
    tab.click("#panel button[name=choose]")
    tab.wait_for_selector("#panel .chosen")
    tab.fill("#panel #id_reason", f"Seen about {words}")


def starts(clinic: Clinic, patient: UUID) -> object:
    with present(clinic.system):
        return Appointment.objects.get(patient_id=patient, status="booked").starts_at


def drags(tab: Page, rows: float) -> None:
    "Pulls the only visit down by so many hours."
    box = tab.locator("[data-visit]").first.bounding_box()
    hour = tab.locator(".cal-hours .cal-body span").first.bounding_box()
    assert box and hour
    tab.mouse.move(box["x"] + 30, box["y"] + 8)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 30, box["y"] + 40, steps=4)
    tab.mouse.move(box["x"] + 30, box["y"] + 8 + hour["height"] * rows, steps=6)
    tab.mouse.up()


def test_two_desks_want_one_time_and_one_takes_another(
    browser: Browser, workers: Workers, willow: Clinic, calendar: Calendar, ada: UUID, bo: UUID
):
    first = signed_in(browser, workers, Somebody.at(willow, Role.FRONT_DESK))
    second = signed_in(browser, workers, Somebody.at(willow, Role.COORDINATOR))
    begins_booking(first, calendar, "10:00", "lovelace")
    fits(first, "schedule-book")
    expect(first.locator("#panel [data-until]")).to_have_text(re.compile(r"^[0-4]:\d\d$"))
    first.select_option("#panel #id_state", "MA")
    expect(first.locator("#panel #checks")).to_contain_text("licensed in MA")
    second.goto(day(calendar))
    expect(second.locator(".cal-held")).to_contain_text("Held")
    second.goto(
        f"/schedule/book/?at={calendar.at('10:00').isoformat().replace('+', '%2B')}&provider={calendar.practitioner}"
    )
    second.fill("#id_words", "nguyen")
    second.click("button[name=find]")
    second.click("button[name=choose]")
    second.select_option("#id_state", "MA")
    second.fill("#id_reason", "Sore throat")
    expect(second.locator("#checks")).to_contain_text("just taken")
    first.click("#panel button[name=book]")
    first.wait_for_selector(".cal-visit >> text=Ada Lovelace")
    second.click("button[name=book]")
    second.wait_for_selector(".refusal")
    assert second.input_value("#id_reason") == "Sore throat"
    fits(second, "schedule-taken")
    assert second.locator("button[name=take]").count() == 3
    second.locator("button[name=take]").first.click()
    second.wait_for_selector(".cal-visit >> text=Nguyen")
    assert starts(willow, ada) == calendar.at("10:00")
    assert starts(willow, bo) == calendar.at("10:30")


def test_a_visit_is_dragged_undone_and_moved_without_a_mouse(
    browser: Browser, workers: Workers, willow: Clinic, calendar: Calendar, ada: UUID
):
    tab = signed_in(browser, workers, Somebody.at(willow, Role.FRONT_DESK))
    begins_booking(tab, calendar, "9:30", "lovelace")
    tab.select_option("#panel #id_state", "MA")
    tab.click("#panel button[name=book]")
    tab.wait_for_selector("[data-undo]")
    fits(tab, "schedule-day")
    drags(tab, 2)
    expect(tab.locator("[data-undo]")).to_contain_text("Moved")
    assert starts(willow, ada) == calendar.at("11:30")
    tab.keyboard.press("z")
    expect(tab.locator(".cal-visit .time").first).to_have_text(re.compile(r"9:30"))
    assert starts(willow, ada) == calendar.at("9:30")
    tab.locator(".cal-visit a").first.focus()
    for key in ("m", "ArrowDown", "ArrowDown", "Shift+ArrowDown", "Enter"):
        tab.keyboard.press(key)
    expect(tab.locator("[data-undo]")).to_contain_text("Moved")
    assert starts(willow, ada) == calendar.at("10:00")
    tab.locator(".cal-visit a").first.focus()
    tab.keyboard.press("ArrowDown")
    expect(tab.locator(":focus")).to_have_class(re.compile("cal-free"))
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#panel h2 >> text=Ada Lovelace")
    fits(tab, "schedule-visit-beside")
    tab.click("#panel button >> text=Arrived")
    expect(tab.locator(".whole")).to_contain_text("Noted as arrived")
    fits(tab, "schedule-visit")
    tab.goto(day(calendar) + "&view=week")
    fits(tab, "schedule-week")
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.goto(day(calendar))
    expect(tab.locator(".agenda")).to_contain_text("Ada Lovelace")
    assert not tab.locator(".calendar").is_visible()
    fits(tab, "schedule-phone")
