"""Who is present in this thread of work. The database backend tells the database on every outermost BEGIN."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from uuid import UUID

from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal

present: ContextVar[Actor | None] = ContextVar("present", default=None)

_signer: list[Callable[[Actor], str]] = []


def signed_by(signer: Callable[[Actor], str]) -> None:
    """Says who makes presence tokens. The ledger does, once, when the application starts."""
    _signer[:] = [signer]


def token(actor: Actor) -> str:
    """What the database accepts as proof that `actor` is here."""
    return _signer[0](actor)


def who_is_present() -> Actor:
    """The actor of this transaction. Raises Refusal NOBODY_PRESENT."""
    actor = present.get()
    if actor is None:
        raise Refusal("NOBODY_PRESENT")
    return actor


def current_practice() -> UUID:
    """The practice new rows belong to."""
    return who_is_present().practice
