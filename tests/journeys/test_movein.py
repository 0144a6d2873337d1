"""A coordinator moves a patient list in, fixes what was wrong and takes it back, in a real browser; axe all along."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import Browser, Page

from keepwell.access.tests.somebody import Somebody
from keepwell.base.actor import Role
from keepwell.patients.tests.lists import GRACE, JOAN, WRONG, made, work
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import axe_finds_nothing
from tests.journeys.test_first_day import browser as browser  # a fixture
from tests.journeys.test_main_job import signed_in

pytestmark = pytest.mark.browser

ALMOST = ("Clark", "Joan", "06/24/1957", "617-555-0102", *[""] * 7)


@pytest.fixture
def tab(browser: Browser, workers: Workers, willow: Clinic) -> Iterator[Page]:
    tab = signed_in(browser, workers, Somebody.at(willow, Role.COORDINATOR))
    yield tab
    tab.context.close()


def sends(tab: Page, content: bytes) -> None:
    tab.goto("/import/patients/")
    axe_finds_nothing(tab)
    tab.set_input_files("#id_list", {"name": "list.csv", "mimeType": "text/csv", "buffer": content})
    tab.click("main .save .button.primary")
    tab.wait_for_selector("text=What do the columns hold?")


def checks(tab: Page, app_sql: psycopg.Connection) -> None:
    tab.click("text=Check the list")
    tab.wait_for_selector("progress")
    work(app_sql)
    tab.wait_for_selector("text=What is on the list")


def test_a_list_moves_in_is_fixed_decided_and_undone(tab: Page, app_sql: psycopg.Connection):
    sends(tab, made([GRACE, JOAN, WRONG]))
    axe_finds_nothing(tab)
    assert "1960-12-09" in tab.inner_text("#preview")
    tab.set_viewport_size({"width": 320, "height": 700})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
    tab.set_viewport_size({"width": 1440, "height": 900})
    checks(tab, app_sql)
    axe_finds_nothing(tab)
    with tab.expect_download() as file:
        tab.click("text=Download these rows")
    assert "Nobody" in file.value.path().read_text(encoding="utf-8-sig")
    tab.click("text=Move in 2 people")
    work(app_sql)
    tab.wait_for_selector("text=Undo the whole list")
    axe_finds_nothing(tab)
    sends(tab, made([ALMOST]))
    checks(tab, app_sql)
    axe_finds_nothing(tab)
    assert "Joan Clarke" in tab.inner_text("#doubtful")
    tab.select_option("#doubtful select", "register")
    tab.click("text=Save choices")
    tab.wait_for_selector("text=Your choices are saved")
    tab.click("text=Move in 1 person")
    work(app_sql)
    tab.wait_for_selector("text=Undo this list")
    tab.click("text=Undo this list")
    work(app_sql)
    tab.wait_for_selector("text=Bring the list back")
    axe_finds_nothing(tab)
