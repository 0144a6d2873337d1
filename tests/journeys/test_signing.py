"""A patient signs on the screen of the desk, on a phone, by keyboard; what they signed is there again. Axe on each."""

from __future__ import annotations

import json
import math
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page

from keepwell.access import actions as access
from keepwell.access import drafts, texts
from keepwell.access.tests.somebody import Somebody
from keepwell.base.actor import Purpose, Role
from keepwell.ledger.doorway import present
from keepwell.patients import actions
from keepwell.patients.reach import Contact
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_consents import press
from tests.journeys.test_first_day import axe_finds_nothing
from tests.journeys.test_first_day import browser as browser  # a fixture
from tests.journeys.test_main_job import signed_in

pytestmark = pytest.mark.browser
PAD = "canvas >> visible=true"


def draws(tab: Page, strokes: int = 2) -> None:
    """As a hand would: down, along, up."""
    pad = tab.locator(PAD)
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    for stroke in range(strokes):
        left, middle = box["x"] + box["width"] * (0.15 + 0.35 * stroke), box["y"] + box["height"] * 0.5
        tab.mouse.move(left, middle)
        tab.mouse.down()
        for step in range(20):
            tab.mouse.move(left + step * box["width"] * 0.015, middle + math.sin(step / 2) * box["height"] * 0.2)
        tab.mouse.up()


def drawn(tab: Page) -> list[list[int]]:
    """What would be posted."""
    return list(json.loads(tab.locator(".pad:visible input[name=drawing]").input_value() or "[]"))


def opens_pad(tab: Page) -> None:
    tab.locator("details:has(select[name=how]) > summary").first.click()
    tab.locator("select[name=how]").first.select_option("drawn")
    tab.wait_for_selector(PAD)


def test_a_consent_is_signed_undone_signed_again_and_shown(
    browser: Browser, workers: Workers, willow: Clinic, ada: UUID
):
    with present(willow.system) as by:
        for draft in drafts.begin_all(by=by):
            texts.publish(draft, by=by, renew_days=drafts.renew_days(draft.kind), part2=True)
    with present(access.system_actor(willow.practice.id, Purpose.HOPERAT)) as by:
        actions.add_contact(ada, Contact(system="phone", value="617 555 0123"), by=by)
    tab = signed_in(browser, workers, Somebody.at(willow, Role.FRONT_DESK))
    tab.goto(f"/patients/{ada}/consents/ask/?from=registration")
    opens_pad(tab)
    assert tab.locator(".pad:visible [data-undo-stroke]").is_disabled()
    press(tab, "They have it and say so")
    tab.wait_for_selector("text=SIGNATURE_BLANK")
    opens_pad(tab)
    draws(tab)
    assert len(drawn(tab)) == 2 and "2" in tab.inner_text(".pad:visible [role=status]")
    tab.locator(".pad:visible [data-undo-stroke]").click()
    assert len(drawn(tab)) == 1
    tab.locator(".pad:visible [data-clear]").click()
    assert drawn(tab) == [] and "Nothing signed yet" in tab.inner_text(".pad:visible [role=status]")
    draws(tab)
    axe_finds_nothing(tab)
    press(tab, "They have it and say so")
    tab.wait_for_selector("text=Care by video and phone")
    _on_a_phone(tab)
    tab.goto(f"/patients/{ada}/consents/")
    tab.click("a:has-text('as it was given') >> nth=0")
    tab.wait_for_selector("svg.signed path")
    tab.wait_for_selector("text=Proved by the activity log")
    assert tab.locator("svg.signed path").count() == 2
    axe_finds_nothing(tab)
    _by_keyboard(tab, ada)


def _on_a_phone(tab: Page) -> None:
    """In the dark, with a finger: the paper is light, and drawing does not scroll."""
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.emulate_media(color_scheme="dark")
    opens_pad(tab)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    paper = tab.locator(PAD)
    assert paper.evaluate("e => getComputedStyle(e).touchAction") == "none"
    light = "e => getComputedStyle(e).backgroundColor.match(/[\\d.]+/)[0]"
    assert float(paper.evaluate(light)) > 0.9
    draws(tab)
    before = drawn(tab)
    tab.set_viewport_size({"width": 844, "height": 390})
    assert drawn(tab) == before
    axe_finds_nothing(tab)
    press(tab, "They agree")
    tab.wait_for_load_state()
    tab.set_viewport_size({"width": 1440, "height": 900})
    tab.emulate_media(color_scheme="light")


def _by_keyboard(tab: Page, patient: UUID) -> None:
    """An authorization, typed: no mouse is needed, and a drawing survives a form that was not whole."""
    tab.goto(f"/patients/{patient}/authorizations/sign/")
    tab.select_option("#id_how", "drawn")
    draws(tab)
    before = drawn(tab)
    press(tab, "Save authorization")
    tab.wait_for_selector("text=Please fix this first")
    assert drawn(tab) == before
    for name, said in {"recipient": "Lakeside", "what": "Notes of the knee", "purpose": "Second opinion",
                       "expires_on": "2999-01-01"}.items():  # fmt: skip
        tab.fill(f"#id_{name}", said)
    tab.focus("#id_how")
    tab.keyboard.press("Home")
    tab.wait_for_selector("#id_signature")
    tab.fill("#id_signature", "Ada Lovelace")
    tab.focus("#id_signature")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("text=AUTH_COPY_NOT_GIVEN")
    tab.click("text=As it was signed")
    tab.wait_for_selector("p.signed")
    assert tab.inner_text("p.signed") == "Ada Lovelace"
    axe_finds_nothing(tab)
