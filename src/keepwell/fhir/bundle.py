"""One bundle, surveyed before anything is written: every entry found, every reference resolved, every date believable.

Reading is twice through the file: `read` keeps only where each entry stands, `Bundle.received` hands them over one by
one. So memory holds one resource whatever the size, and a file is either good as a whole or refused by name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from keepwell.base.refusal import Refusal
from keepwell.fhir import references, strict
from keepwell.fhir.sources import Source


@dataclass(frozen=True, slots=True)
class Entry:
    """Where one resource stands in its file, what the others call it, a digest of its text, its security labels."""

    number: int
    start: int
    length: int
    type: str
    key: str
    full_url: str | None
    digest: bytes = field(repr=False)
    labels: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Received:
    """One resource: parsed, and its text exactly as it came."""

    entry: Entry
    resource: dict[str, Any] = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A file that may be brought in. `outside` counts references to other servers, kept as written."""

    source: Source = field(repr=False)
    kind: str
    entries: tuple[Entry, ...] = field(repr=False)
    patient: Entry
    outside: int
    names: dict[str, str] = field(repr=False)
    by_key: dict[str, int] = field(repr=False)

    def resolve(self, reference: str, at: Entry) -> Entry | None:
        """The entry a reference leads to, from the entry it stands in."""
        number = self.by_key.get(references.key(reference, at.full_url))
        return None if number is None else self.entries[number]

    def received(self) -> Iterator[Received]:
        """Every resource in file order, read again. A file that changed meanwhile is refused."""
        with self.source.open() as stream:
            at = 0
            for entry in self.entries:
                _skip(stream, entry.start - at)
                at = entry.start + entry.length
                raw = _exactly(stream, entry.length)
                resource = strict.members(raw)["resource"]
                if digest(resource.text) != entry.digest:
                    raise Refusal("FHIR_CHANGED_WHILE_READ")
                yield Received(entry, resource.value, resource.text)


def digest(text: str) -> bytes:
    """What tells a changed resource from an unchanged one."""
    return hashlib.sha256(text.encode()).digest()


def _exactly(stream: BinaryIO, length: int) -> bytes:
    pieces, missing = [], length
    while missing:
        piece = stream.read(missing)
        if not piece:
            raise Refusal("FHIR_CHANGED_WHILE_READ")
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)


def _skip(stream: BinaryIO, length: int) -> None:
    while length > 0:
        length -= len(_exactly(stream, min(length, 65536)))
