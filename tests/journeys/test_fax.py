"""A fax to another practice: to whom, by what right, compared once, gone; and the accounting that says so later."""

from __future__ import annotations

from uuid import UUID

import pytest
from playwright.sync_api import Browser

from keepwell.access.tests.somebody import Somebody
from keepwell.access.tests.test_authorizations import signed
from keepwell.base.actor import Actor, Role
from keepwell.base.sending import Channel
from keepwell.jobs import schedule
from keepwell.outbound.tests.sending import carries, dispatched, only, writes
from keepwell.outbound.tests.servers import https
from keepwell.vault.phi import PhiClass
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import browser as browser  # a fixture
from tests.journeys.test_main_job import signed_in
from tests.journeys.test_tasks import fits

pytestmark = pytest.mark.browser


def test_a_fax_goes_by_a_right_and_is_accounted_for(
    browser: Browser, workers: Workers, willow: Clinic, pat: Actor, ada: UUID
):
    signed(willow, ada, classes=frozenset({PhiClass.CONTACT}))
    desk = signed_in(browser, workers, Somebody.at(willow, Role.COORDINATOR))
    with https() as machine:
        carries(pat, Channel.FAX, machine.secrets())
        writes(pat)
        desk.goto(f"/patients/{ada}/send/")
        desk.select_option("#id_by", "fax")
        desk.click("text=Look at it")
        desk.wait_for_selector("text=By what right")
        fits(desk, "fax")
        desk.fill("#id_recipient", "Suffolk County Court")
        desk.fill("#id_number", "617-555-0199")
        desk.select_option("#id_right", "court")
        desk.click("text=Look at it")
        desk.wait_for_selector(".error-summary")
        assert "Suffolk" not in desk.url
        fits(desk, "fax-why")
        desk.fill("#id_why", "Order 7 of 2026")
        desk.click("text=Look at it")
        desk.wait_for_selector("text=FAX_UNCONFIRMED")
        assert "§ 164.512(e)" in desk.inner_text("main")
        fits(desk, "fax-preview")
        desk.click("main .save .button.primary")
        desk.wait_for_url("**/outbox/**")
        desk.goto(f"/outbox/{only(willow).id}/")
        desk.wait_for_selector("text=Suffolk County Court")
        fits(desk, "fax-waits")
        desk.click("text=I compared the number; send")
        desk.wait_for_selector("text=is on its way")
        dispatched(willow)
        assert len(machine.taken) == 1
    assert schedule.pair_disclosures() >= 1
    officer = signed_in(browser, workers, Somebody.at(willow, Role.PRIVACY_OFFICER))
    officer.goto(f"/patients/{ada}/disclosures/")
    officer.wait_for_selector("text=Order 7 of 2026")
    fits(officer, "fax-accounted")
