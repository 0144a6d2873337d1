"""Sign-in, as the ledger tells it (45 CFR § 164.308(a)(5)(ii)(C), log-in monitoring)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from keepwell.base.actor import Actor
from keepwell.ledger import custody
from keepwell.ledger.entries import Entry, canonical


def record(
    verb: str,
    by: Actor,
    *,
    outcome: str = "ok",
    about: Iterable[UUID] = (),
    detail: Mapping[str, object] | None = None,
    note: str = "",
) -> UUID:
    """Commits a sign-in event at once, whatever becomes of the request. `note` (an address) is sealed."""
    entry = Entry(
        "sign_in",
        verb,
        subjects=tuple(about),
        outcome=outcome,
        detail=canonical(detail or {}),
        note=custody.note(note, by),
    )
    return custody.record(entry, by)
