"""A person's own words about what they do, on record before they do it: readable by officers, changed by nobody.

Kept as the note of an entry: sealed under the practice's ledger key and covered by the entry's MAC. So a reason cannot
be improved afterwards, and what one row says of it is the id of that entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from keepwell.base.actor import Actor
from keepwell.ledger import custody, wire
from keepwell.ledger.entries import Entry, canonical


def record(
    verb: str, words: str, by: Actor, *, about: Iterable[UUID] = (), detail: Mapping[str, object] | None = None
) -> UUID:
    """Commits the words at once, whatever becomes of the request; the entry that holds them."""
    entry = Entry(
        "system", verb, subjects=tuple(about), detail=canonical(detail or {}), note=custody.note(words.strip(), by)
    )
    return custody.record(entry, by)


def read(entries: Iterable[UUID | None], by: Actor) -> dict[UUID, str]:
    """The words of these entries. Recorded as a reading of the ledger."""
    wanted = [entry for entry in entries if entry is not None]
    if not wanted:
        return {}
    asked = "SELECT id, note FROM custody.entry WHERE practice_id = %s AND id = ANY (%s) AND note IS NOT NULL"
    found = wire.rows("default", asked, by.practice, wanted)
    custody.record(Entry("system", "ledger.read", detail=canonical({"notes": [row[0] for row in found]})), by)
    return {entry: custody.read_note(bytes(note), by) for entry, note in found}
