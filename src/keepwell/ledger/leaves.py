"""What exactly is hashed for one ledger entry, and back from those bytes to named values.

A leaf is a schema-version byte followed by the entry as PostgreSQL sends it in COPY BINARY: a field count, then each
column of `COLUMNS` as length and bytes. Those bytes are fixed by the server's protocol, not by any Python, so anyone
with the table can make them again.
"""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

SCHEMA = 1
"""Raised, with a new column list, on the day custody.entry gets another column."""

COLUMNS = (
    "id", "practice_id", "at", "xid", "kind", "verb", "actor_id", "role", "purpose", "session_id", "request_id",
    "classes", "excerpts", "subjects", "listed", "outcome", "detail", "note", "mac",
)  # fmt: skip

ENTRY = ", ".join(COLUMNS)
LEAF = "seq, entry_id, practice_id, at, xid, leaf"
"""Read in this order, bytes 14 to 78 of a leaf row equal bytes 2 to 66 of its entry's row."""

COPY_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_END = b"\xff\xff"
EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
EPOCH_MS = 946_684_800_000

# Of an entry's row: the UUIDv7's milliseconds with 16 bits after them, `at` in microseconds since 2000, xid.
times = struct.Struct(">6xQ32xq4xQ").unpack_from
_start = sha256(b"\x00" + bytes([SCHEMA]))


@dataclass(frozen=True, slots=True)
class Recorded:
    """One ledger entry by name, in the order of its columns. Holds no protected value: `note` is sealed."""

    id: UUID
    practice_id: UUID
    at: dt.datetime
    xid: int
    kind: str
    verb: str
    actor_id: UUID
    role: str
    purpose: str
    session_id: UUID | None
    request_id: UUID
    classes: tuple[str, ...]
    excerpts: tuple[str, ...]
    subjects: tuple[UUID, ...]
    listed: bool
    outcome: str
    detail: str
    note: bytes | None
    mac: bytes


def leaf_hash_of(row: bytes) -> bytes:
    """The RFC 6962 leaf hash of an entry's COPY BINARY row."""
    digest = _start.copy()
    digest.update(row)
    return digest.digest()


def fields(row: bytes) -> Iterator[bytes | None]:
    """The columns of a COPY BINARY row, unread. Raises ValueError if it is not one whole row."""
    (count,) = struct.unpack_from(">h", row)
    position = 2
    for _ in range(count):
        (length,) = struct.unpack_from(">i", row, position)
        position += 4
        yield None if length < 0 else row[position : position + length]
        position += max(length, 0)
    if position != len(row):
        raise ValueError("not one whole row")


def parse(row: bytes) -> Recorded:
    """An entry from its COPY BINARY row. Raises ValueError on bytes that are no entry."""
    try:
        raw = list(fields(row))
        if len(raw) != len(COLUMNS):
            raise ValueError(f"{len(raw)} columns")
        values: list[Any] = [None if v is None else read(v) for v, read in zip(raw, _READERS, strict=True)]
        return Recorded(*values)
    except (struct.error, UnicodeDecodeError, OverflowError) as error:
        raise ValueError("not an entry") from error


def moment(microseconds: int) -> dt.datetime:
    """A timestamptz from its binary form. Raises OverflowError for infinity and years that Python has not."""
    return EPOCH + dt.timedelta(microseconds=microseconds)


def microseconds(at: dt.datetime) -> int:
    """The binary form of a timestamptz."""
    return (at - EPOCH) // dt.timedelta(microseconds=1)


def elements(raw: bytes) -> Iterator[bytes]:
    """The elements of a one-dimensional array without NULLs."""
    dimensions, nulls = struct.unpack_from(">ii", raw)
    if dimensions == 0:
        return
    if dimensions != 1 or nulls:
        raise ValueError("not a plain list")
    (count,) = struct.unpack_from(">i", raw, 12)
    position = 20
    for _ in range(count):
        (length,) = struct.unpack_from(">i", raw, position)
        yield raw[position + 4 : position + 4 + length]
        position += 4 + length


def _number(raw: bytes) -> int:
    return int.from_bytes(raw, "big")


def _instant(raw: bytes) -> dt.datetime:
    return moment(int.from_bytes(raw, "big", signed=True))


def _uuid(raw: bytes) -> UUID:
    return UUID(bytes=raw)


def _words(raw: bytes) -> tuple[str, ...]:
    return tuple(e.decode() for e in elements(raw))


def _uuids(raw: bytes) -> tuple[UUID, ...]:
    return tuple(map(_uuid, elements(raw)))


_READERS: tuple[Callable[[bytes], Any], ...] = (
    _uuid, _uuid, _instant, _number, bytes.decode, bytes.decode, _uuid, bytes.decode, bytes.decode, _uuid, _uuid,
    _words, _words, _uuids, any, bytes.decode, bytes.decode, bytes, bytes,
)  # fmt: skip
