"""One actor, one transaction. Pages, the API, jobs and the command line all come through here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import structlog
from django.db import DatabaseError, transaction
from django.http import HttpResponseBase

from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger import custody
from keepwell.ledger.entries import Entry, canonical
from keepwell.practices import presence

R = TypeVar("R", bound=HttpResponseBase)
log = structlog.get_logger()
COLLIDED = frozenset({"23505", "40001", "40P01"})
"""What PostgreSQL calls it: a unique value that is there already, a serialization failure, a deadlock."""


class StreamingRefused(TypeError):
    """A streaming response would outlive its chart; exports are jobs."""


@contextmanager
def present(actor: Actor) -> Iterator[Actor]:
    """Begin, presence, work, commit. An exception rolls back; openings stay recorded and their outcome is marked."""
    if presence.present.get() is not None:
        raise TypeError("somebody is present already")
    who, opened = presence.present.set(actor), custody.journal.set([])
    try:
        with transaction.atomic():
            yield actor
    except BaseException as error:
        _mark_undone(actor, outcome_of(error))
        raise
    finally:
        presence.present.reset(who)
        custody.journal.reset(opened)


class _Undo(Exception):
    def __init__(self, status: int) -> None:
        self.outcome = str(status)


def one_request(actor: Actor, view: Callable[[], R], *, again: bool = False) -> R:
    """One request, one transaction, view and rendering inside it; the bytes leave only after the commit.

    A status of 400 or more rolls the writes back. When somebody did the same in the same moment and was first, nothing
    of this request is left: with `again` it is asked once more and answers as if it had come later. Raises Refusal
    SAME_MOMENT where it cannot be, or comes too late twice.
    """
    try:
        return _one(actor, view)
    except DatabaseError as error:
        if not collided(error):
            raise
        if not again:
            raise Refusal("SAME_MOMENT") from None
    log.info("request.again", request=actor.request)
    return one_request(actor, view)


def collided(error: DatabaseError) -> bool:
    """Whether the database undid this because two did the same at once."""
    return getattr(error.__cause__, "sqlstate", "") in COLLIDED


def _one(actor: Actor, view: Callable[[], R]) -> R:
    response: R | None = None
    try:
        with present(actor):
            response = rendered(view())
            if response.status_code >= 400:
                raise _Undo(response.status_code)
    except _Undo:
        assert response is not None
    return response


def rendered(response: R) -> R:
    """Renders a lazy response now. Raises StreamingRefused."""
    if getattr(response, "streaming", False):
        raise StreamingRefused("a streaming response would outlive its chart")
    if hasattr(response, "render") and callable(response.render):
        response.render()
    return response


def outcome_of(error: BaseException) -> str:
    """The word the ledger keeps for how a request ended: a refusal's code, a status or the kind of error."""
    return str(getattr(error, "outcome", None) or getattr(error, "code", None) or type(error).__name__)


def refused(actor: Actor, refusal: Refusal, page: str) -> None:
    """Records that somebody was refused a page."""
    custody.record(Entry("deny", "page.opened", outcome=refusal.code, detail=canonical({"page": page})), actor)


def _mark_undone(actor: Actor, outcome: str) -> None:
    """Marks how a request ended. That this could not be recorded must not hide why the request failed."""
    try:
        _undone(actor, outcome)
    except Refusal:
        log.error("request.undone could not be recorded", request=actor.request, outcome=outcome)


def _undone(actor: Actor, outcome: str) -> None:
    opened = custody.journal.get()
    if opened:
        custody.record(
            Entry("undone", "request.undone", outcome=outcome, detail=canonical({"entries": [e.id for e in opened]})),
            actor,
        )


def recorded() -> tuple[Entry, ...]:
    """What this request has put on record so far, for the purpose line."""
    return tuple(custody.journal.get() or ())
