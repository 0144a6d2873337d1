"""A passkey in a real browser, with an authenticator that the browser itself plays: made, used, asked for again."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page

from keepwell.access import passkeys
from keepwell.access.models import Person
from keepwell.access.tests.somebody import PASSWORD, Somebody
from keepwell.base.actor import Role
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import axe_finds_nothing, goes_on
from tests.journeys.test_first_day import browser as browser  # a fixture

pytestmark = pytest.mark.browser

PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def tab(browser: Browser, workers: Workers) -> Iterator[Page]:
    place = browser.new_context(base_url=f"http://localhost:{workers.port}")
    yield place.new_page()
    place.close()


@pytest.fixture
def phone(tab: Page) -> CDPSession:
    """The authenticator of this browser."""
    wire = tab.context.new_cdp_session(tab)
    wire.send("WebAuthn.enable")
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})
    return wire


def test_a_link_a_passkey_and_never_a_password(tab: Page, phone: CDPSession, willow: Clinic):
    bo = Somebody.at(willow, Role.FRONT_DESK, enrolled=False)
    tab.goto(bo.link())
    goes_on(tab)
    tab.get_by_role("button", name="Make a passkey").click()
    tab.wait_for_selector(".codes")
    goes_on(tab)
    tab.context.clear_cookies()
    tab.goto("/sign-in/?next=/your-factors/")
    tab.get_by_role("button", name="Sign in with a passkey").click()
    tab.wait_for_url(re.compile(r"^[^?]*/your-factors/$"))
    assert "last used" in tab.inner_text("main")
    assert not Person.objects.get(id=bo.person.id).has_usable_password()
    tab.click(".account-button")
    tab.click("[data-lock-now]")
    tab.locator("#lock").get_by_role("button", name="Use a passkey").click()
    tab.wait_for_selector("#lock", state="hidden")
    assert tab.url.endswith("/your-factors/"), "on the same page"


def test_a_passkey_is_added_named_and_asked_for_again(tab: Page, phone: CDPSession, willow: Clinic):
    ada = Somebody.at(willow)
    tab.goto("/sign-in/?next=/your-factors/passkeys/")
    goes_on(tab, email=ada.email, password=PASSWORD)
    goes_on(tab, code=ada.next_code())
    axe_finds_nothing(tab)
    tab.fill("#id_name", "My phone")
    tab.click("main .button.primary")
    tab.wait_for_url(re.compile("/your-factors/$"))
    assert "My phone" in tab.inner_text("main")
    axe_finds_nothing(tab)
    ada.browser.cookies["keepwell"] = next(c["value"] for c in tab.context.cookies() if c["name"] == "keepwell")
    ada.waits_a_while()
    tab.goto("/your-factors/password/")
    assert "STEP_UP_REQUIRED" in tab.inner_text("main")
    axe_finds_nothing(tab)
    tab.get_by_role("button", name="Use a passkey").click()
    tab.wait_for_selector("#id_password")
    axe_finds_nothing(tab)
    tab.click("text=Show password")
    assert tab.get_attribute("#id_password", "type") == "text"
    ((_, held),) = passkeys.of(ada.person.id)
    assert held.site == "localhost"


def test_a_browser_without_an_authenticator_says_so(tab: Page, workers: Workers, database: None):
    wire = tab.context.new_cdp_session(tab)
    wire.send("WebAuthn.enable")
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE | {"isUserVerified": False}})
    tab.goto("/sign-in/")
    tab.get_by_role("button", name="Sign in with a passkey").click()
    tab.wait_for_selector("text=No passkey came back")
