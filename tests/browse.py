"""Asking for a page as somebody of the cast, through the same entrance as a browser and past the sign-in only."""

from __future__ import annotations

import time
from typing import Any

from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve

from keepwell.access.entrances import Entrance, Signed
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id


def ask(actor: Actor | None, path: str, data: dict[str, Any] | None = None, **headers: str) -> HttpResponse:
    """GET `path`, or POST it with `data`, as `actor`."""
    factory = RequestFactory()
    request = factory.get(path, headers=headers) if data is None else factory.post(path, data, headers=headers)
    request.signed_in = actor and Signed(  # type: ignore[attr-defined]
        new_id(), actor.id, actor.id, actor.practice, actor.role, "Somebody", "Willow", "America/New_York", time.time()
    )
    answered = HttpResponse(status=599)
    entrance = Entrance(lambda _: answered)
    entrance(request)
    match = request.resolver_match = resolve(path.partition("?")[0])
    response = entrance.process_view(request, match.func, match.args, match.kwargs)
    assert response is not None
    return response


def text(response: HttpResponse) -> str:
    """The page as words."""
    return response.content.decode()
