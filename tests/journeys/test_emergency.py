"""An emergency in two browsers at once, against two real workers: opened in one, ended in the other, closed at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from keepwell.access.tests.somebody import PASSWORD, Somebody
from keepwell.access.tests.test_emergency import LINE
from keepwell.base.actor import Role
from keepwell.records.tests.test_chart import kept, record
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import axe_finds_nothing, goes_on
from tests.journeys.test_first_day import browser as browser  # a fixture

pytestmark = pytest.mark.browser


@pytest.fixture
def tabs(browser: Browser, workers: Workers) -> Iterator[Callable[[Somebody], Page]]:
    """A browser of its own for each sign-in."""
    places = []

    def signed_in(who: Somebody, *, scripts: bool = True) -> Page:
        place = browser.new_context(base_url=f"http://127.0.0.1:{workers.port}", java_script_enabled=scripts)
        places.append(place)
        tab = place.new_page()
        tab.goto("/sign-in/")
        goes_on(tab, email=who.email, password=PASSWORD)
        goes_on(tab, code=who.next_code())
        return tab

    yield signed_in
    for place in places:
        place.close()


def begins(tab: Page, patient: UUID) -> None:
    tab.goto(f"/patients/{patient}/emergency/")
    tab.check("input[value=treatment]")
    tab.fill("#id_line", LINE)
    tab.click("main .button.danger")
    tab.wait_for_selector(".emergency")


def test_ended_in_one_browser_it_is_closed_in_the_other_at_the_next_request(willow: Clinic, ada: UUID, tabs):
    kept(willow, ada, *record())
    imani = Somebody.at(willow, Role.PRACTITIONER)
    desk, phone = tabs(imani), tabs(imani, scripts=False)
    begins(desk, ada)
    phone.goto(f"/patients/{ada}/")
    assert "Asthma" in phone.inner_text("main")
    assert "60 min left" in phone.inner_text(".emergency")
    expect(desk.locator(".emergency .left")).to_have_text(re.compile(r"^59:\d\d$"))
    phone.click("text=End it now")
    desk.reload()
    assert "Asthma" not in desk.inner_text("main")
    assert desk.locator(".emergency").count() == 0


def test_an_officer_sees_it_at_once_and_judges_it(willow: Clinic, ada: UUID, tabs):
    kept(willow, ada, *record())
    imani, theo = Somebody.at(willow, Role.PRACTITIONER), Somebody.at(willow, Role.PRIVACY_OFFICER)
    officer = tabs(theo)
    assert "emergency access" not in officer.inner_text("main")
    begins(tabs(imani), ada)
    officer.goto("/")
    officer.click("text=used emergency access without a visit")
    assert LINE in officer.inner_text("main")
    officer.check("input[value=appropriate]")
    officer.fill("#id_comment", "The ambulance log agrees")
    officer.click("main .button.primary")
    assert "Nothing waits for a review" in officer.inner_text("main")


def test_axe_finds_nothing_on_the_way(willow: Clinic, ada: UUID, tabs):
    kept(willow, ada, *(one for one in record() if one.type != "Observation"))
    imani, theo = Somebody.at(willow, Role.PRACTITIONER), Somebody.at(willow, Role.PRIVACY_OFFICER)
    tab, officer = tabs(imani), tabs(theo)
    tab.goto(f"/patients/{ada}/emergency/")
    tab.click("main details summary")
    axe_finds_nothing(tab)
    tab.click("main .button.danger")
    axe_finds_nothing(tab)
    begins(tab, ada)
    axe_finds_nothing(tab)
    officer.goto("/reviews/")
    axe_finds_nothing(officer)
    officer.click("main .row-link")
    axe_finds_nothing(officer)
    officer.click("main .button.primary")
    axe_finds_nothing(officer)
