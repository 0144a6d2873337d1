"""A patient from the front desk's first keystroke to two records becoming one, in a real browser; axe on every page."""

from __future__ import annotations

from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page

from keepwell.access.tests.somebody import Somebody
from keepwell.base.actor import Role
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import axe_finds_nothing
from tests.journeys.test_first_day import browser as browser  # a fixture
from tests.journeys.test_main_job import signed_in

pytestmark = pytest.mark.browser


def fill(tab: Page, **typed: str) -> None:
    for name, value in typed.items():
        tab.fill(f"#id_{name}", value)


def save(tab: Page) -> None:
    tab.click("main .save .button.primary")


def test_registered_compared_corrected_reached_and_found(browser: Browser, workers: Workers, willow: Clinic):
    tab = signed_in(browser, workers, Somebody.at(willow, Role.FRONT_DESK))
    tab.goto("/patients/register/")
    axe_finds_nothing(tab)
    fill(tab, given_name="Dorothea", family_name="Vaughan", birth_date="20 Sep 2051", phone="12")
    save(tab)
    tab.wait_for_selector("text=Please fix this first")
    axe_finds_nothing(tab)
    assert tab.input_value("#id_family_name") == "Vaughan"
    fill(tab, birth_date="20 Sep 1951", phone="617 555 0121")
    save(tab)
    tab.wait_for_url("**/patients/*/")
    first = tab.url
    tab.goto("/patients/register/")
    fill(tab, given_name="Dorothea", family_name="Vaugan", birth_date="9/20/1951")
    save(tab)
    tab.wait_for_selector("text=This may already be a patient")
    axe_finds_nothing(tab)
    assert "(617) 555-0121" in tab.inner_text("main")
    tab.click("main .error-summary li a")
    tab.wait_for_url(first)
    tab.goto(f"{first}about/")
    axe_finds_nothing(tab)
    tab.goto(f"{first}about/contact/add/")
    axe_finds_nothing(tab)
    tab.select_option("#id_system", "email")
    fill(tab, value="dorothea@example.org")
    save(tab)
    tab.wait_for_url("**/about/")
    assert "dorothea@example.org" in tab.inner_text("main")
    tab.goto(f"{first}about/edit/")
    axe_finds_nothing(tab)
    fill(tab, preferred_name="Dot")
    save(tab)
    tab.goto("/patients/")
    fill(tab, words="dot vaughn")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("text=These are close")
    axe_finds_nothing(tab)
    assert "Dorothea “Dot” Vaughan" in tab.inner_text("main")


def test_two_records_become_one_and_two_again(browser: Browser, workers: Workers, willow: Clinic, ada: UUID, bo: UUID):
    tab = signed_in(browser, workers, Somebody.at(willow, Role.COORDINATOR))
    tab.goto(f"/patients/{ada}/merge/")
    fill(tab, words="nguyen")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("main table a")
    axe_finds_nothing(tab)
    tab.click("main table a")
    tab.wait_for_selector("text=Is this one person?")
    axe_finds_nothing(tab)
    save(tab)
    tab.wait_for_url(f"**/patients/{ada}/about/")
    assert "Bo “Bobby” Nguyen" in tab.inner_text("#merged")
    axe_finds_nothing(tab)
    tab.goto(f"/patients/{bo}/about/")
    tab.wait_for_url(f"**/patients/{ada}/about/")
    tab.click("#merged button")
    tab.wait_for_load_state()
    assert tab.locator("#merged").count() == 0
