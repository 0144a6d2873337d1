"""The recovery kit, and how a session ends, in a real browser: printed, confirmed, used; nobody loses their work."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from keepwell.access import device_actions, kit_code
from keepwell.access.session_store import SessionStore
from keepwell.access.tests.somebody import PASSWORD, Somebody
from keepwell.base.actor import Role
from keepwell.ledger.doorway import present
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import axe_finds_nothing, goes_on
from tests.journeys.test_first_day import browser as browser  # a fixture
from tests.journeys.test_main_job import signed_in

pytestmark = pytest.mark.browser


def strange(browser: Browser, workers: Workers, *, scripts: bool = True) -> Page:
    tab = browser.new_context(base_url=f"http://127.0.0.1:{workers.port}", java_script_enabled=scripts).new_page()
    tab.set_default_timeout(5_000)
    return tab


def printed(tab: Page) -> str:
    "Makes a kit, and confirms it with the group that is asked for. Its code."
    tab.goto("/settings/")
    tab.click("text=Recovery kit")
    axe_finds_nothing(tab)
    tab.click("text=Make the kit")
    groups = tab.locator(".kit-code span").all_inner_texts()
    axe_finds_nothing(tab)
    asked = re.search(r"type group (\d)", tab.inner_text("main"))
    assert asked
    tab.emulate_media(media="print")
    assert not tab.locator("#id_piece").is_visible()
    assert tab.locator(".kit-code").is_visible()
    tab.emulate_media(media="screen")
    goes_on(tab, piece="WRONG")
    expect(tab.locator("main")).to_contain_text("KIT_PIECE_REFUSED")
    axe_finds_nothing(tab)
    goes_on(tab, piece=groups[int(asked[1]) - 1].lower())
    expect(tab.locator("main")).to_contain_text("withdraw it")
    return "".join(groups)


def test_a_kit_is_printed_confirmed_and_used_when_nobody_can_sign_in(
    browser: Browser, workers: Workers, willow: Clinic
):
    pat = Somebody.at(willow, Role.ADMINISTRATOR)
    code = printed(signed_in(browser, workers, pat))
    tab = strange(browser, workers, scripts=False)
    tab.goto("/sign-in/")
    tab.click("text=Nobody can sign in any more?")
    said = {"email": pat.email, "line": "Owner; every phone was in the office that burned."}
    goes_on(tab, code=code[1:] + code[0], **said)
    expect(tab.locator("main")).to_contain_text("KIT_MISTYPED")
    goes_on(tab, code=kit_code.new(), **said)
    expect(tab.locator("main")).to_contain_text("KIT_REFUSED")
    goes_on(tab, code=" ".join(kit_code.groups(code)).lower(), **said)
    goes_on(tab)
    goes_on(tab, password=PASSWORD)
    pat.secret = tab.inner_text(".key").replace(" ", "")
    goes_on(tab, code=pat.next_code())
    goes_on(tab)
    expect(tab.locator("main")).to_contain_text("The recovery kit was used")
    tab.click("text=All notices")
    expect(tab.locator("main")).to_contain_text("Make a new one")
    shown = strange(browser, workers)
    shown.goto("/recovery-kit/")
    axe_finds_nothing(shown)


def test_one_session_at_a_time_is_asked_about(browser: Browser, workers: Workers, willow: Clinic):
    with present(willow.system) as by:
        device_actions.set_rules({}, by=by, devices_required=False, single=[Role.FRONT_DESK])
    rosa = Somebody.at(willow, Role.FRONT_DESK)
    desk = signed_in(browser, workers, rosa)
    tab = strange(browser, workers)
    tab.goto("/sign-in/?next=/tasks/")
    goes_on(tab, email=rosa.email, password=PASSWORD)
    goes_on(tab, code=rosa.next_code())
    expect(tab.locator("main")).to_contain_text("You are signed in elsewhere")
    axe_finds_nothing(tab)
    tab.click("text=End that session and go on here")
    tab.wait_for_url("**/tasks/")
    desk.goto("/tasks/")
    assert "/sign-in/" in desk.url


def test_who_writes_on_is_told_before_the_working_day_of_a_session_ends(
    browser: Browser, workers: Workers, willow: Clinic
):
    ada = Somebody.at(willow)
    tab = signed_in(browser, workers, ada)
    (cookie,) = [c for c in tab.context.cookies() if c["name"] == "keepwell"]
    store = SessionStore.opened(cookie["value"])
    store.data["since"] -= store.data["hours"] * 3600 - 303
    store.save()
    tab.goto("/patients/register/")
    tab.fill("[name=given_name]", "Halina")
    ending = tab.locator("#lock-ending")
    expect(ending).to_be_visible(timeout=10_000)
    axe_finds_nothing(tab)
    tab.click("text=Save first")
    expect(ending).not_to_be_visible()
    assert tab.input_value("[name=given_name]") == "Halina"
    tab.wait_for_timeout(1_500)
    expect(ending).not_to_be_visible()
    tab.goto("/tasks/")
    expect(tab.locator("#notices")).to_contain_text("You are signed out in")
    axe_finds_nothing(tab)
