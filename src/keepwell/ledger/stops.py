"""Checkpoints from the database and from the anchor, merged by size: where verification stops and compares."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from keepwell.ledger import keyring
from keepwell.ledger.anchors import Anchor
from keepwell.ledger.batches import Connection
from keepwell.ledger.checkpoints import BadNote, Checkpoint, Keys, PublicKey, is_key_note
from keepwell.ledger.findings import Code, Findings

IN_ORDER = """
SELECT number, size, at, settled, horizon::text::numeric::bigint, generation, note
FROM custody.checkpoint ORDER BY number
"""


@dataclass(frozen=True, slots=True)
class Stop:
    """One checkpoint and where it was read: `number` in the database, None in the anchor."""

    checkpoint: Checkpoint
    note: str
    number: int | None


def merged(connection: Connection, anchor: Anchor | None, length: int, findings: Findings) -> Iterator[Stop]:
    """Every readable checkpoint, smallest first."""
    sources = in_database(connection, findings), in_anchor(anchor, length, findings)
    return heapq.merge(*sources, key=lambda stop: stop.checkpoint.size)


def in_database(connection: Connection, findings: Findings) -> Iterator[Stop]:
    """The database's checkpoints by number; gaps, steps back and columns that differ from the note are findings."""
    before: Stop | None = None
    expected = 1
    with connection.cursor("checkpoints") as cursor:
        for number, *columns, note in cursor.execute(IN_ORDER):
            if number != expected:
                findings.add(Code.CHECKPOINT_MISSING, checkpoint=expected)
            expected = number + 1
            try:
                read = Checkpoint.read(note)
            except BadNote:
                findings.add(Code.CHECKPOINT_MALFORMED, checkpoint=number)
                continue
            if [read.size, read.at, read.settled, read.horizon, read.generation] != columns:
                findings.add(Code.CHECKPOINT_MALFORMED, checkpoint=number)
            stop = Stop(read, note, number)
            if _follows(stop, before, findings):
                before = stop
                yield stop


def in_anchor(anchor: Anchor | None, length: int, findings: Findings) -> Iterator[Stop]:
    """The anchor's checkpoints in the order they were added."""
    before: Stop | None = None
    for line, note in enumerate(anchor.notes(length) if anchor else (), 1):
        if note is not None and is_key_note(note):
            continue
        try:
            stop = Stop(Checkpoint.read(note or ""), note or "", None)
        except BadNote:
            findings.add(Code.ANCHOR_DAMAGED, line=line)
            continue
        if before and stop.checkpoint.size < before.checkpoint.size:
            findings.add(Code.ANCHOR_DAMAGED, line=line)
            continue
        before = stop
        yield stop


def _follows(stop: Stop, before: Stop | None, findings: Findings) -> bool:
    """Whether a checkpoint can be the next one. A clock set back a little is nobody's fault."""
    if before is None:
        return True
    new, old = stop.checkpoint, before.checkpoint
    if new.at < old.at - dt.timedelta(seconds=60) or new.size < old.size or new.settled < old.settled:
        findings.add(Code.CHECKPOINT_BACKWARDS, checkpoint=stop.number, at=new.at.isoformat())
    return new.size >= old.size


# ── Whose signature ──────────────────────────────────────────────────────────────────────────────────────────────────


class Signatures:
    """The keys to judge checkpoints by: those that were anchored, for the database's own may have been exchanged."""

    def __init__(
        self, connection: Connection, anchor: Anchor | None, length: int, tolerance: int, findings: Findings
    ) -> None:
        self._tolerance = dt.timedelta(seconds=tolerance)
        self._findings = findings
        here = keyring.notes(connection)
        anchored = [note for note in (anchor.notes(length) if anchor else ()) if note and is_key_note(note)]
        if anchored and here[: len(anchored)] != anchored:
            findings.add(Code.LEDGER_REPLACED, keys=len(anchored))
            here = anchored
        try:
            self.keys = Keys.read(here)
        except BadNote as error:
            findings.add(Code.KEYS_BROKEN, why=str(error))
            self.keys = Keys(())

    def good(self, stop: Stop) -> bool:
        """Whether a key of this ledger signed this checkpoint in its term."""
        key = self.keys.signer_of(stop.note)
        if key is None:
            self._findings.add(Code.CHECKPOINT_UNSIGNED, **where(stop))
        elif not self._in_term(key, stop.checkpoint.at):
            self._findings.add(Code.KEY_OUT_OF_TERM, **where(stop), key=key.key_id)
        else:
            return True
        return False

    def _in_term(self, key: PublicKey, at: dt.datetime) -> bool:
        ended = self.keys.term_ended(key)
        return key.since - self._tolerance <= at and (ended is None or at <= ended + self._tolerance)


def where(stop: Stop) -> dict[str, object]:
    """How a finding names a checkpoint."""
    place = ("anchored", stop.checkpoint.at.isoformat()) if stop.number is None else ("checkpoint", stop.number)
    return {place[0]: place[1], "size": stop.checkpoint.size}
