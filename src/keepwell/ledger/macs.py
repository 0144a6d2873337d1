"""Whether an entry in the ledger was written by a process that holds its practice's keys.

The database cannot make these MACs, so a row written by raw SQL, by whoever owns the database, does not have one.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from uuid import UUID

from keepwell.base.actor import Actor, Purpose, Role
from keepwell.ledger import house, practice_keys, wire
from keepwell.ledger.leaves import elements, fields
from keepwell.practices import presence
from keepwell.vault.crypto import derive

Keys = list[bytes]


class Macs:
    """Asks for a practice's keys when its first entry comes by. `Macs()(row)` is True for a genuine entry's row."""

    def __init__(self) -> None:
        self._keys: dict[bytes, Keys] = {}

    def __call__(self, row: bytes) -> bool:
        practice = row[26:42]
        if practice not in self._keys:
            self._keys[practice] = keys_of(UUID(bytes=practice))
        said, mac = words_of(row)
        return any(hmac.compare_digest(hmac.digest(key, said, "sha256"), mac) for key in self._keys[practice])


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


def words_of(row: bytes) -> tuple[bytes, bytes]:
    """What the application said in an entry, as `entries.mac_of` frames it, and the MAC that came with it.

    Straight from the COPY BINARY row: its columns are the very bytes that were framed, and the elements of its arrays
    carry the same length words. Raises ValueError for a row that is no entry.
    """
    *columns, note, mac = fields(row)
    entry, practice, _, _, kind, verb, actor, role, purpose, session, request, classes, excerpts, *rest = (
        raw or b"" for raw in columns
    )
    subjects, listed, outcome, detail = rest
    about = b"" if kind == b"find" else b"".join(elements(subjects))
    how = b"listed" if listed == b"\x01" else b"opened"
    sealed = b"" if note is None else sha256(note).digest()
    parts = (entry, practice, kind, verb, actor, role, purpose, session, request, classes[20:], excerpts[20:], about,
             how, outcome, detail, sealed)  # fmt: skip
    return b"".join([len(part).to_bytes(4, "big") + part for part in parts]), mac or b""
