"""From an empty calendar to a time that can be booked, and the day's paper; in a real browser, axe on each page."""

from __future__ import annotations

from unittest import mock
from uuid import UUID

import pytest
from playwright.sync_api import Browser

from keepwell.access.tests.somebody import Somebody
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.ledger.doorway import present
from keepwell.patients.tests.people import again
from keepwell.scheduling import life
from keepwell.scheduling.tests.conftest import Calendar
from keepwell.scheduling.tests.conftest import calendar as calendar  # a fixture
from keepwell.scheduling.tests.test_booking import books
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import browser as browser  # a fixture
from tests.journeys.test_main_job import signed_in
from tests.journeys.test_tasks import PICTURES, fits

pytestmark = pytest.mark.browser


def test_set_up_a_slot_appears_and_goes_with_the_license(
    browser: Browser, workers: Workers, willow: Clinic, imani: Actor
):
    tab = signed_in(browser, workers, Somebody.at(willow, Role.COORDINATOR))
    tab.goto("/settings/scheduling/")
    fits(tab, "setup-empty")
    tab.click("text=Add the first service")
    tab.fill("#id_name", "Follow-up visit")
    tab.fill("#id_minutes", "30")
    tab.check("label:has-text('Imani') input")
    fits(tab, "service")
    tab.click("text=Save service")
    tab.click("a.row-link:has-text('Imani')")
    tab.fill("#id_time_zone", "America/New_York")
    tab.click("text=Save calendar")
    for day in range(1, 8):
        tab.fill(f"#id_d{day}_0_opens", "09:00")
        tab.fill(f"#id_d{day}_0_closes", "17:00")
    fits(tab, "hours")
    tab.click("text=Save week")
    tab.wait_for_selector("text=They hold no license")
    tab.click("text=Record a license")
    tab.click("a.row-link:has-text('Imani')")
    tab.select_option("#id_state", "MA")
    tab.fill("#id_number", "MA-1")
    tab.fill("#id_evidence", "Board site, seen today")
    tab.click("main .save .button.primary")
    tab.wait_for_selector("text=Board site, seen today")
    fits(tab, "licenses-of")
    tab.click("text=Hours")
    tab.wait_for_selector(".free-days .chip")
    assert "9:00 AM" in tab.inner_text(".free-days")
    fits(tab, "hours-set")
    tab.goto("/settings/scheduling/licenses/")
    fits(tab, "licenses")
    tab.click("a.row-link:has-text('Imani')")
    tab.click("text=Withdraw")
    tab.click("text=Hours")
    tab.wait_for_selector("text=They hold no license")
    assert tab.locator(".free-days").count() == 0
    tab.goto("/settings/scheduling/")
    fits(tab, "setup")
    tab.context.close()


def test_the_day_on_paper_and_what_the_weeks_came_to(
    browser: Browser,
    workers: Workers,
    willow: Clinic,
    rosa: Actor,
    imani: Actor,
    ada: UUID,
    bo: UUID,
    calendar: Calendar,
):
    visits = [
        books(rosa, who, calendar, at) for who, at in ((ada, "9:00"), (bo, "9:30"), (ada, "11:00"), (bo, "14:00"))
    ]
    tab = signed_in(browser, workers, Somebody.at(willow, Role.COORDINATOR))
    tab.add_init_script("window.print = () => { window.printed = true; }")
    tab.goto(f"/schedule/sheet/?day={calendar.monday.isoformat()}")
    assert "Ada Lovelace" in tab.inner_text("main")
    fits(tab, "day-sheet")
    tab.emulate_media(media="print")
    assert tab.is_visible(".only-paper")
    assert not tab.is_visible("table.list")
    tab.emulate_media(media="screen")
    tab.keyboard.press("p")
    tab.wait_for_selector("table.paper")
    tab.wait_for_function("window.printed === true")
    tab.emulate_media(media="print", color_scheme="light")
    assert tab.is_visible("table.paper")
    assert not tab.is_visible(".rail")
    assert "4 patients" not in tab.inner_text(".paper-head")
    assert "2 patients" in tab.inner_text(".paper-head")
    if PICTURES:
        tab.screenshot(path=f"{PICTURES}/day-sheet-paper.png", full_page=True)
        tab.pdf(path=f"{PICTURES}/day-sheet.pdf", format="Letter")
    tab.emulate_media(media="screen")
    tab.goto(f"/schedule/appointments/{visits[0].id}/location/")
    tab.select_option("#id_state", "TX")
    tab.click("text=Confirm where they are")
    tab.wait_for_selector("text=holds no valid license for TX")
    fits(tab, "location")
    tab.goto("/schedule/feed/")
    fits(tab, "feed")
    _weeks(rosa, calendar, ada)
    tab.goto("/schedule/numbers/?weeks=4")
    tab.wait_for_selector(".charts canvas")
    fits(tab, "numbers")
    tab.context.close()


def _weeks(rosa: Actor, calendar: Calendar, ada: UUID) -> None:
    """Two weeks that are over: booked and seen as of then."""
    for back, how in ((7, life.fulfil), (14, life.miss)):
        then = calendar.at("8:00", -14 - back)
        with mock.patch.object(clock, "now", return_value=then):
            made = books(rosa, ada, calendar, "10:00", -14 - back)
        by = again(rosa)
        with mock.patch.object(clock, "now", return_value=calendar.at("18:00", -14 - back)), present(by):
            how(made, by=by)
