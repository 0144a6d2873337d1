"""Verification of the whole ledger against its signatures and its anchor, without trusting the database.

Entries are hashed again, leaves are put together to the tree again, and every signed root on the way is compared: those
in the database, and those that were anchored outside it when they were made. Every finding has a name (`findings`).
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby

from keepwell.ledger import snapshot
from keepwell.ledger.anchors import Anchor
from keepwell.ledger.checkpoints import Checkpoint
from keepwell.ledger.findings import Code, Findings
from keepwell.ledger.leaves import microseconds
from keepwell.ledger.merkle import Frontier
from keepwell.ledger.snapshot import Connect, Snapshot
from keepwell.ledger.stops import Signatures, Stop, merged, where
from keepwell.ledger.stored import STEP
from keepwell.ledger.walk import Aside, InOrder, MacCheck, Promise, time_of

CHUNK = 4_096
TOLERANCE = 60
"""Seconds by which clocks may differ before it is a finding."""
WAITING_TOO_LONG = 300

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Report:
    """What verification saw and found."""

    findings: Findings = field(default_factory=Findings)
    origin: str = ""
    leaves: int = 0
    checkpoints: int = 0
    anchored: int = 0
    waiting: int = 0
    root: bytes = b""
    newest: dt.datetime | None = None
    settled: dt.datetime | None = None
    macs: bool = False
    compared: bool = False
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        return not self.findings.counts


def verify(
    connect: Connect,
    anchor: Anchor | None,
    *,
    mac: MacCheck | None = None,
    tolerance: int = TOLERANCE,
    progress: Progress = lambda done, of: None,
) -> Report:
    """Check everything. `connect` gives connections that may read the whole ledger (keepwell_sequencer)."""
    began = time.monotonic()
    report = Report(macs=mac is not None, compared=anchor is not None)
    with snapshot.take(connect, anchor) as see:
        _Verification(see, anchor, report, tolerance, mac).run(progress)
    report.seconds = time.monotonic() - began
    return report


class _Verification:
    def __init__(
        self, see: Snapshot, anchor: Anchor | None, report: Report, tolerance: int, mac: MacCheck | None
    ) -> None:
        self.see, self.anchor, self.report, self.tolerance = see, anchor, report, tolerance
        self.findings = report.findings
        self.promise = Promise()
        self.aside = Aside(see.asking, self.findings)
        self.leaves = InOrder(see, self.aside, tolerance, mac)
        self.tree = Frontier()
        self.nodes: list[tuple[int, int, list[bytes]]] = []
        self.last: Checkpoint | None = None

    def run(self, progress: Progress) -> None:
        told = self.see.asking, self.anchor, self.see.anchor_length
        self.signatures = Signatures(*told, self.tolerance, self.findings)
        stops = merged(*told, self.findings)
        for size, group in groupby(stops, key=lambda stop: stop.checkpoint.size):
            self._feed(size, progress)
            self._compare(size, list(group))
        self._feed(self.see.total, progress)
        self.leaves.finish()
        self.aside.settle()
        self._judge_waiting()
        self._look_for_gaps()
        if self.see.confirmed and self.anchor and not self.report.anchored:
            self.findings.add(Code.ANCHOR_MISSING)
        self._tell()

    def _feed(self, size: int, progress: Progress) -> None:
        """Let the tree grow to `size`, checking every leaf that goes in."""
        while self.tree.size < size:
            hashes = self.leaves.take(min(CHUNK, size - self.tree.size), self.promise)
            if not hashes:
                return
            self.tree.extend(hashes, self._keep)
            self._check_nodes()
            progress(self.tree.size, self.see.total)

    def _keep(self, level: int, first: int, hashes: list[bytes]) -> None:
        if level % STEP == 0:
            self.nodes.append((level, first, hashes))

    def _check_nodes(self) -> None:
        for level, first, hashes in self.nodes:
            kept = self.see.asking.execute(
                "SELECT hash FROM custody.node WHERE level = %s AND index >= %s AND index < %s ORDER BY index",
                [level, first, first + len(hashes)],
            ).fetchall()
            if [bytes(row[0]) for row in kept] != hashes:
                self.findings.add(Code.NODE_WRONG, level=level, index=first)
        self.nodes.clear()

    def _compare(self, size: int, group: list[Stop]) -> None:
        """Every checkpoint of this size, from the database and from the anchor."""
        notes: dict[str, list[Stop]] = {}
        for stop in group:
            notes.setdefault(stop.note, []).append(stop)
        for stops in notes.values():
            here = next((stop for stop in stops if stop.number is not None), None)
            anchored = next((stop for stop in stops if stop.number is None), None)
            self.report.checkpoints += here is not None
            self.report.anchored += anchored is not None
            signed = self.signatures.good(here or stops[0])
            self._compare_root(size, here, anchored)
            self._compare_places(here, anchored, signed)
            if signed and here:
                self._take_at_its_word(here.checkpoint)

    def _compare_root(self, size: int, here: Stop | None, anchored: Stop | None) -> None:
        stop = here or anchored
        assert stop is not None
        if size > self.see.total:
            self.findings.add(Code.LEDGER_TRUNCATED, known=size, here=self.see.total)
        elif self.tree.size != size or self.tree.root() != stop.checkpoint.root:
            if here:
                self.findings.add(Code.ROOT_MISMATCH, **where(here))
            if anchored:
                self.findings.add(Code.LEDGER_REWRITTEN, **where(anchored))

    def _compare_places(self, here: Stop | None, anchored: Stop | None, signed: bool) -> None:
        if anchored and not here and signed:
            self.findings.add(Code.CHECKPOINT_MISSING, **where(anchored))
        if here and here.number and not anchored and self.anchor and here.number <= self.see.confirmed:
            self.findings.add(Code.ANCHOR_BEHIND, **where(here))

    def _take_at_its_word(self, checkpoint: Checkpoint) -> None:
        """From here on nothing may come that this checkpoint promised to have seen."""
        self.last = checkpoint
        self.promise.horizons[checkpoint.generation] = checkpoint.horizon
        self.promise.settled = microseconds(checkpoint.settled) - self.tolerance * 1_000_000

    def _judge_waiting(self) -> None:
        """Entries without a leaf: the newest are on their way, any other was put where the ledger was complete."""
        complete = self.last.horizon if self.last and not self.see.moved else 0
        beyond = 1 << 64 if self.see.moved else self.see.beyond
        late = microseconds(self.see.now) - WAITING_TOO_LONG * 1_000_000
        for xid, at, entry in self.aside.waiting:
            if xid < complete or xid >= beyond or at < self.promise.settled:
                self.findings.add(Code.ENTRY_UNSEQUENCED, entry=str(entry), at=time_of(at))
            else:
                self.report.waiting += 1
                if at < late and not self.findings.counts[Code.SEQUENCER_BEHIND]:
                    self.findings.add(Code.SEQUENCER_BEHIND, since=time_of(at))

    def _look_for_gaps(self) -> None:
        if self.tree.size == self.see.total:
            return
        gaps = (
            "SELECT seq FROM (SELECT seq, lag(seq, 1, -1::bigint) OVER (ORDER BY seq) AS before FROM custody.leaf)"
            " l WHERE seq <> before + 1 ORDER BY seq LIMIT 20"
        )
        for (seq,) in self.see.asking.execute(gaps):
            self.findings.add(Code.LEAF_GAP, before=seq)

    def _tell(self) -> None:
        self.report.origin = self.signatures.keys.keys[0].origin if self.signatures.keys.keys else ""
        self.report.leaves, self.report.root = self.tree.size, self.tree.root()
        if self.last:
            self.report.newest, self.report.settled = self.last.at, self.last.settled
