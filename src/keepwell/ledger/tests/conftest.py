from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from keepwell.ledger.tests.archives import exported
from keepwell.ledger.tests.desk import Desk
from keepwell.operations.pgfiles import SUPERUSER
from keepwell.operations.places import SEQUENCER
from keepwell.vault import roots
from tests.rig.server import PREFIX, Server

names = (f"{PREFIX}{os.getpid()}_ledger{n}" for n in itertools.count())


@pytest.fixture
def desk(rig: Server, tmp_path: Path) -> Iterator[Desk]:
    """A migrated database of this test's own, which a superuser holds and a sequencer works in."""
    name = next(names)
    with rig.database(name), desk_in(rig, name, tmp_path / "anchor.jsonl") as made:
        yield made


@pytest.fixture(scope="session")
def kept_once(rig: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Desk]]:
    """A ledger of six hundred entries, sequenced in three rounds, made once and cloned for each test."""
    name, anchor = next(names), tmp_path_factory.mktemp("kept") / "anchor.jsonl"
    with rig.database(name):
        with desk_in(rig, name, anchor) as made:
            for _ in range(3):
                made.write(200)
                made.sequence()
        yield name, made


@pytest.fixture
def kept(rig: Server, kept_once: tuple[str, Desk], tmp_path: Path) -> Iterator[Desk]:
    """A clone of that ledger for this test to do harm to."""
    name, (template, first) = next(names), kept_once
    anchor = Path(shutil.copy(first.anchor.path, tmp_path / "kept.jsonl"))
    with rig.admin() as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        with desk_in(rig, name, anchor) as made:
            made.willow, made.oak = first.willow, first.oak
            yield made
    finally:
        rig.drop(name)


@pytest.fixture
def archive(kept: Desk, tmp_path: Path) -> Path:
    """An export of Willow's ledger."""
    exported(kept, tmp_path / "export.zip")
    return tmp_path / "export.zip"


@contextmanager
def desk_in(rig: Server, name: str, anchor: Path) -> Iterator[Desk]:
    root = roots.load(f"file:{rig.places.keys / 'root.key'}")
    with psycopg.connect(rig.url(SUPERUSER, name), autocommit=True) as owner:
        yield Desk(owner, rig.url(SEQUENCER, name), anchor, root)
