"""Leaves and entries side by side, in their order: does each leaf have its entry, unchanged, and each entry its leaf?

Both come as two ordered COPY BINARY streams of one snapshot and are merged, so nothing is joined in the database and
nothing is kept in memory. What does not match is put aside and asked about by id, a few thousand at a time.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

from psycopg import sql

from keepwell.ledger.batches import Connection, copy_rows
from keepwell.ledger.findings import Code, Findings
from keepwell.ledger.leaves import ENTRY, EPOCH_MS, LEAF, leaf_hash_of, moment, times
from keepwell.ledger.snapshot import Snapshot

MacCheck = Callable[[bytes], bool]
"""Whether the entry of a COPY BINARY row is genuine."""
ASIDE = 4_000


@dataclass(slots=True)
class Promise:
    """What the checkpoints so far promised: nothing earlier than this comes after them."""

    settled: int = -(1 << 62)
    """Microseconds since 2000, with the tolerance taken off."""
    horizons: dict[int, int] = field(default_factory=dict)
    """By generation: every transaction below is in."""


class Walk:
    """One pass over one generation's leaves and the entries that may belong to them."""

    def __init__(
        self, streams: tuple[Iterator[bytes], Iterator[bytes]], aside: Aside, tolerance: int, mac: MacCheck | None
    ) -> None:
        self._leaves, self._entries = streams
        self._entry = next(self._entries, b"")
        self._aside, self.findings = aside, aside.findings
        self._tolerance_ms = tolerance * 1000
        self._mac = mac

    def take(self, count: int, settled: int, horizon: int) -> list[bytes]:
        """The next leaf hashes, at most `count`, their entries checked."""
        hashes, entry, entries, tolerance, mac = [], self._entry, self._entries, self._tolerance_ms, self._mac
        for leaf in islice(self._leaves, count):
            digest = leaf[82:]
            hashes.append(digest)
            if entry[2:66] != leaf[14:78] or leaf_hash_of(entry) != digest:
                entry = self._mismatch(leaf, entry)
                continue
            born, at, xid = times(entry)
            if at < settled:
                self.findings.add(Code.ENTRY_BACKDATED, **place_of(leaf), at=time_of(at))
            if xid < horizon:
                self.findings.add(Code.ENTRY_OUT_OF_ORDER, **place_of(leaf))
            if not -tolerance < (born >> 16) - EPOCH_MS - at // 1000 < tolerance:
                self.findings.add(Code.ENTRY_CLOCK, **place_of(leaf), at=time_of(at))
            if mac and not self._is_genuine(entry, mac):
                self.findings.add(Code.ENTRY_FORGED, **place_of(leaf))
            entry = next(entries, b"")
        self._entry = entry
        return hashes

    def finish(self) -> None:
        """After the last leaf: whatever entries are left have none here."""
        while self._entry:
            self._aside.stray(self._entry)
            self._entry = next(self._entries, b"")

    def _mismatch(self, leaf: bytes, entry: bytes) -> bytes:
        """Find out how leaf and entry differ; the entry to go on with."""
        place = leaf[70:78] + leaf[18:34]
        while entry and entry[58:66] + entry[6:22] < place:
            self._aside.stray(entry)
            entry = next(self._entries, b"")
        if entry[58:66] + entry[6:22] != place:
            self._aside.absent(leaf)
            return entry
        judge(leaf, entry, self.findings)
        return next(self._entries, b"")

    def _is_genuine(self, entry: bytes, mac: MacCheck) -> bool:
        try:
            return mac(entry)
        except (ValueError, struct.error):
            return False


class InOrder:
    """Every leaf of the ledger in its order, one generation after the other."""

    def __init__(self, see: Snapshot, aside: Aside, tolerance: int, mac: MacCheck | None) -> None:
        self._see, self._aside, self._checks = see, aside, (tolerance, mac)
        known = "SELECT generation, first_seq FROM custody.generation ORDER BY generation"
        starts = see.asking.execute(known).fetchall() or [(0, 0)]
        ends = [first for _, first in starts[1:]] + [see.total]
        self._ahead = [(*start, end) for start, end in zip(starts, ends, strict=True)]
        self._walk: Walk | None = None
        self.generation = 0
        self._next()

    def take(self, count: int, promise: Promise) -> list[bytes]:
        """At most `count` leaf hashes; none when there are no more."""
        while self._walk:
            horizon = promise.horizons.get(self.generation, 0)
            if hashes := self._walk.take(count, promise.settled, horizon):
                return hashes
            self._walk.finish()
            self._next()
        return []

    def finish(self) -> None:
        """When no more leaves are asked for: the entries that are left."""
        while self._walk:
            self._walk.finish()
            self._next()

    def _next(self) -> None:
        """Open the next generation. The first one's entries are all entries there are, so that none goes unseen."""
        if not self._ahead:
            self._walk = None
            return
        bounds = None
        self.generation, first, end = self._ahead.pop(0)
        if self._walk:
            ends = "SELECT xid::text FROM custody.leaf WHERE seq >= %s AND seq < %s ORDER BY seq {} LIMIT 1"
            found = [self._see.asking.execute(ends.format(way), [first, end]).fetchone() for way in ("ASC", "DESC")]
            bounds = int(found[0][0]) if found[0] else 0, int(found[1][0]) if found[1] else 0
        streams = leaf_rows(self._see.leaves, first, end), entry_rows(self._see.entries, bounds)
        self._walk = Walk(streams, self._aside, *self._checks)


class Aside:
    """Leaves whose entry was not at its place, and entries without a leaf at theirs; looked up by id in batches."""

    def __init__(self, connection: Connection, findings: Findings) -> None:
        self._connection = connection
        self.findings = findings
        self._absent: dict[bytes, bytes] = {}
        self._strays: list[bytes] = []
        self.waiting: list[tuple[int, int, UUID]] = []
        """Entries with no leaf: transaction, time, id. Judged when the last horizon is known."""

    def absent(self, leaf: bytes) -> None:
        self._absent[leaf[18:34]] = leaf
        if len(self._absent) >= ASIDE:
            self.settle()

    def stray(self, entry: bytes) -> None:
        self._strays.append(entry[:66])
        if len(self._strays) >= ASIDE:
            self.settle()

    def settle(self) -> None:
        """Ask the database about everything that was put aside."""
        ids = [UUID(bytes=raw) for raw in self._absent]
        which = sql.SQL("SELECT {} FROM custody.entry WHERE id = ANY({})").format(sql.SQL(ENTRY), sql.Literal(ids))
        for row in copy_rows(self._connection, which) if ids else ():
            leaf = self._absent.pop(row[6:22], None)
            if leaf and judge(leaf, row, self.findings):
                self.findings.add(Code.ENTRY_OUT_OF_ORDER, **place_of(leaf))
        for leaf in self._absent.values():
            self.findings.add(Code.ENTRY_MISSING, **place_of(leaf))
        self._absent.clear()
        self._settle_strays()

    def _settle_strays(self) -> None:
        known = {row[6:22]: row for row in self._strays}
        ids = [UUID(bytes=raw) for raw in known]
        with_leaf = "SELECT entry_id FROM custody.leaf WHERE entry_id = ANY(%s)"
        for (entry,) in self._connection.execute(with_leaf, [ids]).fetchall():
            known.pop(entry.bytes, None)
        for raw, row in known.items():
            _, at, xid = times(row)
            self.waiting.append((xid, at, UUID(bytes=raw)))
        self._strays.clear()


def judge(leaf: bytes, entry: bytes, findings: Findings) -> bool:
    """Compare a leaf with the entry of its id; True when they agree."""
    if leaf_hash_of(entry) != leaf[82:]:
        findings.add(Code.ENTRY_ALTERED, **place_of(leaf))
        return False
    if entry[2:66] != leaf[14:78]:
        findings.add(Code.LEAF_MISLABELLED, **place_of(leaf))
        return False
    return True


def leaf_rows(connection: Connection, first: int, end: int) -> Iterator[bytes]:
    """The leaves [first, end) in order."""
    query = sql.SQL("SELECT {} FROM custody.leaf WHERE seq >= {} AND seq < {} ORDER BY seq")
    return copy_rows(connection, query.format(sql.SQL(LEAF), sql.Literal(first), sql.Literal(end)))


def entry_rows(connection: Connection, bounds: tuple[int, int] | None) -> Iterator[bytes]:
    """Entries in order; all of them, or those of transactions within the bounds."""
    within: sql.Composable = sql.SQL("true")
    if bounds:
        within = sql.SQL("xid BETWEEN {}::xid8 AND {}::xid8").format(*(sql.Literal(str(bound)) for bound in bounds))
    query = sql.SQL("SELECT {} FROM custody.entry WHERE {} ORDER BY xid, id")
    return copy_rows(connection, query.format(sql.SQL(ENTRY), within))


def place_of(leaf: bytes) -> dict[str, object]:
    """How a finding names a leaf."""
    return {"seq": int.from_bytes(leaf[6:14], "big"), "entry": str(UUID(bytes=leaf[18:34]))}


def time_of(at: int) -> str:
    """A timestamp as people read it; infinity and impossible years by name."""
    try:
        return moment(at).isoformat()
    except OverflowError:
        return "no possible time"
