"""The process that puts committed entries in their final order, signs what it did, and says so outside the database.

Order is (generation, transaction, id), and only transactions below the horizon are taken: those are over, so nothing
that commits late can be skipped. Every second in which something came, a checkpoint is signed in the same transaction
as the last leaves under it, then anchored, then marked as anchored; a checkpoint counts from that mark on. Killed at
any point, the next run finds the tree as the last commit left it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any

import psycopg
import structlog
from psycopg import IsolationLevel

from keepwell.base.refusal import Refusal
from keepwell.ledger import batches, keyring, resume
from keepwell.ledger.anchors import Anchor
from keepwell.ledger.batches import Cursor, View, one
from keepwell.ledger.checkpoints import Checkpoint, Keys, sign
from keepwell.ledger.leaves import leaf_hash_of
from keepwell.ledger.merkle import Frontier
from keepwell.ledger.stored import STEP
from keepwell.vault.roots import Root

Connection = psycopg.Connection[tuple[Any, ...]]
log = structlog.get_logger()

LOCK = 0x6B656570_6C656467
"""'keepledg': the session lock that says a sequencer is at work."""

BEAT = 10.0
"""Seconds between two signs of life in the health row."""

SETTLED = """
SELECT CASE WHEN pg_current_xact_id() = %(x)s::xid8 THEN now() ELSE coalesce(
  (SELECT at FROM custody.checkpoint WHERE generation = %(g)s AND xid <= %(x)s::xid8 ORDER BY number DESC LIMIT 1),
  (SELECT opened_at FROM custody.generation WHERE generation = %(g)s AND xid <= %(x)s::xid8),
  (SELECT settled FROM custody.checkpoint ORDER BY number DESC LIMIT 1), 'epoch') END
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often. Times are in seconds."""

    interval: float = 1.0
    heartbeat: float = 900.0
    batch: int = 5_000
    stalled_after: float = 60.0
    lock_wait: float = 10.0


class Sequencer:
    """One run of the process. `connect` gives an autocommit connection as keepwell_sequencer."""

    def __init__(self, connect: Callable[[], Connection], anchor: Anchor, root: Root, pace: Pace | None = None) -> None:
        self._connect = connect
        self._anchor = anchor
        self._root = root
        self.pace = pace or Pace()
        self.tree = Frontier()
        self.cursor = Cursor()
        self.last: Checkpoint | None = None
        self.generation = 0
        self.state = ""
        self._said = self._stuck_since = time.monotonic()
        self._stuck_at = 0

    def run(self, stop: Event) -> None:
        """Work until told to stop. Raises the Refusal that ends it, after writing it into the health row."""
        with self._connect() as connection:
            self.start(connection)
            try:
                while not stop.is_set():
                    began = time.monotonic()
                    while self.step() and not stop.is_set():
                        pass
                    stop.wait(max(0.0, self.pace.interval - (time.monotonic() - began)))
            except BaseException as error:
                self._ended(error)
                raise
            self._say("stopped")

    def start(self, connection: Connection) -> None:
        """Take the lock, and refuse to go on from a ledger that the anchor contradicts."""
        self.connection = connection
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        self._lock()
        try:
            keyring.found(connection, self._root)
            self._take_up_keys()
            resume.agree(connection, self._anchor, self.keys)
            self._anchor_what_is_not()
            self._open_generation()
            self._resume()
        except BaseException as error:
            self._ended(error)
            raise
        self._say("running")

    def step(self) -> bool:
        """One transaction: leaves, and a checkpoint if one is due. True when more is waiting."""
        with self.connection.transaction():
            view = View.take(self.connection)
            which = batches.after(self.cursor, view.horizon, self.generation)
            rows = batches.take(self.connection, which, self.pace.batch)
            full = len(rows) == self.pace.batch
            self._append(rows)
            self.cursor = batches.last_of(rows[-1]) if full else max(self.cursor, Cursor(view.horizon))
            checkpoint = self._checkpoint(view) if self._is_due(view) else None
        if checkpoint:
            self._publish(*checkpoint)
        if view.keys != len(self.keys.keys):
            self._take_up_keys()
            resume.anchor_keys(self.connection, self._anchor)
        self._watch_horizon(view)
        return full

    # ── Steps ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _append(self, rows: list[bytes]) -> None:
        if not rows:
            return
        hashes = [leaf_hash_of(row) for row in rows]
        batches.append(self.connection, self.tree.size, rows, hashes)
        self.tree.extend(hashes, self._keep)

    def _keep(self, level: int, first: int, hashes: list[bytes]) -> None:
        if level % STEP == 0:
            batches.append_nodes(self.connection, level, first, hashes)

    def _is_due(self, view: View) -> bool:
        if self.last is None:
            return True
        waited = (view.now - self.last.at).total_seconds()
        new = self.tree.size > self.last.size
        return waited >= (self.pace.interval * 0.9 if new else self.pace.heartbeat)

    def _checkpoint(self, view: View) -> tuple[int, Checkpoint, str]:
        """Sign the tree as it is and write that down.

        `settled` is the time of the newest checkpoint written by a transaction now below the horizon: whatever still
        runs began after it, so every entry recorded before it is in the tree.
        """
        horizon = min(view.horizon, self.cursor.xid)
        settled = one(self.connection, SETTLED, {"x": str(horizon), "g": self.generation})
        checkpoint = Checkpoint(
            self.signer.origin, self.tree.size, self.tree.root(), view.now, settled, horizon, self.generation
        )
        note = sign(checkpoint.body(), self.signer)
        number = one(
            self.connection,
            "SELECT custody.append_checkpoint(%s, %s, %s, %s::xid8, %s, %s)",
            [checkpoint.size, checkpoint.at, settled, str(horizon), self.generation, note],
        )
        return number, checkpoint, note

    def _publish(self, number: int, checkpoint: Checkpoint, note: str) -> None:
        """Anchor a committed checkpoint; only then does it count."""
        self._anchor.put(note)
        self.connection.execute("SELECT custody.confirm_anchor(%s, %s)", [number, self._anchor.name])
        self.last = checkpoint
        log.debug("ledger.checkpoint", size=checkpoint.size, horizon=checkpoint.horizon)

    def _watch_horizon(self, view: View) -> None:
        """A transaction left open holds everything behind it; say so before anybody relies on a stale ledger."""
        now = time.monotonic()
        if view.horizon != self._stuck_at:
            self._stuck_at, self._stuck_since = view.horizon, now
        long = now - self._stuck_since >= self.pace.stalled_after
        held_by = resume.holds_back(self.connection, view.horizon) if long else ""
        if held_by and self.state != "stalled":
            log.error("ledger.horizon_stalled", horizon=view.horizon, held_by=held_by)
        if held_by:
            self._say("stalled", "LEDGER_HORIZON_STALLED", held_by)
        elif self.state == "stalled" or now - self._said >= BEAT:
            self._say("running")

    # ── Starting ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _lock(self) -> None:
        """Only one at a time. A killed predecessor's session may take a moment to end."""
        until = time.monotonic() + self.pace.lock_wait
        while not one(self.connection, "SELECT pg_try_advisory_lock(%s)", [LOCK]):
            if time.monotonic() > until:
                raise Refusal("LEDGER_SEQUENCER_RUNNING")
            time.sleep(0.1)

    def _anchor_what_is_not(self) -> None:
        """What a killed run committed and did not anchor, in order; keys first, so that every signature has its key."""
        resume.anchor_keys(self.connection, self._anchor)
        for number, note in resume.not_anchored(self.connection, self._anchor.name):
            if note not in self._anchor.recent():
                self._anchor.put(note)
            self.connection.execute("SELECT custody.confirm_anchor(%s, %s)", [number, self._anchor.name])

    def _take_up_keys(self) -> None:
        self.keys = Keys.read(keyring.notes(self.connection))
        self.signer = keyring.load(self.connection, self._root)

    def _open_generation(self) -> None:
        """In another cluster than before, first take in what the old one had committed and not sequenced."""
        with self.connection.transaction():
            if resume.in_new_cluster(self.connection):
                self.tree = resume.tree(self.connection)
                beyond = View.take(self.connection).beyond
                while rows := batches.take(self.connection, batches.left_by_another_cluster(beyond), self.pace.batch):
                    self._append(rows)
            self.generation = one(self.connection, "SELECT custody.open_generation()")

    def _resume(self) -> None:
        self.tree = resume.tree(self.connection)
        self.cursor = resume.cursor(self.connection, self.generation)
        self.last = resume.last_checkpoint(self.connection)

    # ── Health ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _say(self, state: str, code: str = "", detail: str = "") -> None:
        self.state, self._said = state, time.monotonic()
        self.connection.execute("SELECT custody.sequencer_says(%s, %s, %s)", [state, code, detail])

    def _ended(self, error: BaseException) -> None:
        code = error.code if isinstance(error, Refusal) else type(error).__name__
        log.error("ledger.sequencer_ended", code=code)
        if not self.connection.closed and not self.connection.broken:
            self._say("refused" if isinstance(error, Refusal) else "failed", code)
