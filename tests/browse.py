"""Asking for a page as somebody of the cast, through the same entrance as a browser and past the sign-in only."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve

from keepwell.access.entrances import Entrance, Signed
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.ledger import wire

OPENINGS = 6
STATEMENTS = 40


def ask(actor: Actor | None, path: str, data: dict[str, Any] | None = None, **headers: str) -> HttpResponse:
    """GET `path`, or POST it with `data`, as `actor`. Holds each page to what one may cost (house rule 8)."""
    factory = RequestFactory()
    request = factory.get(path, headers=headers) if data is None else factory.post(path, data, headers=headers)
    request.signed_in = actor and Signed(  # type: ignore[attr-defined]
        new_id(),
        actor.id,
        actor.id,
        actor.practice,
        actor.role,
        "Somebody",
        "Willow",
        proved=time.time(),
        custom=actor.custom,
        scope=actor.scope,
    )
    answered = HttpResponse(status=599)
    entrance = Entrance(lambda _: answered)
    entrance(request)
    match = request.resolver_match = resolve(path.partition("?")[0])
    with counted() as said:
        response = entrance.process_view(request, match.func, match.args, match.kwargs)
    assert response is not None
    assert sum("custody.open(" in one for one in said) <= OPENINGS, path
    assert data is not None or len(said) <= STATEMENTS, f"{path}: {len(said)} statements\n" + "\n".join(said)
    return response


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every statement meanwhile: Django's, and custody's on both connections."""
    said: list[str] = []
    real = wire.rows

    def rows(alias: str, statement: str, *values: object) -> list[tuple[Any, ...]]:
        said.append(statement)
        return real(alias, statement, *values)

    def executed(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "SELECT custody.")):
            said.append(sql)
        return execute(sql, params, many, context)

    wire.rows = rows
    try:
        with connection.execute_wrapper(executed):
            yield said
    finally:
        wire.rows = real


def text(response: HttpResponse) -> str:
    """The page as words."""
    return response.content.decode()
