"""The style guide in a real browser: nothing axe finds, nothing the policy stops, nothing too wide."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.looks import gallery
from tests.rig.browser import FLAGS, chromium

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address():
    with gallery.served() as where:
        yield where


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def tab(browser: Browser):
    """A page at a desk."""
    tab = browser.new_page(viewport={"width": 1440, "height": 900})
    yield tab
    tab.close()


@pytest.fixture
def complaints(tab: Page):
    """What the browser complained about."""
    heard: list[str] = []
    tab.on("console", lambda said: heard.append(said.text) if said.type in ("error", "warning") else None)
    tab.on("pageerror", lambda error: heard.append(str(error)))
    return heard


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("page", gallery.PAGES)
def test_axe_finds_nothing_and_the_policy_stops_nothing(tab: Page, complaints, address: str, page: str, theme: str):
    tab.goto(f"{address}/{page}?theme={theme}", wait_until="networkidle")
    found = Axe().run(tab).response["violations"]
    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found] == []
    assert complaints == []


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("page", gallery.PAGES)
def test_nothing_is_wider_than_a_small_phone(tab: Page, address: str, page: str, language: str):
    tab.set_viewport_size({"width": 320, "height": 640})
    tab.goto(f"{address}/{page}?language={language}", wait_until="networkidle")
    wide = tab.evaluate(
        """() => document.documentElement.scrollWidth <= 320 ? [] :
           [...document.querySelectorAll("main *")].filter((e) => !e.closest(".sheet"))
           .filter((e) => e.getBoundingClientRect().right > 320).map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert wide == []


def test_the_keyboard_reaches_the_list_the_search_and_hides_names(tab: Page, address: str):
    tab.goto(f"{address}/patients", wait_until="networkidle")
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    assert tab.evaluate("document.activeElement.textContent") == "Hopper, Grace"
    tab.keyboard.press("k")
    assert tab.evaluate("document.activeElement.textContent") == "Lovelace, Ada"
    tab.keyboard.press("Shift+P")
    assert "blur" in tab.evaluate("getComputedStyle(document.activeElement).filter")
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.id") == "top-search"
    tab.keyboard.type("j/")
    assert tab.input_value("#top-search") == "j/"


def test_escape_closes_the_panel_but_a_menu_first(tab: Page, address: str):
    tab.goto(f"{address}/patients", wait_until="networkidle")
    tab.click(".account-button")
    tab.keyboard.press("Escape")
    assert tab.is_visible("#panel")
    tab.keyboard.press("Escape")
    assert not tab.is_visible("#panel")


def test_single_keys_can_be_switched_off(tab: Page, address: str):
    tab.goto(f"{address}/patients", wait_until="networkidle")
    tab.click(".account-button")
    tab.click("button[name=keys]")
    tab.keyboard.press("Escape")
    tab.keyboard.press("Shift+P")
    assert tab.evaluate("document.documentElement.dataset.private") is None
    tab.keyboard.press("Control+k")
    assert tab.evaluate("document.activeElement.id") == "top-search"


def test_a_sealed_bar_says_why_to_the_keyboard_and_can_be_hushed(tab: Page, address: str):
    tab.goto(f"{address}/components", wait_until="networkidle")
    tab.focus(".sealed")
    assert tab.is_visible(".sealed .why >> nth=0")
    tab.keyboard.press("Escape")
    assert not tab.is_visible(".sealed .why >> nth=0")


def test_a_picture_of_readings_has_its_table_behind_it(tab: Page, address: str):
    tab.goto(f"{address}/chart", wait_until="networkidle")
    assert tab.locator(".plot canvas").count() == 2
    tab.click(".readings summary >> nth=0")
    assert tab.locator(".readings >> nth=0").locator("tbody tr").count() == 12
    assert tab.locator(".readings >> nth=0").locator(".off").count() == 5


def test_without_a_script_the_page_still_reads(browser: Browser, address: str):
    tab = browser.new_context(java_script_enabled=False).new_page()
    tab.goto(f"{address}/patients")
    tab.click(".account-button")
    assert tab.is_visible("#account button[name=theme]")
    tab.close()
