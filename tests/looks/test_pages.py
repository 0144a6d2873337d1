"""Pages no journey walks over, opened by somebody who may: axe in light and dark, no wider than a small phone."""

from __future__ import annotations

from uuid import UUID

import pytest
from playwright.sync_api import Browser

from keepwell.access import actions as access
from keepwell.access.tests.somebody import Somebody
from keepwell.base.actor import Role
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
    ),
    Role.PRIVACY_OFFICER: ("reviews", "my-activity", "patients/{patient}/why", "patients/{patient}/restrictions"),
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
