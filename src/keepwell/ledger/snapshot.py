"""Three connections that see one moment of the ledger, and what holds for that moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from psycopg import IsolationLevel

from keepwell.ledger import resume
from keepwell.ledger.anchors import Anchor
from keepwell.ledger.batches import Connection, View, one

Connect = Callable[[], Connection]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Two connections to stream from, one to ask. What the anchor got later is for the next verification."""

    entries: Connection
    leaves: Connection
    asking: Connection
    anchor_length: int
    confirmed: int
    """The last checkpoint that the database said was anchored, before the anchor was measured."""
    total: int
    beyond: int
    now: dt.datetime
    moved: bool
    """Whether the data came from another cluster and no sequencer has worked on it since."""


@contextmanager
def take(connect: Connect, anchor: Anchor | None) -> Iterator[Snapshot]:
    """The anchor is measured before the snapshot, so in a sound ledger it is never ahead of the database."""
    with ExitStack() as stack:
        entries, leaves, asking = (stack.enter_context(connect()) for _ in range(3))
        confirmed = one(
            asking,
            "SELECT coalesce(max(checkpoint), 0) FROM custody.anchored WHERE anchor = %s",
            [anchor.name if anchor else ""],
        )
        length = anchor.length() if anchor else 0
        for connection in (asking, entries, leaves):
            connection.isolation_level = IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            stack.enter_context(connection.transaction())
        name = one(asking, "SELECT pg_export_snapshot()")
        for connection in (entries, leaves):
            connection.execute(f"SET TRANSACTION SNAPSHOT '{name}'".encode())
        total = one(asking, "SELECT coalesce(max(seq) + 1, 0) FROM custody.leaf")
        view = View.take(asking)
        moved = resume.in_new_cluster(asking)
        yield Snapshot(entries, leaves, asking, length, confirmed, total, view.beyond, view.now, moved)
