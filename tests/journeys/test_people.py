"""People in a real browser: invited step by step, given a token, and their access ended; axe on each page."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from keepwell.access.tests.somebody import Somebody
from keepwell.base.actor import Actor, Role
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import axe_finds_nothing
from tests.journeys.test_first_day import browser as browser  # a fixture
from tests.journeys.test_main_job import signed_in

pytestmark = pytest.mark.browser


def looked_at(tab: Page, name: str) -> None:
    "Axe, and a picture of it where somebody asked for pictures."
    axe_finds_nothing(tab)
    if folder := os.environ.get("KEEPWELL_PICTURES"):
        tab.screenshot(path=Path(folder) / f"{name}-dark.png", full_page=True)
        tab.emulate_media(color_scheme="light")
        tab.set_viewport_size({"width": 390, "height": 844})
        tab.screenshot(path=Path(folder) / f"{name}-light.png", full_page=True)


def test_invited_given_a_token_and_out_again(browser: Browser, workers: Workers, willow: Clinic, rosa: Actor):
    tab = signed_in(browser, workers, Somebody.at(willow, Role.ADMINISTRATOR))
    tab.goto("/people/")
    looked_at(tab, "people")
    tab.goto("/people/invite/")
    looked_at(tab, "invite")
    tab.fill("#id_name", "Bo Nguyen")
    tab.fill("#id_email", "bo.nguyen@example.org")
    tab.click("main .save .button.primary")
    tab.wait_for_url("**/grants/*/")
    tab.click("text=Note it")
    looked_at(tab, "grant")
    for _ in range(2):
        tab.locator("tr:has-text('open') button[value=passed]").first.click()
    tab.click("text=Make the one-time link")
    tab.wait_for_selector(".qr svg")
    looked_at(tab, "link")
    link = tab.inner_text("code.key")
    stranger = browser.new_page()
    stranger.goto(link)
    looked_at(stranger, "invited")
    tab.goto(f"/people/{rosa.id}/")
    looked_at(tab, "person")
    tab.goto("/programs/new/")
    looked_at(tab, "program-new")
    tab.fill("#id_name", "Lab results")
    tab.select_option("#id_purpose", "HOPERAT")
    tab.click("main .save .button.primary")
    tab.wait_for_url("**/programs/*-*/")
    tab.click("text=Make a token")
    tab.wait_for_selector("code.key")
    looked_at(tab, "token")
    tab.click("text=Back")
    looked_at(tab, "program")
    tab.goto("/programs/")
    looked_at(tab, "programs")
    tab.goto("/people/reviews/")
    looked_at(tab, "access-reviews")
    tab.click("text=Start a review")
    tab.wait_for_url("**/reviews/*-*/")
    looked_at(tab, "access-review")
    tab.click("text=Look at what waits for me")
    looked_at(tab, "attest")
    tab.get_by_label("Keep: Rosa").click()
    tab.wait_for_selector("text=Nothing waits for you")
    tab.goto(f"/people/{rosa.id}/leave/")
    looked_at(tab, "leave")
    tab.click("main .save .button.danger")
    tab.wait_for_url("**/departures/*/")
    looked_at(tab, "departure")
