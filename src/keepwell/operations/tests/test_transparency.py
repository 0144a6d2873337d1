"""The pack is read from the running system, says nothing secret, and its hash is the file's and the log's."""

from __future__ import annotations

import hashlib
import json
import re

import pytest
from django.conf import settings

from keepwell.access.tests.test_actions import verbs
from keepwell.base.actor import Actor
from keepwell.ledger import wire
from keepwell.ledger.doorway import present
from keepwell.operations.transparency import pack
from keepwell.outbound.models import Agreement
from keepwell.outbound.tests import firms
from keepwell.outbound.vendors import agreement_actions, hosting
from keepwell.outbound.vendors.vetting import questions
from keepwell.patients.tests.people import again
from tests.browse import ask, text
from tests.cast import Clinic


def test_every_question_we_ask_has_our_own_answer():
    assert [one.question for one in pack.answers()] == list(questions())
    assert {one.said for one in pack.answers()} == {"yes", "partly", "no", "not_applicable"}, "not everything is well"


def test_the_page_shows_facts_of_this_system_and_nothing_secret(theo: Actor, rosa: Actor):
    firms.cleared(theo)
    page = text(ask(theo, "/transparency/"))
    assert "AES-256-GCM" in page and "Acme: Business associate" in page and "PostgreSQL" in page
    for secret in (settings.SECRET_KEY, str(settings.PLACES.keys), str(settings.PLACES.home)):
        assert secret not in page
    assert ask(rosa, "/transparency/").status_code == 403


def test_facts_follow_what_they_speak_of(theo: Actor, monkeypatch: pytest.MonkeyPatch):
    def facts() -> dict[str, str]:
        with present(again(theo)) as by:
            return {f["label"]: f["value"] for group in pack.gathered(by)["facts"] for f in group["facts"]}

    row = firms.cleared(theo)
    own = firms.did(theo, hosting.stands_with_us, "Back office", firms.today(), "Locked, dry, watched")
    before = facts()
    assert "somebody vouches for its rooms until" in before["Hosting"] and own.used_since
    assert "until" in before["Text messages"] and before["Malware scanner for what comes in"] == "none"
    assert before["Who may change or delete an entry"].startswith("nobody")
    assert before["Sign-in service of the practice"] == "none" and before["Passwords"].startswith("argon2,")
    with present(again(theo)):
        agreement = Agreement.objects.select_related("vendor").get(vendor=row.vendor_id)
    firms.did(theo, agreement_actions.terminate, agreement, firms.today())
    monkeypatch.setenv("KEEPWELL_CLAMAV", "127.0.0.1:3310")
    after = facts()
    assert "paused (BAA_EXPIRED)" in after["Text messages"] and "until" not in after["Text messages"]
    assert "ClamAV" in after["Malware scanner for what comes in"]


def test_the_file_has_the_hash_that_the_log_has(willow: Clinic, theo: Actor):
    answer = ask(theo, "/transparency/file/", {"form": "json"})
    digest = hashlib.sha256(answer.content).hexdigest()
    said = json.loads(answer.content)
    assert said["practice"] == "Willow" and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", said["at"])
    with present(again(theo)):
        (row,) = wire.rows("default", "SELECT detail FROM custody.entry WHERE verb = 'transparency.made'")
    assert digest in str(row[0])
    assert ask(theo, "/transparency/file/", {"form": "pdf"}).content.startswith(b"%PDF-")
    assert ask(theo, "/transparency/file/", {"form": "exe"}).status_code == 422
    assert "transparency.made" in verbs(willow)
