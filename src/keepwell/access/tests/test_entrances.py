"""The entrance of every page, and what it leaves in the ledger."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from config.headers import SecurityHeaders
from keepwell.base.actor import Actor
from keepwell.ledger import wire
from keepwell.ledger.doorway import present
from tests.browse import ask, text


def test_a_refused_page_leaves_an_entry(rosa: Actor):
    assert "ACCESS_DENIED" in text(ask(rosa, "/activity/"))
    with present(rosa):
        rows = wire.rows("default", "SELECT verb, outcome, detail FROM custody.entry WHERE kind = 'deny'")
    assert rows == [("page.opened", "ACCESS_DENIED", '{"page":"activity"}')]


@pytest.mark.parametrize("tls", [True, False])
def test_under_tls_every_answer_asks_for_tls_from_then_on(tls: bool, settings, rf: RequestFactory):
    settings.TLS = tls
    answer = SecurityHeaders(lambda _: HttpResponse())(rf.get("/"))
    assert answer.headers.get("Strict-Transport-Security", "").startswith("max-age=31536000") is tls
    assert answer.headers["Cache-Control"] == "no-store"
