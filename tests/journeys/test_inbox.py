"""An hour at the inbox in a real browser: a text taken and noted in, a phone message, a stranger, a scanned card."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser

from keepwell.access import actions as access
from keepwell.access import drafts, texting, texts
from keepwell.access.tests.somebody import Somebody
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.cli.demo.post import tone
from keepwell.ledger.doorway import present
from keepwell.messaging import actions, canned, voicemail
from keepwell.messaging.tests.desk import MOBILE, comes, has_mobile
from keepwell.outbound.tests.sending import writes
from keepwell.records.tests.papers import png
from keepwell.tasks.asks import For
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


def test_a_voicemail_is_heard_answered_and_the_answer_taken_back(
    browser: Browser, workers: Workers, willow: Clinic, ada: UUID, pat: Actor
):
    """A clinician listens, sees that texts are stopped and what would leave, answers, and thinks better of it."""
    has_mobile(willow, ada)
    writes(pat)
    who = Somebody.at(willow, Role.PRACTITIONER)
    with present(access.system_actor(willow.practice.id, Purpose.TREAT)) as by:
        called = voicemail.Call("RE1", MOBILE, "Please call me about the blood test.", 2, lambda: [tone(2)])
        thread = voicemail.take(called, by=by)
        texting.stop_texts(texting.digest_of(MOBILE, by=by), by, [ada])
        actions.hand_over(thread, For(member=who.membership.id), by=by)
        canned.keep("Hours", "We are open nine to five.", "en", by=by)
    tab = signed_in(browser, workers, who)
    broke: list[str] = []
    tab.on("console", lambda said: broke.append(said.text) if said.type == "error" else None)
    tab.goto(f"/inbox/{thread.id}/")
    tab.wait_for_selector("text=Texts stopped")
    tab.wait_for_selector(".send-preview")
    fits(tab, "voicemail")
    heard = tab.evaluate(
        "async () => { const a = document.querySelector('audio'); a.muted = true; await a.play(); return a.duration; }"
    )
    assert 1.9 < heard < 2.1
    tab.select_option("#id_canned", label="Hours")
    assert "nine to five" in tab.input_value("#id_words")
    tab.locator("#id_words").dispatch_event("change")
    tab.wait_for_selector(".send-preview .literal >> text=nine to five")
    tab.select_option("#id_way", "letter")
    tab.wait_for_selector("text=It will wait in the outbox.")
    tab.click("text=Send answer")
    tab.wait_for_selector(".post.sent")
    fits(tab, "answered")
    tab.keyboard.press("z")
    tab.wait_for_selector("text=Taken back")
    tab.keyboard.press("x")
    tab.wait_for_selector("text=Reopen")
    fits(tab, "thread-done")
    assert broke == []


def test_how_the_inbox_is_kept(browser: Browser, workers: Workers, willow: Clinic, pat: Actor):
    writes(pat)
    tab = signed_in(browser, workers, Somebody.at(willow, Role.ADMINISTRATOR))
    tab.goto("/settings/inbox/")
    fits(tab, "inbox-rules")
    tab.check("[name=auto_answer]")
    tab.fill("#id_closed_from", "2026-12-24")
    tab.fill("#id_opens_on", "2026-12-23")
    tab.click("text=Save rules")
    tab.wait_for_selector("text=It ends before it begins")
    tab.fill("#id_opens_on", "2099-12-28")
    tab.click("text=Save rules")
    tab.wait_for_selector("text=In an emergency call 911")
    fits(tab, "inbox-rules-closed")


def test_texts_start_again_with_what_the_patient_said(browser: Browser, workers: Workers, willow: Clinic, ada: UUID):
    with present(willow.system) as by:
        for draft in drafts.begin_all(by=by):
            texts.publish(draft, by=by, renew_days=drafts.renew_days(draft.kind), part2=True)
    with present(access.system_actor(willow.practice.id, Purpose.TREAT)) as by:
        texting.stop_texts(texting.digest_of(MOBILE, by=by), by, [ada])
    tab = signed_in(browser, workers, Somebody.at(willow, Role.FRONT_DESK))
    tab.goto(f"/patients/{ada}/send/")
    tab.wait_for_selector("text=Texts stopped")
    fits(tab, "send-stopped")
    tab.click("text=Texts stopped")
    tab.wait_for_url("**/consents/#messages")
    tab.click("text=They asked for texts again")
    fits(tab, "texts-stopped")
    tab.click("text=They want texts again")
    tab.wait_for_url("**/consents/#messages")
    assert "STOP came from their number" not in tab.inner_text("main")
