"""Pages no journey walks over, opened by somebody who may: axe in light and dark, no wider than a small phone."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.test import Client
from playwright.sync_api import Browser

from keepwell.access import actions as access
from keepwell.access import welcome
from keepwell.access.session_store import SessionStore
from keepwell.access.tests.somebody import PASSWORD, Somebody
from keepwell.base.actor import Actor, Role
from keepwell.ledger.doorway import present
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import axe_finds_nothing
from tests.journeys.test_first_day import browser as browser  # a fixture
from tests.journeys.test_main_job import signed_in

pytestmark = pytest.mark.browser

PAGES = {
    Role.ADMINISTRATOR: (
        "settings", "your-factors", "your-sign-in", "this-device", "settings/roles", "settings/roles/front_desk",
        "settings/care-teams", "settings/care-teams/{team}", "settings/stand-in/cover/add", "settings/alternates",
        "people", "people/{member}", "people/invite", "programs", "programs/new", "support-access",
        "settings/version", "preview/practitioner", "preview/front_desk/patients",
    ),
    Role.PRIVACY_OFFICER: (
        "reviews", "my-activity", "patients/{patient}/why", "patients/{patient}/restrictions", "activity/saved",
    ),
}  # fmt: skip
"""Who looks, and at what. One sign-in each."""


@pytest.mark.parametrize("role", PAGES)
def test_axe_finds_nothing_and_nothing_is_too_wide(
    browser: Browser, workers: Workers, willow: Clinic, ada: UUID, role: Role
):
    who = Somebody.at(willow, role)
    with present(willow.system) as by:
        team = access.form_team("Asthma and allergies", [], by=by).id
    tab = signed_in(browser, workers, who)
    for page in PAGES[role]:
        answer = tab.goto(f"/{page.format(team=team, member=who.membership.id, patient=ada)}/")
        assert answer is not None and answer.status == 200, page
        axe_finds_nothing(tab)
    tab.context.close()


def test_axe_finds_nothing_where_one_is_asked_again_and_vouches_for_somebody(
    browser: Browser, workers: Workers, willow: Clinic, imani: Actor
):
    who = Somebody.at(willow, Role.ADMINISTRATOR)
    tab = signed_in(browser, workers, who)
    (cookie,) = (c for c in tab.context.cookies() if c["name"] == "keepwell")
    store = SessionStore.opened(cookie["value"])
    store.data["proved"] -= 3600
    store.save()
    tab.goto(f"/people/{imani.id}/lost/")
    assert "Is it you?" in tab.inner_text("main")
    axe_finds_nothing(tab)
    tab.fill("#id_again-password", PASSWORD)
    tab.fill("#id_again-code", who.next_code())
    tab.click("main .button.primary")
    tab.wait_for_selector("text=cannot sign in any more")
    axe_finds_nothing(tab)
    tab.context.close()


def test_axe_finds_nothing_on_the_very_first_page(
    browser: Browser, workers: Workers, database: None, monkeypatch: pytest.MonkeyPatch
):
    """As `config/templates` render it where nothing is set up yet; the server of this suite has practices."""
    monkeypatch.setattr(welcome, "fresh", lambda: True)
    page = Client().get(welcome.link()).content.decode()
    tab = browser.new_context(base_url=f"http://127.0.0.1:{workers.port}").new_page()
    tab.route("**/the-first-page/", lambda route: route.fulfill(body=page, content_type="text/html"))
    tab.goto("/the-first-page/")
    assert tab.locator("#id_practice").count() == 1
    axe_finds_nothing(tab)
    tab.context.close()
