"""An export shows one practice, reads as the database does, and checks with nothing but Python."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger import keyring, verify_offline
from keepwell.ledger.export import export
from keepwell.ledger.leaves import COLUMNS, parse
from keepwell.ledger.tests.archives import checked, exported
from keepwell.ledger.tests.desk import Desk, rows_made_by_hand


def test_a_true_export_checks_with_nothing_but_python(kept: Desk, archive: Path):
    key = base64.b64encode(kept.one("SELECT public FROM custody.ledger_key")).decode()
    report = checked(archive, "--key", key, "--anchor", str(kept.anchor.path))
    assert report["good"], report
    assert (report["entries"], report["leaves"]) == (300, 600)
    assert report["anchored"] == kept.one("SELECT count(*) FROM custody.checkpoint")
    assert report["key_given"]


def test_an_export_shows_one_practice_and_only_hashes_of_others(kept: Desk, archive: Path):
    with zipfile.ZipFile(archive) as members:
        everything = b"".join(members.read(name) for name in members.namelist())
        lines = [json.loads(text) for text in members.read("entries.jsonl").splitlines()]
    assert {text["practice_id"] for text in lines} == {str(kept.willow)}
    assert kept.oak.bytes not in everything
    assert str(kept.oak).encode() not in everything
    for (entry,) in kept.all("SELECT entry_id FROM custody.leaf WHERE practice_id = %s", kept.oak):
        assert entry.bytes not in everything


def test_the_lines_say_what_the_database_says(kept: Desk, archive: Path):
    with zipfile.ZipFile(archive) as members:
        lines = {text["id"]: text for text in map(json.loads, members.read("entries.jsonl").splitlines())}
    for row in kept.all(
        f"SELECT l.seq, {', '.join(f'e.{c}' for c in COLUMNS)} FROM custody.entry e"
        " JOIN custody.leaf l ON l.entry_id = e.id WHERE e.practice_id = %s",
        kept.willow,
    ):
        seq, *values = row
        told = lines[str(values[0])]
        assert told["seq"] == seq
        for name, value in zip(COLUMNS, values, strict=True):
            assert told[name] == plainly(value), name


def plainly(value: Any) -> Any:
    """As JSON would say what psycopg gives."""
    match value:
        case None | bool():
            return value
        case bytes() | memoryview():
            return base64.b64encode(value).decode()
        case list():
            return [str(v) for v in value]
        case _ if hasattr(value, "isoformat"):
            return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return str(value)


def test_rows_read_the_same_by_the_two_parsers(kept: Desk):
    for row in rows_made_by_hand(kept.owner):
        ours, theirs = parse(row), json.loads(verify_offline.line(0, row))
        assert [theirs[name] for name in COLUMNS] == [
            plainly(list(v) if isinstance(v, tuple) else v) for v in (getattr(ours, name) for name in COLUMNS)
        ]


def test_an_export_is_streamed_to_something_that_cannot_seek(kept: Desk, tmp_path: Path):
    class Pipe(io.RawIOBase):
        """Takes bytes and keeps count of the largest piece."""

        def __init__(self) -> None:
            self.taken, self.largest = bytearray(), 0

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            self.taken += data
            self.largest = max(self.largest, len(data))
            return len(data)

    pipe = Pipe()
    with kept.connect() as connection, io.BufferedWriter(pipe) as out:
        export(connection, kept.willow, out, keyring.load(connection, kept.root))
    (tmp_path / "piped.zip").write_bytes(pipe.taken)
    assert checked(tmp_path / "piped.zip")["good"]
    assert pipe.largest < 64 * 1024


def test_checkpoints_are_thinned_to_one_an_hour_unless_all_are_wanted(kept: Desk, tmp_path: Path):
    few = exported(kept, tmp_path / "few.zip")
    every = exported(kept, tmp_path / "every.zip", every_checkpoint=True)
    assert 1 <= few.checkpoints <= 2 < every.checkpoints
    assert checked(tmp_path / "every.zip")["good"]


def test_a_ledger_without_a_counted_checkpoint_cannot_be_exported(desk: Desk, tmp_path: Path):
    with desk.connect() as connection:
        keyring.found(connection, desk.root)
    with pytest.raises(Refusal) as refused:
        exported(desk, tmp_path / "export.zip")
    assert refused.value.code == "LEDGER_EMPTY"


def test_a_practice_without_entries_exports_as_none(kept: Desk, tmp_path: Path):
    kept.willow = new_id()
    exported(kept, tmp_path / "export.zip")
    report = checked(tmp_path / "export.zip")
    assert (report["good"], report["entries"], report["leaves"]) == (True, 0, 600)


def test_an_export_after_a_change_of_keys_checks(kept: Desk, tmp_path: Path):
    with kept.connect() as connection:
        keyring.rotate(connection, kept.root)
    kept.write(10)
    kept.sequence()
    exported(kept, tmp_path / "export.zip", every_checkpoint=True)
    assert checked(tmp_path / "export.zip", "--anchor", str(kept.anchor.path))["good"]


def test_an_archive_has_what_its_readme_names(archive: Path):
    with zipfile.ZipFile(archive) as members:
        readme, names = members.read("README.txt").decode(), members.namelist()
    assert len(names) == 9
    assert all(name in readme for name in names if name not in ("README.txt", "manifest.json"))
