"""A message that may not leave: why, what takes the cause away, and out it goes, to a real mail server."""

from __future__ import annotations

from uuid import UUID

import pytest
from playwright.sync_api import Browser

from keepwell.access.tests.somebody import Somebody
from keepwell.base.actor import Actor, Role
from keepwell.outbound.models import ServiceKind
from keepwell.outbound.tests import firms
from keepwell.outbound.tests.sending import dispatched, every, reachable, reminder, sends, writes
from keepwell.outbound.tests.servers import mail
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import browser as browser  # a fixture
from tests.journeys.test_main_job import signed_in
from tests.journeys.test_tasks import fits

pytestmark = pytest.mark.browser


def test_held_seen_mended_and_gone(
    browser: Browser, workers: Workers, willow: Clinic, pat: Actor, rosa: Actor, ada: UUID
):
    reachable(willow, ada)
    writes(pat)
    for _ in range(3):
        sends(rosa, reminder(ada))
    desk = signed_in(browser, workers, Somebody.at(willow, Role.FRONT_DESK))
    desk.goto("/")
    desk.wait_for_selector("text=Waiting to send")
    fits(desk, "today-waiting")
    desk.goto("/outbox/")
    desk.wait_for_selector("text=BAA_REQUIRED")
    fits(desk, "outbox")
    for key in "jxd":
        desk.keyboard.press(key)
    desk.wait_for_selector("text=1 message was discarded")
    with mail() as box:
        service = firms.cleared(pat, ServiceKind.EMAIL, "Acme")
        office = signed_in(browser, workers, Somebody.at(willow, Role.ADMINISTRATOR))
        office.goto("/settings/carriers/")
        office.wait_for_selector("text=Not connected")
        fits(office, "carriers")
        office.click("main td.do a.button")
        secrets = box.secrets()
        for name in ("host", "port", "from", "authority"):
            office.fill(f"#id_{name}", str(secrets[name]))
        fits(office, "connect")
        office.click("main .save .button.primary")
        office.wait_for_selector("text=Connected")
        office.goto("/settings/wordings/")
        fits(office, "wordings")
        desk.goto(f"/patients/{ada}/send/?by=email")
        desk.wait_for_selector("text=What leaves")
        fits(desk, "send-preview")
        desk.goto("/outbox/")
        desk.keyboard.press("j")
        desk.keyboard.press("Enter")
        desk.wait_for_selector("#panel h2")
        desk.wait_for_selector("text=Nothing is in the way any more")
        fits(desk, "outbox-beside")
        desk.goto("/outbox/")
        desk.wait_for_selector("[data-tick-all]")
        desk.keyboard.press("a")
        assert desk.locator("tbody input:checked").count() == 2
        desk.keyboard.press("a")
        desk.keyboard.press("j")
        desk.keyboard.press("x")
        assert desk.locator("tbody input:checked").count() == 1
        desk.click("text=Release all 2")
        desk.wait_for_selector("text=2 messages are on their way")
        dispatched(willow)
        assert [m["To"] for m in box.taken] == ["ada@example.org"] * 2
    assert service.kind == ServiceKind.EMAIL
    assert sorted(m.status for m in every(willow)) == ["discarded", "sent", "sent"]
    desk.goto("/outbox/?show=gone")
    desk.wait_for_selector("text=Appointment reminder")
    fits(desk, "outbox-gone")
