"""Lock, don't log out, in a real browser: the page is covered where it is, in every tab, and nothing typed is lost."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import Browser, Page, expect

from keepwell.access import limits
from keepwell.access.models import Session
from keepwell.access.tests.somebody import PASSWORD, Somebody
from keepwell.base import clock
from keepwell.base.actor import Role
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import axe_finds_nothing
from tests.journeys.test_first_day import browser as browser  # a fixture
from tests.journeys.test_main_job import signed_in

pytestmark = pytest.mark.browser

IDLE = limits.of(Role.FRONT_DESK).idle * 60


@pytest.fixture
def rosa(willow: Clinic) -> Somebody:
    return Somebody.at(willow, Role.FRONT_DESK)


@pytest.fixture
def desk(browser: Browser, workers: Workers, rosa: Somebody) -> Page:
    """Rosa, in the middle of registering somebody."""
    tab = signed_in(browser, workers, rosa)
    tab.set_default_timeout(5_000)
    typing(tab)
    return tab


def typing(tab: Page) -> None:
    tab.goto("/patients/register/")
    tab.fill("[name=given_name]", "Halina")


def quiet(who: Somebody) -> None:
    """Nobody did anything for longer than the limit, as the server knows it."""
    rows = Session.objects.using("recorder").filter(person=who.person, ended_at=None)
    rows.update(seen_at=clock.now() - dt.timedelta(seconds=IDLE + 1))


def unlock(tab: Page, password: str = PASSWORD) -> None:
    tab.fill("#lock-password", password)
    tab.keyboard.press("Enter")


def covered(tab: Page) -> None:
    expect(tab.locator("#lock")).to_be_visible()
    assert "blur" in tab.evaluate("getComputedStyle(document.querySelector('.shell')).filter")


def open_again(tab: Page) -> None:
    expect(tab.locator("#lock")).not_to_be_visible()
    assert tab.evaluate("getComputedStyle(document.querySelector('.shell')).filter") == "none"


def test_what_was_typed_is_there_after_the_lock(desk: Page):
    desk.keyboard.press("Escape")
    desk.click(".account-button")
    desk.click("[data-lock-now]")
    covered(desk)
    desk.keyboard.press("Escape")
    desk.keyboard.press("Escape")
    covered(desk)
    unlock(desk, "not my password")
    expect(desk.locator("[data-said]")).to_contain_text("UNLOCK_REFUSED")
    covered(desk)
    unlock(desk)
    open_again(desk)
    assert desk.input_value("[name=given_name]") == "Halina"
    desk.fill("[name=family_name]", "Wolniewicz")
    desk.fill("[name=birth_date]", "1962-03-09")
    desk.click("main .button.primary")
    expect(desk.locator("h1")).to_contain_text("Wolniewicz")


def test_a_key_locks_and_every_tab_of_the_session_follows(desk: Page, rosa: Somebody):
    other = desk.context.new_page()
    typing(other)
    other.locator("h1").click()
    other.keyboard.press("Shift+L")
    covered(other)
    covered(desk)
    unlock(desk)
    open_again(desk)
    open_again(other)
    assert other.input_value("[name=given_name]") == "Halina"
    assert len(rosa.entries("sign_in.resumed")) == 1


def test_typing_is_being_here(desk: Page, rosa: Somebody):
    desk.clock.install()
    desk.goto("/patients/register/")
    desk.clock.fast_forward(100_000)
    with desk.expect_request("**/session/stay/"):
        desk.locator("[name=given_name]").press_sequentially("Hal")
        desk.clock.run_for(2_000)
    expect(desk.locator("#lock-warning")).not_to_be_visible()
    assert desk.input_value("[name=given_name]") == "Hal"


def test_nobody_there_is_warned_and_then_locked(desk: Page, rosa: Somebody):
    desk.clock.install()
    desk.goto("/patients/register/")
    desk.route("**/session/", lambda route: route.abort())
    desk.clock.fast_forward((IDLE - 40) * 1000)
    desk.clock.run_for(2_000)
    expect(desk.locator("#lock-warning")).to_be_visible()
    assert int(desk.inner_text("[data-left]")) <= 40
    axe_finds_nothing(desk)
    desk.unroute("**/session/")
    quiet(rosa)
    desk.clock.fast_forward(60_000)
    desk.clock.run_for(2_000)
    covered(desk)
    axe_finds_nothing(desk)
    unlock(desk)
    open_again(desk)


def test_stay_keeps_it_open(desk: Page, rosa: Somebody):
    desk.clock.install()
    desk.goto("/patients/register/")
    desk.route("**/session/", lambda route: route.abort())
    desk.clock.fast_forward((IDLE - 40) * 1000)
    desk.clock.run_for(2_000)
    desk.click("#lock-warning .primary")
    expect(desk.locator("#lock-warning")).not_to_be_visible()
    open_again(desk)


def test_a_form_sent_too_late_is_not_lost(desk: Page, rosa: Somebody):
    quiet(rosa)
    desk.fill("[name=family_name]", "Wolniewicz")
    desk.fill("[name=birth_date]", "1962-03-09")
    desk.click("main .button.primary")
    assert "SESSION_LOCKED" in desk.inner_text("main") and "Halina" not in desk.content()
    axe_finds_nothing(desk)
    desk.fill("#id_password", PASSWORD)
    desk.click("main .button.primary")
    axe_finds_nothing(desk)
    desk.click("main .button.primary")
    expect(desk.locator("h1")).to_contain_text("Wolniewicz")


def test_without_scripts_the_page_unlocks_too(browser: Browser, workers: Workers, rosa: Somebody):
    tab = browser.new_context(base_url=f"http://127.0.0.1:{workers.port}", java_script_enabled=False).new_page()
    tab.goto("/patients/register/")
    tab.fill("#id_email", rosa.email)
    tab.fill("#id_password", PASSWORD)
    tab.click("main .button.primary")
    tab.fill("#id_code", rosa.next_code())
    tab.click("main .button.primary")
    tab.click(".account-button")
    tab.click("[data-lock-now]")
    assert "SESSION_LOCKED" in tab.inner_text("main")
    tab.fill("#id_password", PASSWORD)
    tab.click("main .button.primary")
    assert tab.url.endswith("/patients/register/")


def test_a_session_ended_in_one_browser_is_over_in_the_other_with_its_next_request(
    browser: Browser, workers: Workers, desk: Page, rosa: Somebody
):
    elsewhere = signed_in(browser, workers, rosa)
    elsewhere.goto("/your-sign-in/")
    elsewhere.locator("main table form button").click()
    desk.click("main .button.primary")
    desk.wait_for_url("**/sign-in/?next=*")
    assert "Halina" not in desk.content()


def test_hidden_names_are_hidden_at_once_and_stay_hidden(desk: Page, willow: Clinic):
    desk.fill("[name=family_name]", "Wolniewicz")
    desk.fill("[name=birth_date]", "1962-03-09")
    desk.click("main .button.primary")
    name = desk.locator(".private").first
    desk.locator("h1").click()
    desk.keyboard.press("Shift+P")
    assert "blur" in name.evaluate("it => getComputedStyle(it).filter")
    desk.reload()
    assert "blur" in desk.locator(".private").first.evaluate("it => getComputedStyle(it).filter")
