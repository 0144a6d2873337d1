"""Switch user on a shared desk, in a real browser: two people, one screen, each finds what they were typing."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from keepwell.access.tests.somebody import PASSWORD, Somebody
from keepwell.base.actor import Role
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import axe_finds_nothing
from tests.journeys.test_first_day import browser as browser  # a fixture
from tests.journeys.test_main_job import signed_in

pytestmark = pytest.mark.browser


def switches(tab: Page) -> None:
    tab.click(".account-button")
    tab.click("[data-switch-user]")
    expect(tab.locator("h1")).to_have_text("Who is here?")


def goes_on(tab: Page, who: Somebody) -> float:
    """Seconds from "Switch user" until somebody else works."""
    began = time.monotonic()
    switches(tab)
    tab.click(f"button[value='{who.membership.id}']")
    tab.fill("#id_password", PASSWORD)
    tab.keyboard.press("Enter")
    expect(tab.locator(".account-button")).to_be_visible()
    return time.monotonic() - began


def test_two_people_share_a_desk_and_each_finds_what_they_typed(
    browser: Browser, workers: Workers, willow: Clinic, record_testsuite_property: Callable[[str, object], None]
):
    ada, bo = Somebody.at(willow, Role.ADMINISTRATOR), Somebody.at(willow, Role.FRONT_DESK)
    tab = signed_in(browser, workers, ada)
    tab.set_default_timeout(15_000)
    tab.goto("/this-device/")
    tab.fill("[name=name]", "Front desk left")
    tab.select_option("[name=place]", "shared")
    for name in ("encrypted", "locks", "updated"):
        tab.check(f"[name={name}]")
    tab.click("main .button.primary")
    expect(tab.locator("main")).to_contain_text("Registered")
    switches(tab)
    axe_finds_nothing(tab)
    tab.click("main a")
    tab.fill("#id_email", bo.email)
    tab.fill("#id_password", PASSWORD)
    tab.click("main .button.primary")
    tab.fill("#id_code", bo.next_code())
    tab.click("main .button.primary")
    tab.goto("/patients/register/")
    tab.fill("[name=given_name]", "Halina")
    there = goes_on(tab, ada)
    assert "Halina" not in tab.content()
    back = goes_on(tab, bo)
    expect(tab.locator("[name=given_name]")).to_have_value("Halina")
    assert tab.url.endswith("/patients/register/")
    record_testsuite_property("seconds to switch user", f"{there:.1f} there, {back:.1f} back")
    switches(tab)
    tab.click(f"button[value='{bo.membership.id}']")
    axe_finds_nothing(tab)
