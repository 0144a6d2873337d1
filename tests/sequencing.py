"""The entries of the suite's own database under signed checkpoints, as a running sequencer would have them."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import psycopg
import pytest

from keepwell.ledger.anchors.file import FileAnchor
from keepwell.ledger.sequencer import Pace, Sequencer
from keepwell.operations.pgfiles import SUPERUSER
from keepwell.operations.places import SEQUENCER
from keepwell.vault import roots
from tests.rig import mine
from tests.rig.server import Server

PACE = Pace(interval=0.0, heartbeat=0.0, batch=5_000, stalled_after=5.0, lock_wait=5.0)
PATIENCE = 60
WAITING = "SELECT count(*) FROM custody.entry e WHERE NOT EXISTS (SELECT FROM custody.leaf WHERE entry_id = e.id)"


@cache
def anchor_of(database: str) -> FileAnchor:
    """One anchor for one database, as long as this process runs."""
    return FileAnchor(Path(tempfile.mkdtemp(prefix="anchor-")) / f"{database}.jsonl")


def connect() -> psycopg.Connection:
    return psycopg.connect(mine.server.url(SEQUENCER, mine.database), autocommit=True)


@pytest.fixture
def sequenced(rig: Server, database: None) -> Callable[[], None]:
    """Puts every entry there is under a signed and anchored checkpoint."""

    def sequence() -> None:
        root = roots.load(f"file:{rig.places.keys / 'root.key'}")
        worker = Sequencer(connect, anchor_of(mine.database), root, PACE)
        with connect() as connection, rig.admin(mine.database) as admin:
            worker.start(connection)
            patience = time.monotonic() + PATIENCE
            # A transaction of another test, in any database of the server, holds the order up until it ends.
            while (worker.step() or admin.execute(WAITING).fetchone() != (0,)) and time.monotonic() < patience:
                time.sleep(0.02)
            worker.step()

    return sequence


@pytest.fixture
def superuser(rig: Server, database: None):
    """Whoever owns the whole server: what it changes, only a proof can show."""
    with psycopg.connect(mine.server.url(SUPERUSER, mine.database), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection
