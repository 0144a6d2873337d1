"""Whether an entry in the ledger was written by a process that holds its practice's keys.

The database cannot make these MACs, so a row written by raw SQL, by whoever owns the database, does not have one.
"""

from __future__ import annotations

import hmac
from uuid import UUID

from keepwell.base.actor import Actor, Purpose, Role
from keepwell.ledger import house, practice_keys, wire
from keepwell.ledger.entries import Entry, mac_of
from keepwell.ledger.leaves import Recorded
from keepwell.practices import presence
from keepwell.vault.crypto import derive

Keys = list[bytes]


class Macs:
    """Asks for a practice's keys when its first entry comes by. `Macs()(entry)` is True for a genuine one."""

    def __init__(self) -> None:
        self._keys: dict[UUID, Keys] = {}

    def __call__(self, recorded: Recorded) -> bool:
        if recorded.practice_id not in self._keys:
            self._keys[recorded.practice_id] = keys_of(recorded.practice_id)
        return any(
            hmac.compare_digest(expected(key, recorded), recorded.mac) for key in self._keys[recorded.practice_id]
        )


def keys_of(practice: UUID) -> Keys:
    """The MAC keys a practice ever had, newest first. None for a practice that has no keys: it wrote nothing."""
    actor = Actor(UUID(int=1), practice, Role.SYSTEM, Purpose.HSYSADMIN)
    rows = wire.rows(
        "recorder",
        "SELECT epoch, wrapped FROM custody.practice_keys(%s) WHERE kind = 'ledger' ORDER BY epoch DESC",
        presence.token(actor),
    )
    context = practice_keys.context
    opened = (house.root().unwrap(bytes(wrapped), context(practice, "ledger", epoch)) for epoch, wrapped in rows)
    return [derive(key, practice_keys.MAC) for key in opened]


def expected(key: bytes, recorded: Recorded) -> bytes:
    """The MAC that the application would have made of this entry."""
    said = Entry(
        recorded.kind,
        recorded.verb,
        recorded.classes,
        recorded.excerpts,
        recorded.subjects,
        recorded.listed,
        recorded.outcome,
        recorded.detail,
        recorded.note,
        recorded.id,
    )
    return mac_of(
        key,
        recorded.practice_id,
        recorded.actor_id,
        recorded.role,
        recorded.purpose,
        recorded.session_id,
        recorded.request_id,
        said,
    )
