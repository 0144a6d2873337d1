"""What the database refuses reaches the caller by name."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import RequestFactory

from keepwell.access.entrances import Entrance
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger import custody, tokens, wire
from keepwell.ledger.doorway import present


def test_a_change_outside_an_action_is_refused_by_name(rosa: Actor):
    with pytest.raises(Refusal) as refused, present(rosa):
        custody.index(new_id(), [1], [])
    assert refused.value.code == "ACTION_OUTSIDE"


def test_a_token_the_database_does_not_accept_is_refused_by_name(rosa: Actor, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tokens, "LIVES_SECONDS", -1)
    with pytest.raises(Refusal) as refused, transaction.atomic():
        wire.call("default", "SELECT custody.enter(%s)", tokens.sign(rosa))
    assert refused.value.code == "PRESENCE_INVALID"


def test_a_view_that_says_nothing_of_itself_is_refused_by_name(rf: RequestFactory):
    request = rf.get("/x")
    entrance = Entrance(lambda _: HttpResponse())
    entrance(request)
    response = entrance.process_view(request, lambda _: HttpResponse("open"), (), {})
    assert response is not None
    assert b"UNSTAMPED_VIEW" in response.content
