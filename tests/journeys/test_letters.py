"""Letters lie ready, are printed, printed again because the paper was lost, and posted."""

from __future__ import annotations

from uuid import UUID

import pytest
from playwright.sync_api import Browser

from keepwell.access.tests.somebody import Somebody
from keepwell.base.actor import Actor, Role
from keepwell.base.sending import Channel
from keepwell.outbound.asks import Draft
from keepwell.outbound.tests.sending import dispatched, every, sends
from keepwell.outbound.tests.test_letters import mailroom as mailroom  # a fixture
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import browser as browser  # a fixture
from tests.journeys.test_main_job import signed_in
from tests.journeys.test_tasks import fits

pytestmark = pytest.mark.browser


def test_printed_lost_printed_again_and_posted(
    browser: Browser, workers: Workers, willow: Clinic, rosa: Actor, ada: UUID, mailroom: None
):
    for _ in range(2):
        sends(rosa, Draft("please.call", ada, ways=(Channel.LETTER,)))
    dispatched(willow)
    desk = signed_in(browser, workers, Somebody.at(willow, Role.FRONT_DESK))
    desk.goto("/outbox/letters/")
    desk.wait_for_selector("text=Ada Lovelace")
    fits(desk, "letters-ready")
    for press in ("Print", "Print again"):
        with desk.expect_download() as printed:
            desk.get_by_role("button", name=press, exact=True).click()
        assert printed.value.suggested_filename == "letters.pdf"
        desk.goto("/outbox/letters/")
    desk.wait_for_selector("h2:has-text('Printed, not posted yet')")
    fits(desk, "letters-printed")
    desk.get_by_role("button", name="Posted", exact=True).click()
    desk.wait_for_selector("text=No letters lie ready")
    fits(desk, "letters-none")
    assert {m.status for m in every(willow)} == {"delivered"}
