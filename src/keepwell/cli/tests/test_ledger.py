"""The ledger from the command line: verified, exported, its key shown and renewed."""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from keepwell.base.refusal import Refusal
from keepwell.cli.commands import ledger
from keepwell.cli.tests.conftest import WHO, Installation
from keepwell.ledger import house, verify_offline
from keepwell.ledger.anchors.file import FileAnchor
from keepwell.ledger.sequencer import Pace, Sequencer
from keepwell.ledger.tests.desk import Desk
from keepwell.operations.pgfiles import SUPERUSER
from keepwell.operations.places import SEQUENCER
from keepwell.operations.postgres import Cluster
from tests.cast import Clinic


@pytest.fixture
def desk(ready: Installation) -> Iterator[Desk]:
    """The installation's database, held by a superuser while commands are run."""
    with Cluster(ready.places).running(), psycopg.connect(ready.places.url(SUPERUSER), autocommit=True) as owner:
        yield Desk(owner, ready.places.url(SEQUENCER), ready.places.keys / "anchor.jsonl", house.root())


def sequenced(ready: Installation, desk: Desk) -> None:
    """Let the sequencer's own command work until nothing waits, then tell it to stop."""
    counted = "SELECT count(*) FROM custody.anchored JOIN custody.checkpoint ON number = checkpoint WHERE size >= {}"
    wanted = desk.one("SELECT count(*) FROM custody.entry")
    process = subprocess.Popen(ready.command(["sequencer"]), env=ready.environment)
    until = time.monotonic() + 60
    while not desk.one(counted.format(wanted)) and time.monotonic() < until:
        time.sleep(0.05)
    process.terminate()
    assert process.wait(30) == 0
    assert desk.waiting() == 0


@pytest.mark.slow
def test_the_whole_way_from_entries_to_a_finding(ready: Installation, desk: Desk):
    desk.write(20)
    sequenced(ready, desk)
    first = ready.keepwell("ledger", "key").stdout
    done = ready.keepwell("ledger", "verify", "--no-macs", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["good"]
    assert report["leaves"] == desk.one("SELECT count(*) FROM custody.leaf")
    assert ready.keepwell("ledger", "rotate-key", *WHO).returncode == 0
    desk.write(5)
    sequenced(ready, desk)
    keys = ready.keepwell("ledger", "key").stdout
    assert keys.startswith(first)
    assert len(keys.splitlines()) == 2
    assert ready.keepwell("ledger", "verify", "--no-macs").stdout.endswith("Nothing found.\n")
    forged = ready.keepwell("ledger", "verify")
    assert forged.returncode == 1
    assert "25 x ENTRY_FORGED" in forged.stdout
    desk.tamper("UPDATE custody.entry SET verb = 'x' WHERE id = (SELECT entry_id FROM custody.leaf WHERE seq = 7)")
    done = ready.keepwell("ledger", "verify", "--no-macs")
    assert done.returncode == 1
    assert "ENTRY_ALTERED" in done.stdout
    assert "seq 7" in done.stdout


@pytest.fixture
def counted(database: None, tmp_path_factory: pytest.TempPathFactory, willow: Clinic, ada: UUID) -> Clinic:
    """Willow's entries under a checkpoint that counts, in the suite's own database."""
    folder = tmp_path_factory.getbasetemp() / "anchor.jsonl"
    sequencer = Sequencer(ledger.connect, FileAnchor(folder), house.root(), Pace(interval=0.0, heartbeat=0.0))
    with ledger.connect() as connection:
        sequencer.start(connection)
        until = time.monotonic() + 60
        waiting = ("SELECT FROM custody.entry e WHERE practice_id = %s"
                   " AND NOT EXISTS (SELECT FROM custody.leaf WHERE entry_id = e.id) LIMIT 1")  # fmt: skip
        while connection.execute(waiting, [willow.practice.id]).fetchone() and time.monotonic() < until:
            sequencer.step()
        sequencer.step()
    return willow


def told(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    ledger.add(parser)
    return parser.parse_args([*words, *WHO])


def test_a_practices_ledger_is_exported_checks_elsewhere_and_is_itself_on_record(
    counted: Clinic, tmp_path: Path, owner_sql: psycopg.Connection, capsys: pytest.CaptureFixture[str]
):
    out = tmp_path / "willow.zip"
    assert ledger.run(told("export", counted.practice.slug, "--out", str(out))) == 0
    assert out.stat().st_mode & 0o777 == 0o600
    capsys.readouterr()
    assert verify_offline.main([str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["practice"] == str(counted.practice.id)
    owner_sql.execute("SET ROLE keepwell_custodian")
    recorded = owner_sql.execute(
        "SELECT detail FROM custody.entry WHERE verb = 'ledger.exported' AND practice_id = %s", [counted.practice.id]
    ).fetchall()
    assert len(recorded) == 1


def test_an_export_overwrites_nothing(counted: Clinic, tmp_path: Path):
    (tmp_path / "there.zip").write_text("precious")
    with pytest.raises(Refusal) as refused:
        ledger.run(told("export", counted.practice.slug, "--out", str(tmp_path / "there.zip")))
    assert refused.value.code == "FILE_EXISTS"
    assert (tmp_path / "there.zip").read_text() == "precious"


def test_an_export_that_fails_leaves_no_file(tmp_path: Path):
    with pytest.raises(ZeroDivisionError), ledger.private_file(tmp_path / "half.zip") as file:
        file.write(b"half")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []
