"""`keepwell update` on a real installation: forward whole or not at all, proven, taken back, restored beside."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from keepwell.access.operators import Operator
from keepwell.base.refusal import Refusal
from keepwell.cli.commands import update as commands
from keepwell.cli.tests.conftest import WHO, Installation, made
from keepwell.operations import backups, versions
from keepwell.operations.pgfiles import SUPERUSER
from keepwell.operations.places import APPLICATION, Places
from keepwell.operations.postgres import Cluster
from keepwell.operations.versions import Standing

pytestmark = pytest.mark.slow

ADA = """
from keepwell.cli import setup
setup.django()
import datetime as dt
from keepwell.access import actions as access
from keepwell.base.actor import Purpose
from keepwell.cli.demo import staff
from keepwell.ledger.doorway import present
from keepwell.patients import actions as patients
from keepwell.patients.facts import Demographics
practice = access.open_practice("Willow", "willow", time_zone="America/New_York", state="MA")
staff.hire(staff.WILLOW, practice)
staff.ready(staff.WILLOW, practice)
with present(access.system_actor(practice.id, Purpose.HOPERAT)) as by:
    patients.register(Demographics(given_name="Ada", family_name="Lovelace", birth_date=dt.date(1985, 12, 10)), by=by)
"""
READ = """
from keepwell.cli import setup
setup.django()
from keepwell import charts
from keepwell.access import actions as access, maintenance
from keepwell.base.actor import Purpose
from keepwell.ledger.doorway import present
from keepwell.patients.excerpts import NameTag
from keepwell.patients.models import Patient
(practice,) = maintenance.practices("willow")
with present(access.system_actor(practice.id, Purpose.HOPERAT)) as by:
    ids = list(Patient.objects.values_list("id", flat=True))
    print(charts.open(ids, NameTag, by=by).each(NameTag)[ids[0]].name)
"""
UNPROVEN = """
import sys
from keepwell.cli import main, proving
proving.answers = lambda: False
sys.exit(main.main(["update", *sys.argv[1:]]))
"""
NEWER = {"DJANGO_SETTINGS_MODULE": "keepwell.cli.tests.newer.settings"}
"""The environment in which the code is of a newer version."""
MADE = {"newer.0001_initial", "newer.0002_index"}


@pytest.fixture(scope="module")
def clinic() -> Iterator[Installation]:
    """An installation with a patient, whose server stays up meanwhile."""
    with made() as one, Cluster(one.places).running():
        done = one.keepwell("init")
        assert done.returncode == 0, done.stderr
        runs(one, ADA)
        yield one


def runs(one: Installation, script: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        env=one.environment | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0 or script == UNPROVEN, done.stderr
    return done


def update(one: Installation, *words: str) -> subprocess.CompletedProcess[str]:
    return one.keepwell("update", *words, *WHO, **NEWER)


def admin(one: Installation, database: str = "keepwell") -> psycopg.Connection:
    return psycopg.connect(one.places.url(SUPERUSER, database), autocommit=True)


def applied(one: Installation) -> set[str]:
    with admin(one) as sql:
        return {f"{app}.{name}" for app, name in sql.execute("SELECT app, name FROM django_migrations").fetchall()}


def on_record(one: Installation) -> list[str]:
    """The updates in the house's ledger, oldest first; each with somebody's words sealed beside it."""
    asked = (
        "SELECT verb, note FROM custody.entry WHERE verb LIKE 'update.%' AND verb <> 'update.looked_for' ORDER BY at"
    )
    with admin(one) as sql:
        rows = sql.execute(asked).fetchall()
    assert all(note and WHO[3].encode() not in note for _, note in rows)
    return [verb for verb, _ in rows]


def test_an_update_fails_whole_then_works_and_is_taken_back_with_everything_there(clinic: Installation, tmp_path: Path):
    before = applied(clinic)
    check = clinic.keepwell("update", "--check", "--json", **NEWER)
    assert (check.returncode, json.loads(check.stdout)["state"]) == (3, "behind")
    fails_whole(clinic, before)
    works(clinic)
    throws_nothing_away(clinic)
    is_taken_back(clinic, before)
    is_as_it_was_when_it_does_not_answer(clinic, before)
    assert update(clinic).returncode == 0
    newest = sorted((clinic.places.home / "backups").iterdir())[-1]
    is_sealed(newest)
    opens_beside(clinic, newest)
    holds_no_keys_without_them(clinic, newest)
    damaged = tmp_path / newest.name
    shutil.copytree(newest, damaged)
    whole = (damaged / backups.DUMP).read_bytes()
    (damaged / backups.DUMP).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert "BACKUP_DAMAGED" in restore(clinic, damaged, "spoilt").stderr


def fails_whole(clinic: Installation, before: set[str]) -> None:
    "What a migration makes is there already: it fails, and takes those with it that went well."
    with admin(clinic) as sql:
        sql.execute("SET ROLE keepwell_owner")
        sql.execute("CREATE TABLE public.newer_said (id int)")
    failed = update(clinic)
    assert failed.returncode == 1
    assert "UPDATE_FAILED: The update failed at newer.0002_index" in failed.stderr
    assert applied(clinic) == before
    assert on_record(clinic)[-2:] == ["update.began", "update.failed"]
    assert runs(clinic, READ).stdout.strip() == "Ada Lovelace"
    with admin(clinic) as sql:
        sql.execute("DROP TABLE public.newer_said")


def works(clinic: Installation) -> None:
    with psycopg.connect(clinic.places.url(APPLICATION)):
        busy = update(clinic)
    assert (busy.returncode, "UPDATE_WHILE_SERVING: 1 processes" in busy.stderr) == (1, True)
    done = update(clinic)
    assert (done.returncode, "Updated and proven" in done.stderr) == (0, True), done.stderr
    assert applied(clinic) >= MADE
    assert on_record(clinic)[-2:] == ["update.began", "update.done"]


def throws_nothing_away(clinic: Installation) -> None:
    "What somebody wrote since into something the update made is not lost by going back."
    with admin(clinic) as sql:
        sql.execute("INSERT INTO newer_extra (said) VALUES ('since')")
    back = update(clinic, "--back")
    assert (back.returncode, "UPDATE_BACK_LOSES" in back.stderr) == (1, True)
    assert "newer_extra" in back.stderr
    assert applied(clinic) >= MADE
    with admin(clinic) as sql:
        sql.execute("DELETE FROM newer_extra")


def is_taken_back(clinic: Installation, before: set[str]) -> None:
    back = update(clinic, "--back")
    assert (back.returncode, "Taken back" in back.stderr) == (0, True), back.stderr
    assert applied(clinic) == before
    assert runs(clinic, READ).stdout.strip() == "Ada Lovelace"
    assert on_record(clinic)[-1] == "update.taken_back"
    assert "UPDATE_NOTHING_BACK" in update(clinic, "--back").stderr


def is_as_it_was_when_it_does_not_answer(clinic: Installation, before: set[str]) -> None:
    unproven = runs(clinic, UNPROVEN, *WHO, **NEWER)
    assert (unproven.returncode, "UPDATE_UNPROVEN" in unproven.stderr) == (1, True)
    assert applied(clinic) == before
    assert on_record(clinic)[-1] == "update.failed"


def is_sealed(backup: Path) -> None:
    for name in (backups.DUMP, backups.KEYS):
        said = (backup / name).read_bytes()
        assert b"PGDMP" not in said[:64]
        assert b"willow" not in said
        assert (backup / name).stat().st_mode & 0o777 == 0o600


def restore(clinic: Installation, backup: Path, name: str) -> subprocess.CompletedProcess[str]:
    return update(clinic, "--restore", str(backup), "--into", name)


def opens_beside(clinic: Installation, backup: Path) -> None:
    done = restore(clinic, backup, "beside")
    assert done.returncode == 0, done.stderr
    there = clinic.places.url(APPLICATION, "beside")
    assert runs(clinic, READ, DATABASE_URL=there).stdout.strip() == "Ada Lovelace"
    assert "DATABASE_EXISTS" in restore(clinic, backup, "beside").stderr


def holds_no_keys_without_them(clinic: Installation, backup: Path) -> None:
    (backup / backups.KEYS).unlink()
    done = restore(clinic, backup, "keyless")
    assert (done.returncode, "no record in it opens" in done.stderr) == (0, True), done.stderr
    with admin(clinic, "keyless") as sql:
        assert sql.execute("SELECT count(*) FROM custody.key").fetchone() == (0,)
        assert sql.execute("SELECT count(*) FROM patients_patient").fetchone() == (1,)


def test_an_update_that_has_no_way_back_is_asked_for_by_name(database: None, monkeypatch: pytest.MonkeyPatch):
    found = Standing("1", "1", pending=(("ledger", "0004_bulk"),))
    monkeypatch.setattr(versions, "standing", lambda places: found)
    with pytest.raises(Refusal) as refused:
        commands._forward(Places(Path("/"), Path("/")), Operator("root", *WHO[1::2], "update"), one_way=False)
    assert (refused.value.code, refused.value.facts["migration"]) == ("UPDATE_ONE_WAY", "ledger.0004_bulk")


def test_without_a_name_and_a_reason_nothing_is_updated(clinic: Installation):
    done = clinic.keepwell("update")
    assert (done.returncode, "OPERATOR_UNNAMED" in done.stderr) == (1, True)


def test_code_that_is_older_than_its_database_is_told_and_does_not_serve(clinic: Installation):
    with admin(clinic) as sql:
        sql.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('compliance', '0999_future', now())")
    try:
        assert json.loads(clinic.keepwell("update", "--check", "--json").stdout)["state"] == "older"
        assert "CODE_OLDER" in update(clinic).stderr
        doctor = clinic.keepwell("doctor")
        assert (doctor.returncode, "CODE_OLDER" in doctor.stdout) == (1, True)
    finally:
        with admin(clinic) as sql:
            sql.execute("DELETE FROM django_migrations WHERE name = '0999_future'")
