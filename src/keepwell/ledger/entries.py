"""What one ledger entry says, and the MAC that proves a process with the keys wrote it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from keepwell.base.actor import Actor
from keepwell.base.ids import new_id


def canonical(facts: Mapping[str, Any]) -> str:
    """JSON with one spelling, for `detail`. Never PHI: counts, codes, field names, ids."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), default=str)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as the application says it; the database adds when and in which transaction.

    `classes` and `excerpts` say what was on the screen, `subjects` whose it was, `listed` whether as one of a list.
    """

    kind: str
    verb: str
    classes: tuple[str, ...] = ()
    excerpts: tuple[str, ...] = ()
    subjects: tuple[UUID, ...] = ()
    listed: bool = False
    outcome: str = "ok"
    detail: str = "{}"
    note: bytes | None = None
    id: UUID = field(default_factory=new_id)


def mac(key: bytes, by: Actor, entry: Entry) -> bytes:
    """HMAC-SHA256 over all the application says. A search's subjects are the database's words, so not among it."""
    return mac_of(key, by.practice, by.id, by.role, by.purpose, by.session, by.request, entry)


def mac_of(
    key: bytes, practice: UUID, actor: UUID, role: str, purpose: str, session: UUID | None, request: UUID, entry: Entry
) -> bytes:
    subjects: Iterable[UUID] = () if entry.kind == "find" else entry.subjects
    parts = (
        entry.id.bytes,
        practice.bytes,
        entry.kind,
        entry.verb,
        actor.bytes,
        role,
        purpose,
        session.bytes if session else b"",
        request.bytes,
        _many(entry.classes),
        _many(entry.excerpts),
        b"".join(s.bytes for s in subjects),
        "listed" if entry.listed else "opened",
        entry.outcome,
        entry.detail,
        hashlib.sha256(entry.note).digest() if entry.note is not None else b"",
    )
    said = b"".join(_framed(p.encode() if isinstance(p, str) else p) for p in parts)
    return hmac.new(key, said, hashlib.sha256).digest()


def _many(words: Iterable[str]) -> bytes:
    return b"".join(_framed(w.encode()) for w in words)


def _framed(part: bytes) -> bytes:
    return len(part).to_bytes(4, "big") + part
