"""A day's tasks by keyboard, in a real browser; axe on each page, nothing too wide on a phone."""

from __future__ import annotations

import os
from pathlib import Path
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
PICTURES = os.environ.get("KEEPWELL_PICTURES")


def fits(tab: Page, name: str) -> None:
    """No wider than a small phone, in both colors; with KEEPWELL_PICTURES set, a picture of each."""
    axe_finds_nothing(tab)
    for width, theme in ((1440, "light"), (1440, "dark"), (320, "light")):
        tab.set_viewport_size({"width": width, "height": 900})
        tab.evaluate("(theme) => document.documentElement.dataset.theme = theme", theme)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, name
        if PICTURES:
            tab.screenshot(path=str(Path(PICTURES) / f"{name}-{width}-{theme}.png"), full_page=True)
    tab.set_viewport_size({"width": 1440, "height": 900})


def test_added_taken_done_and_undone_without_a_mouse(browser: Browser, workers: Workers, willow: Clinic, ada: UUID):
    tab = signed_in(browser, workers, Somebody.at(willow, Role.FRONT_DESK))
    tab.goto("/tasks/")
    fits(tab, "tasks-none")
    tab.keyboard.press("n")
    tab.keyboard.type("Call back about the invoice")
    tab.fill("#id_words", "lovelace")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("text=Which patient?")
    fits(tab, "tasks-choose")
    tab.click("main .save .button.primary")
    tab.wait_for_url("**/tasks/")
    for words in ("Order paper", "Call the plumber"):
        tab.keyboard.press("n")
        tab.keyboard.type(words)
        tab.keyboard.press("Enter")
        tab.wait_for_selector(f"text={words}")
    fits(tab, "tasks")
    tab.keyboard.press("j")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#panel h2")
    fits(tab, "tasks-beside")
    tab.keyboard.press("Escape")
    tab.keyboard.press("x")
    tab.wait_for_selector("text=Undo")
    assert tab.locator("tbody tr").count() == 2
    tab.keyboard.press("z")
    tab.wait_for_selector("tbody tr >> nth=2")
    tab.goto("/")
    fits(tab, "tasks-today")
    tab.locator("#todo .row-link").first.click()
    tab.wait_for_selector("text=What was said")
    tab.fill("#id_said", "Left a message")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("text=Left a message")
    fits(tab, "task")


def test_a_practice_is_set_up_before_its_first_patient(browser: Browser, workers: Workers, willow: Clinic):
    tab = signed_in(browser, workers, Somebody.at(willow, Role.ADMINISTRATOR))
    tab.goto("/set-up/")
    fits(tab, "set-up")
