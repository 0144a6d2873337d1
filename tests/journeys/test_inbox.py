"""An hour at the inbox in a real browser: a text taken and noted in, a phone message, a stranger, a scanned card."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser

from keepwell.access.tests.somebody import Somebody
from keepwell.base.actor import Role
from keepwell.messaging.tests.desk import comes, has_mobile
from keepwell.records.tests.papers import png
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import browser as browser  # a fixture
from tests.journeys.test_main_job import signed_in
from tests.journeys.test_tasks import fits

pytestmark = pytest.mark.browser


def test_taken_noted_in_matched_and_filed_by_keyboard(
    browser: Browser, workers: Workers, willow: Clinic, ada: UUID, bo: UUID, tmp_path: Path
):
    has_mobile(willow, ada)
    comes(willow, "May I come at three instead of two on Friday? The school called.")
    comes(willow, "Hello, this is Bo on a new phone. Is my form there?", "+16175550177")
    tab = signed_in(browser, workers, Somebody.at(willow, Role.FRONT_DESK))
    tab.goto("/inbox/")
    fits(tab, "inbox")
    tab.keyboard.press("j")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("text=Take it to read it")
    assert "May I come" not in tab.inner_text("main")
    fits(tab, "thread-closed")
    tab.keyboard.press("c")
    tab.wait_for_selector("text=May I come at three")
    tab.fill("#id_note-words", "Three is free; called her back.")
    tab.click("text=Add note")
    tab.wait_for_selector(".post.note")
    fits(tab, "thread")
    tab.goto("/inbox/?show=unknown")
    tab.click(".mail .row-link")
    tab.click("text=Say whose it is")
    tab.fill("#id_who", "nguyen")
    tab.click("button[name=find]")
    tab.wait_for_selector("text=Which patient?")
    fits(tab, "match")
    tab.click("text=It is from this patient")
    tab.wait_for_selector("text=Bo")
    tab.goto("/inbox/phone/")
    fits(tab, "phone-message")
    tab.goto("/documents/")
    fits(tab, "tray-empty")
    card = tmp_path / "card.png"
    card.write_bytes(png(60, 40))
    tab.set_input_files("#id_files", card)
    tab.click("text=Put in")
    tab.wait_for_selector("text=card.png")
    fits(tab, "tray")
    tab.click("main .row-link")
    tab.fill("#id_who", "lovelace")
    tab.fill("#id_name", "Front of the card")
    tab.select_option("#id_kind", "insurance-card")
    tab.click("button[name=find]")
    tab.wait_for_selector("text=Which patient?")
    fits(tab, "document")
    tab.click("text=File it")
    tab.wait_for_url("**/documents/")
    tab.wait_for_selector("text=Front of the card")
    fits(tab, "patient-documents")


def test_how_the_inbox_is_kept(browser: Browser, workers: Workers, willow: Clinic):
    tab = signed_in(browser, workers, Somebody.at(willow, Role.ADMINISTRATOR))
    tab.goto("/settings/inbox/")
    fits(tab, "inbox-rules")
