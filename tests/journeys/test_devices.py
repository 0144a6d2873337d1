"""The pages of devices and sessions in a real browser: nothing axe finds, nothing too wide."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from keepwell.access.tests.somebody import Somebody
from keepwell.base.actor import Role
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import axe_finds_nothing
from tests.journeys.test_first_day import browser as browser  # a fixture
from tests.journeys.test_main_job import signed_in

pytestmark = pytest.mark.browser


def test_a_device_is_registered_seen_and_reported_lost(browser: Browser, workers: Workers, willow: Clinic):
    tab = signed_in(browser, workers, Somebody.at(willow, Role.ADMINISTRATOR))
    tab.set_default_timeout(10_000)
    tab.goto("/this-device/")
    axe_finds_nothing(tab)
    tab.fill("[name=name]", "Front desk left")
    for name in ("encrypted", "locks", "updated"):
        tab.check(f"[name={name}]")
    tab.click("main .button.primary")
    expect(tab.locator("main")).to_contain_text("Registered")
    tab.goto("/settings/devices/")
    axe_finds_nothing(tab)
    tab.click(".row-link")
    axe_finds_nothing(tab)
    tab.click("button[name=lost]")
    expect(tab.locator("main")).to_contain_text("DEVICE_REVOKED")
