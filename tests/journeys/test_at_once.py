"""Two browsers at once: what an officer does in one holds in the other with its very next request."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page

from keepwell.access import custom_roles
from keepwell.access.policy import Can
from keepwell.access.tests.somebody import PASSWORD, Somebody
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.ledger.doorway import present
from keepwell.patients.tests.people import looks_after
from keepwell.records.tests.test_chart import kept, record
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import browser as browser  # a fixture
from tests.journeys.test_main_job import signed_in

pytestmark = pytest.mark.browser


@pytest.fixture
def imani(willow: Clinic) -> Somebody:
    return Somebody.at(willow, Role.PRACTITIONER)


@pytest.fixture
def desk(browser: Browser, workers: Workers, willow: Clinic, imani: Somebody, ada: UUID) -> Iterator[Page]:
    """Imani, with the chart of somebody she looks after in front of her."""
    kept(willow, ada, *record())
    looks_after(willow, Actor(imani.membership.id, willow.practice.id, Role.PRACTITIONER, Purpose.TREAT), ada)
    tab = signed_in(browser, workers, imani)
    tab.goto(f"/patients/{ada}/")
    assert "Asthma" in tab.inner_text("main")
    yield tab
    tab.context.close()


def officer(browser: Browser, workers: Workers, willow: Clinic, role: Role) -> Page:
    return signed_in(browser, workers, Somebody.at(willow, role))


def next_request(desk: Page, ada: UUID) -> str:
    desk.goto(f"/patients/{ada}/")
    said = desk.inner_text("body")
    assert "Asthma" not in desk.content()
    return said


def test_a_restriction_closes_the_chart_that_is_open(
    browser: Browser, workers: Workers, willow: Clinic, desk: Page, imani: Somebody, ada: UUID
):
    theo = officer(browser, workers, willow, Role.PRIVACY_OFFICER)
    theo.goto(f"/patients/{ada}/restrictions/")
    theo.select_option("[name=whom]", str(imani.membership.id))
    theo.fill("[name=terms]", "Not for Imani")
    theo.fill("[name=wording]", "She is my cousin")
    theo.click("main .save .button.primary")
    theo.wait_for_selector("text=Not for Imani")
    assert "RESTRICTION_BLOCK" in next_request(desk, ada)
    theo.context.close()


def test_a_role_with_less_holds_at_once_and_so_does_the_whole_one_again(
    browser: Browser, workers: Workers, willow: Clinic, desk: Page, ada: UUID
):
    with present(willow.system) as by:
        own = custom_roles.make(Role.PRACTITIONER, "No charts", [], [Can.READ_CHARTS], by=by)
    pat = officer(browser, workers, willow, Role.ADMINISTRATOR)
    pat.goto(f"/settings/own-roles/{own.id}/")
    pat.click("text=Give this role")
    pat.wait_for_selector("text=Take back")
    assert "ACCESS_DENIED" in next_request(desk, ada)
    pat.click("text=Take back")
    pat.wait_for_selector("text=Give this role")
    desk.goto(f"/patients/{ada}/")
    assert "Asthma" in desk.inner_text("main")
    pat.context.close()


def test_a_session_ended_by_an_officer_is_over(
    browser: Browser, workers: Workers, willow: Clinic, desk: Page, ada: UUID
):
    sam = officer(browser, workers, willow, Role.SECURITY_OFFICER)
    sam.goto("/settings/devices/")
    sam.locator("form[action*='/end/'] button").first.click()
    sam.wait_for_load_state()
    next_request(desk, ada)
    assert "/sign-in/" in desk.url
    sam.context.close()


def test_locked_in_one_browser_the_other_gets_no_page(browser: Browser, desk: Page, ada: UUID):
    """The same session in two browsers, as after a stolen cookie."""
    site, cookies = desk.url.partition("/patients")[0], desk.context.storage_state()
    elsewhere = browser.new_context(base_url=site, storage_state=cookies)
    other = elsewhere.new_page()
    other.goto("/")
    other.locator("h1").click()
    with other.expect_response("**/session/lock/"):
        other.keyboard.press("Shift+L")
    assert "SESSION_LOCKED" in next_request(desk, ada)
    desk.fill("#id_password", PASSWORD)
    desk.click("main .button.primary")
    assert "Asthma" in desk.inner_text("main")
    elsewhere.close()
