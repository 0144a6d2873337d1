"""Identifiers that sort by birth (UUIDv7, RFC 9562), so indexes stay compact and an id tells when it was made."""

from __future__ import annotations

import os
import time
from uuid import UUID


def new_id(milliseconds: int | None = None) -> UUID:
    """A fresh UUIDv7. `milliseconds` since the Unix epoch defaults to now."""
    born = time.time_ns() // 1_000_000 if milliseconds is None else milliseconds
    raw = bytearray(born.to_bytes(6, "big") + os.urandom(10))
    raw[6] = (raw[6] & 0x0F) | 0x70
    raw[8] = (raw[8] & 0x3F) | 0x80
    return UUID(bytes=bytes(raw))


def born_at(identifier: UUID) -> int:
    """Milliseconds since the Unix epoch at which a UUIDv7 was made."""
    return int.from_bytes(identifier.bytes[:6], "big")
