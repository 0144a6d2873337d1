from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from keepwell.ledger.tests.desk import Desk
from keepwell.operations.pgfiles import SUPERUSER
from keepwell.operations.places import SEQUENCER
from keepwell.vault import roots
from tests.rig.server import PREFIX, Server

_number = itertools.count()


@pytest.fixture
def desk(rig: Server, tmp_path: Path) -> Iterator[Desk]:
    """A migrated database of this test's own, which a superuser holds and a sequencer works in."""
    name = f"{PREFIX}{os.getpid()}_ledger{next(_number)}"
    with rig.database(name), psycopg.connect(rig.url(SUPERUSER, name), autocommit=True) as owner:
        root = roots.load(f"file:{rig.places.keys / 'root.key'}")
        yield Desk(owner, rig.url(SEQUENCER, name), tmp_path / "anchor.jsonl", root)
