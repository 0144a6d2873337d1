"""Which version lies ready, how code and database stand, and what has no way back; keys leave backups after a week."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from pathlib import Path

import pytest

from keepwell.base import clock
from keepwell.base.refusal import Refusal
from keepwell.ledger import updates
from keepwell.ledger.updates import Update
from keepwell.operations import backups, updating, versions
from keepwell.operations.places import Places
from keepwell.operations.saying import quiet
from keepwell.operations.versions import Standing


def wheel(folder: Path, version: str, says: str = "", name: str = "keepwell") -> None:
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"keepwell-{version}-py3-none-any.whl", "w") as made:
        said = (
            f"Metadata-Version: 2.4\nName: {name}\nVersion: {says or version}\nSummary: Calm\n\n## News of {version}\n"
        )
        made.writestr(f"keepwell-{version}.dist-info/METADATA", said)


def test_the_newest_wheel_that_is_newer_is_told_with_its_notes(tmp_path: Path):
    assert versions.newest(tmp_path / "nowhere") is None
    for version in ("0.0.9", versions.installed()):
        wheel(tmp_path, version)
    assert versions.newest(tmp_path) is None
    wheel(tmp_path, "9.2.0")
    wheel(tmp_path, "9.10.0")
    release = versions.newest(tmp_path)
    assert release is not None
    assert (release.version, release.notes) == ("9.10.0", "## News of 9.10.0")


def test_a_file_that_is_no_whole_wheel_of_ours_is_passed_over(tmp_path: Path):
    (tmp_path / "keepwell-9.9.0-py3-none-any.whl").write_bytes(b"PK\x03\x04 and then nothing")
    wheel(tmp_path, "9.8.0", says="9.7.0")
    wheel(tmp_path, "9.6.0", name="keepwel1")
    (tmp_path / "notes.txt").write_text("9.5.0")
    assert versions.newest(tmp_path) is None


def said(verb: str, days_ago: int = 0) -> Update:
    return Update(verb, clock.now() - dt.timedelta(days=days_ago), {})


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({}, "current"),
        ({"pending": (("a", "1"),)}, "behind"),
        ({"unknown": (("a", "1"),)}, "older"),
        ({"pending": (("a", "1"),), "unknown": (("b", "1"),)}, "mixed"),
        ({"installed": "2"}, "restart"),
        ({"updates": (said(updates.BEGAN),)}, "unfinished"),
        ({"updates": (said(updates.LOOKED_FOR), said(updates.BEGAN, 1))}, "unfinished"),
        ({"updates": (said(updates.DONE), said(updates.BEGAN))}, "current"),
        ({"updates": (said(updates.FAILED), said(updates.BEGAN))}, "current"),
        ({"updates": (said(updates.DONE, 91),)}, "unlooked"),
    ],
)
def test_code_and_database_stand_in_one_word(facts: dict[str, object], state: str):
    assert Standing(**{"running": "1", "installed": "1"} | facts).state == state  # type: ignore[arg-type]


def test_what_is_here_is_current(database: None, tmp_path: Path):
    found = versions.standing(Places(home=tmp_path, keys=tmp_path))
    assert (found.pending, found.unknown, found.running) == ((), (), found.installed)


def test_a_migration_without_a_way_back_is_named_before_it_runs(database: None):
    assert updating.one_way([("ledger", "0004_bulk"), ("ledger", "0005_explorer")]) == ["ledger.0004_bulk"]
    with pytest.raises(Refusal) as refused:
        updating.back(["ledger.0004_bulk"], Places(Path("/"), Path("/")), quiet)
    assert (refused.value.code, refused.value.facts["migration"]) == ("UPDATE_NOT_REVERSIBLE", "ledger.0004_bulk")
    with pytest.raises(Refusal) as gone:
        updating.back(["ledger.9999_never"], Places(Path("/"), Path("/")), quiet)
    assert gone.value.code == "UPDATE_NOTHING_BACK"


def kept(places: Places, days_ago: int) -> Path:
    folder = backups.shelf(places) / f"backup-{days_ago}"
    folder.mkdir(parents=True)
    for name in (backups.DUMP, backups.KEYS):
        (folder / name).write_bytes(b"sealed")
    at = clock.now() - dt.timedelta(days=days_ago)
    about = {"version": "1", "at": at.isoformat(), "wrapped": "", "files": {}}
    (folder / backups.ABOUT).write_text(json.dumps(about))
    return folder


def test_keys_of_records_leave_a_backup_after_a_week_and_the_rest_stays(tmp_path: Path):
    places = Places(home=tmp_path, keys=tmp_path)
    old, new = kept(places, 8), kept(places, 6)
    assert backups.expire(places) == 1
    assert [path.name for path in sorted(old.iterdir())] == [backups.ABOUT, backups.DUMP]
    assert (new / backups.KEYS).exists()
    assert backups.expire(places) == 0


def test_a_backup_that_cannot_be_made_leaves_nothing(database: None, tmp_path: Path):
    with pytest.raises(Refusal) as refused:
        backups.take(Places(home=tmp_path, keys=tmp_path), "postgresql://nobody@/nowhere?host=%2Fnowhere", "1")
    assert refused.value.code == "BACKUP_FAILED"
    assert list(backups.shelf(Places(home=tmp_path, keys=tmp_path)).iterdir()) == []
