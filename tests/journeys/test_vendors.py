"""Vendors in a real browser, from an empty register to an agreement in force; the front desk logs what left."""

from __future__ import annotations

from uuid import UUID

import pytest
from playwright.sync_api import Browser, expect

from keepwell.access.tests.somebody import Somebody
from keepwell.base.actor import Role
from keepwell.outbound.tests.firms import PDF, today
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import axe_finds_nothing
from tests.journeys.test_first_day import browser as browser  # a fixture
from tests.journeys.test_main_job import signed_in

pytestmark = pytest.mark.browser


def test_a_vendor_is_added_decided_agreed_with_and_used(browser: Browser, workers: Workers, willow: Clinic):
    tab = signed_in(browser, workers, Somebody.at(willow, Role.PRIVACY_OFFICER))
    tab.set_default_timeout(15_000)
    tab.goto("/vendors/")
    axe_finds_nothing(tab)
    tab.click("main .button.primary >> nth=0")
    tab.fill("[name=name]", "Acme Texting")
    tab.fill("[name=contact]", "Ann, day and night")
    axe_finds_nothing(tab)
    tab.click("main .actions.save button")
    tab.click("#services summary")
    tab.select_option("#service_kind", "sms")
    tab.fill("#service_name", "Texts")
    tab.check("input[name=classes][value=contact]")
    tab.click("#services form[action$='/services/'] button")
    tab.click("#services summary >> nth=0")
    tab.click("#services form[action$='/decide/'] button")
    expect(tab.locator("#services")).to_contain_text("Business associate")
    axe_finds_nothing(tab)
    tab.click("#services form[action$='/use/'] button")
    expect(tab.locator("main")).to_contain_text("BAA_REQUIRED")
    tab.click("#agreements a.button")
    tab.check("[name=with_service]")
    axe_finds_nothing(tab)
    tab.click("button[name=draft]")
    for radio in tab.locator("#clauses input[value=yes]").all():
        radio.check()
    tab.click("#clauses form.clauses button")
    expect(tab.locator("#clauses")).to_contain_text("Every required clause is confirmed")
    tab.click("#signatures summary")
    tab.fill("#sign_ours", today().isoformat())
    tab.fill("#sign_theirs", today().isoformat())
    tab.set_input_files("#sign_file", {"name": "signed.pdf", "mimeType": "application/pdf", "buffer": PDF})
    tab.click("#signatures form button")
    axe_finds_nothing(tab)
    tab.click("main .head button.primary")
    expect(tab.locator("main .head")).to_contain_text("In force")
    tab.click("p.back a")
    tab.click("#services form[action$='/use/'] button")
    expect(tab.locator("#services")).to_contain_text("May be used")
    tab.click("#vouched summary")
    tab.fill("#assurance_ends_on", "2031-01-01")
    tab.fill("#assurance_says", "Section 5")
    tab.click("#vouched form[action$='/assurances/'] button")
    tab.click("#subcontractors summary")
    tab.fill("#subcontractor_name", "Rack Co.")
    tab.fill("#subcontractor_place", "Ohio")
    tab.click("#subcontractors form[action$='/subcontractors/'] button")
    expect(tab.locator("#subcontractors")).to_contain_text("No agreement")
    axe_finds_nothing(tab)
    tab.click("#subcontractors form[action$='/end/'] button")
    expect(tab.locator("#subcontractors")).to_contain_text("Nobody is named")
    tab.click("#vouched form[action$='/withdraw/'] button")
    expect(tab.locator("#vouched")).to_contain_text("Withdrawn (1)")
    axe_finds_nothing(tab)
    tab.set_viewport_size({"width": 320, "height": 700})
    for there in ("/vendors/", tab.url, "/transparency/"):
        tab.goto(there)
        axe_finds_nothing(tab)
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert tab.evaluate(wide) <= 0, there


def test_the_desk_logs_what_left_with_the_keyboard(browser: Browser, workers: Workers, willow: Clinic, ada: UUID):
    tab = signed_in(browser, workers, Somebody.at(willow, Role.FRONT_DESK))
    tab.set_default_timeout(15_000)
    tab.goto(f"/patients/{ada}/disclosures/log/")
    axe_finds_nothing(tab)
    tab.keyboard.type("County health office")
    tab.keyboard.press("Tab")
    tab.keyboard.type("Public health")
    tab.keyboard.press("Tab")
    tab.keyboard.type("immunization record")
    tab.keyboard.press("Tab")
    tab.keyboard.type("measles outbreak")
    tab.keyboard.press("Enter")
    expect(tab.locator("main")).to_contain_text("It counts for the accounting")
    axe_finds_nothing(tab)
