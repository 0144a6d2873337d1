"""A system of the practice's own is registered, told, does not take something, and is told again by a person."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from keepwell.access.tests.somebody import Somebody
from keepwell.base.actor import Actor, Role
from keepwell.outbound.tests.hooked import HOUR, deliveries, later, ours, place, told
from keepwell.outbound.tests.servers import https
from keepwell.patients.tests.people import LI, registers
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import browser as browser  # a fixture
from tests.journeys.test_main_job import signed_in
from tests.journeys.test_tasks import fits
from tests.sequencing import sequenced as sequenced  # a fixture

pytestmark = pytest.mark.browser


def test_registered_told_and_told_again(
    browser: Browser, workers: Workers, willow: Clinic, pat: Actor, sequenced: Callable[[], None]
):
    office = signed_in(browser, workers, Somebody.at(willow, Role.ADMINISTRATOR))
    office.goto("/settings/carriers/")
    office.click("main .actions a:has-text('Webhooks')")
    office.wait_for_selector("text=No system of yours is told anything")
    fits(office, "webhooks-none")
    ours(pat)
    with https() as desk:
        office.goto("/settings/carriers/webhooks/")
        fits(office, "webhooks")
        office.click("main td.do a.button")
        said = place(desk)
        for name in ("url", "networks", "authority"):
            office.fill(f"#id_{name}", said[name])
        office.check("input[value='patient.registered']")
        fits(office, "webhook-new")
        office.click("main .save .button.primary")
        office.wait_for_selector("code.key")
        fits(office, "webhook-key")
        registers(willow, LI)
        sequenced()
        desk.answer = lambda number: (500, {})
        for number in range(1, 12):
            with later(number * 5 * HOUR):
                told(willow)
        office.goto(office.url.removesuffix("register/"))
        office.wait_for_selector("text=ENDPOINT_REFUSED")
        fits(office, "webhook-failed")
        desk.answer = lambda number: (200, {})
        office.click("main td.do button:has-text('Send again')")
        office.wait_for_selector("text=Waiting: 1")
        told(willow)
        office.reload()
        office.wait_for_selector("text=Told: 1")
    assert [d.status for d in deliveries(pat)] == ["sent"]
