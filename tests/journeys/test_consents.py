"""A patient is asked, changes their mind, signs and calls; the officer publishes the words. Axe on every page."""

from __future__ import annotations

from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page

from keepwell.access import actions as access
from keepwell.access import drafts, texts
from keepwell.access.tests.somebody import Somebody
from keepwell.base.actor import Purpose, Role
from keepwell.ledger.doorway import present
from keepwell.patients import actions
from keepwell.patients.reach import Contact, Kin
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import axe_finds_nothing
from tests.journeys.test_first_day import browser as browser  # a fixture
from tests.journeys.test_main_job import signed_in

pytestmark = pytest.mark.browser


def press(tab: Page, words: str) -> None:
    tab.click(f"main button:has-text('{words}') >> visible=true")


def test_words_are_published_and_the_notice_is_anybodys(browser: Browser, workers: Workers, willow: Clinic):
    sam = Somebody.at(willow, Role.SECURITY_OFFICER)
    tab = signed_in(browser, workers, Somebody.at(willow, Role.PRIVACY_OFFICER))
    tab.goto("/settings/consent-texts/")
    press(tab, "Draft what is missing")
    tab.wait_for_selector("text=Draft 1")
    axe_finds_nothing(tab)
    tab.click("tr:has-text('Notice of privacy practices') td >> nth=0 >> a")
    tab.wait_for_selector("#id_part_contact")
    axe_finds_nothing(tab)
    tab.fill("#id_part_contact", "Ask for Theo at 617 555 0100.")
    press(tab, "Save draft")
    tab.wait_for_load_state()
    here = tab.url
    assert "somebody else reads and approves it first" in tab.inner_text("main")
    tab.goto("/settings/consent-texts/")
    press(tab, "Ask for approval")
    tab.wait_for_load_state()
    _approves(signed_in(browser, workers, sam), here)
    tab.goto(here)
    tab.wait_for_selector("text=read and approved these words")
    axe_finds_nothing(tab)
    press(tab, "Publish for good")
    tab.wait_for_url("**/settings/consent-texts/")
    assert "Version 1" in tab.inner_text("main")
    tab.goto(f"/privacy-notice/{willow.practice.slug}/")
    axe_finds_nothing(tab)
    assert "Ask for Theo at 617 555 0100." in tab.inner_text("main")


def _approves(tab: Page, here: str) -> None:
    """Another officer hears of it on Today, reads it and says so."""
    tab.goto("/")
    tab.wait_for_selector("text=Consent texts wait for you")
    tab.goto(here)
    tab.wait_for_selector("text=worded it. Read all of it")
    axe_finds_nothing(tab)
    press(tab, "I read it and approve it")
    tab.wait_for_url("**/settings/consent-texts/")
    axe_finds_nothing(tab)


def test_asked_once_ticked_signed_and_verified_on_the_phone(
    browser: Browser, workers: Workers, willow: Clinic, ada: UUID
):
    with present(willow.system) as by:
        for draft in drafts.begin_all(by=by):
            texts.publish(draft, by=by, renew_days=drafts.renew_days(draft.kind), part2=True)
    with present(access.system_actor(willow.practice.id, Purpose.HOPERAT)) as by:
        for system, value in (("sms", "617 555 0123"), ("email", "ada@example.org")):
            actions.add_contact(ada, Contact(system=system, value=value), by=by)
        actions.add_related(ada, Kin(name="Byron King", relationship="father", tell="appointments"), by=by)
    tab = signed_in(browser, workers, Somebody.at(willow, Role.FRONT_DESK))
    tab.goto(f"/patients/{ada}/about/")
    tab.click("text=Ask consents")
    tab.wait_for_selector("text=Words to read aloud")
    axe_finds_nothing(tab)
    press(tab, "They have it and say so")
    tab.wait_for_load_state()
    for _each in range(3):
        press(tab, "They agree")
        tab.wait_for_load_state()
    tab.wait_for_selector("text=Everything was asked")
    tab.click("text=All consents")
    tab.wait_for_selector("text=Messages they want")
    axe_finds_nothing(tab)
    assert tab.is_checked("input[name='appointments:sms']")
    tab.uncheck("input[name='appointments:sms']")
    tab.check("input[name='care:email']")
    press(tab, "Save what they said")
    tab.wait_for_load_state()
    assert not tab.is_checked("input[name='appointments:sms']")
    assert tab.is_checked("input[name='care:email']")
    press(tab, "They heard the warning and want it")
    tab.wait_for_selector("text=Chosen after the warning")
    tab.click("text=Write down a signed one")
    tab.wait_for_selector("#id_recipient")
    axe_finds_nothing(tab)
    press(tab, "Save authorization")
    tab.wait_for_selector("text=Please fix this first")
    for name, said in {"recipient": "Lakeside Orthopedics", "what": "Notes of the knee", "purpose": "Second opinion",
                       "expires_on": "2999-01-01", "signature": "Ada Lovelace"}.items():  # fmt: skip
        tab.fill(f"#id_{name}", said)
    press(tab, "Save authorization")
    tab.wait_for_selector("text=AUTH_COPY_NOT_GIVEN")
    press(tab, "Copy given")
    tab.wait_for_selector("text=In force")
    axe_finds_nothing(tab)
    tab.goto(f"/patients/{ada}/call/")
    axe_finds_nothing(tab)
    tab.check("input[value='birth_date']")
    tab.check("input[name='told'][value='appointments']")
    press(tab, "Verified, told them")
    tab.wait_for_selector("text=IDENTITY_NOT_VERIFIED")
    tab.check("input[value='birth_date']")
    tab.check("input[value='phone']")
    tab.check("input[name='told'][value='appointments']")
    press(tab, "Verified, told them")
    tab.wait_for_selector("text=verified, told about")
    axe_finds_nothing(tab)
