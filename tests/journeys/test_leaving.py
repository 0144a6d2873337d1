"""Somebody leaves, in a real browser: one act, then what comes back and who outside is told, then the record closes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from keepwell.access.tests.somebody import Somebody
from keepwell.base.actor import Actor, Role
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import axe_finds_nothing, goes_on
from tests.journeys.test_first_day import browser as browser  # a fixture
from tests.journeys.test_main_job import signed_in

pytestmark = pytest.mark.browser


def test_what_they_had_comes_back_before_the_record_closes(
    browser: Browser, workers: Workers, willow: Clinic, rosa: Actor
):
    tab = signed_in(browser, workers, Somebody.at(willow, Role.ADMINISTRATOR))
    tab.set_default_timeout(5_000)
    tab.goto(f"/people/{rosa.id}/leave/")
    tab.click("main .button.danger")
    main = tab.locator("main")
    expect(main).to_contain_text("What has to come back")
    tab.fill("#id_thing", "Two keys to the lab")
    tab.click("text=Add to the list")
    tab.fill("#id_partner", "Mercy Hospital portal")
    tab.click("text=Add a partner")
    expect(main).to_contain_text("hours left")
    axe_finds_nothing(tab)
    tab.click("text=Close the record")
    expect(main).to_contain_text("EQUIPMENT_OUTSTANDING")
    tab.click("#things button:text-is('Returned')")
    tab.click("#partners button:text-is('By telephone')")
    tab.click("text=Close the record")
    expect(tab.locator("h1")).to_contain_text("Closed")
    axe_finds_nothing(tab)
    tab.goto("/settings/single-sign-on/")
    axe_finds_nothing(tab)
    goes_on(tab, label="Willow account")
    expect(main.locator(".error").first).to_be_visible()
    axe_finds_nothing(tab)
