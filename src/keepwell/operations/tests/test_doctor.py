"""Each unsafe setting is found when it is there, and not found when it is not."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from keepwell.access import maintenance
from keepwell.base import clock
from keepwell.ledger import updates
from keepwell.ledger.doorway import present
from keepwell.ledger.reconcile import reconcile
from keepwell.ledger.updates import Update
from keepwell.operations import doctor, osuser, versions
from keepwell.operations.doctor import Severity, Situation, database, machine
from keepwell.operations.pgfiles import SUPERUSER
from keepwell.operations.places import APPLICATION, Places
from keepwell.operations.tests.test_versions import kept, wheel
from tests.cast import Clinic

RANDOM = "q7Z_w3Xv9Kc2Rt5Yb8Nm1Lp4Jh6Gf0DsAeUi"
Fatal = Severity.FATAL


def codes(at: Situation) -> dict[str, Severity]:
    return {finding.code: finding.severity for finding in doctor.examine(at)}


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(home=tmp_path / "home", keys=tmp_path / "keys")
    made.make()
    return made


@pytest.fixture
def sound(places: Places, rig, database, app_sql: psycopg.Connection) -> Situation:
    """An installation in order, as far as a test machine can be: its database is the suite's own."""
    return Situation(
        places=places,
        database_url=f"postgresql://{APPLICATION}:{RANDOM}@/keepwell?host=%2Frun",
        django_key=RANDOM,
        root_spec=f"file:{places.keys / 'root.key'}",
        anchor_spec=str(places.keys / "anchor.jsonl"),
        hosts=["clinic.example"],
        environ={"DATABASE_URL": "set"},
        connection=app_sql,
    )


@pytest.fixture
def changed(sound: Situation) -> Callable[..., dict[str, Severity]]:
    def examine(**facts: Any) -> dict[str, Severity]:
        return codes(dataclasses.replace(sound, **facts))

    return examine


@pytest.fixture
def as_superuser(rig) -> Iterator[Callable[[str], psycopg.Connection]]:
    """Connections as the administrator, with settings of the caller's choice."""
    opened: list[psycopg.Connection] = []

    def connect(options: str = "") -> psycopg.Connection:
        opened.append(psycopg.connect(rig.url(SUPERUSER, "postgres"), options=options, autocommit=True))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


def test_an_installation_in_order_has_no_fatal_finding(sound: Situation):
    found = codes(sound)
    assert {code for code, severity in found.items() if severity == Fatal} <= {"DATABASE_NOT_DURABLE"}  # the rig's own
    assert set(found) <= {"DATABASE_NOT_DURABLE", "CLOCK_UNSYNCHRONISED", "RUNS_AS_ROOT", "SERVER_OUTDATED"}


def test_the_findings_come_worst_first_with_a_reason_and_a_remedy(sound: Situation):
    found = doctor.examine(dataclasses.replace(sound, hosts=["*"], debug=True))
    ranks = [list(Severity).index(finding.severity) for finding in found]
    assert ranks == sorted(ranks)
    assert all(finding.why and finding.fix for finding in found)


@pytest.mark.parametrize("secret", ["short", "django-insecure-" + RANDOM, "ab" * 30, "changeme" * 8])
def test_a_weak_secret_is_fatal(changed, secret):
    assert changed(django_key=secret)["SECRET_WEAK"] == Fatal
    assert changed(database_url=f"postgresql://keepwell_app:{secret}@/keepwell")["SECRET_WEAK"] == Fatal


def test_generated_secrets_are_strong(places: Places):
    assert [doctor.secrets.weakness(places.secret(name)) for name in ("django.key", "app.password")] == [None, None]


def test_no_finding_shows_a_secret(sound: Situation):
    at = dataclasses.replace(sound, django_key="tooshort", database_url="postgresql://keepwell_app:hunter2@/keepwell")
    assert not [f for f in doctor.examine(at) if "tooshort" in f.why + f.fix or "hunter2" in f.why + f.fix]


def test_debug_is_fatal(changed):
    assert changed(debug=True)["DEBUG_ON"] == Fatal


def test_answering_to_any_name_is_found(changed):
    assert "HOSTS_OPEN" in changed(hosts=["*"])
    assert "HOSTS_OPEN" in changed(hosts=[".example"])


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "clinic.example", ""])
def test_off_loopback_pages_need_tls(changed, host):
    assert changed(host=host)["TLS_MISSING"] == Fatal
    assert "TLS_MISSING" not in changed(host=host, tls=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_on_loopback_they_do_not(changed, host):
    assert "TLS_MISSING" not in changed(host=host)


def test_a_database_elsewhere_needs_tls_that_knows_who_answers(changed):
    def over(query: str) -> Any:
        return changed(database_url=f"postgresql://keepwell_app:{RANDOM}@db.example/keepwell{query}")

    assert over("")["DATABASE_TLS_MISSING"] == Fatal
    assert over("?sslmode=prefer")["DATABASE_TLS_MISSING"] == Fatal
    assert over("?sslmode=require")["DATABASE_TLS_UNVERIFIED"] == Severity.WARNING
    assert not {"DATABASE_TLS_MISSING", "DATABASE_TLS_UNVERIFIED"} & set(over("?sslmode=verify-full"))


def test_key_files_that_others_may_read_are_fatal(sound: Situation):
    sound.places.keys.joinpath("django.key").chmod(0o640)
    assert codes(sound)["KEY_READABLE"] == Fatal


def test_a_key_folder_that_others_may_enter_is_fatal(sound: Situation):
    sound.places.keys.chmod(0o755)
    assert codes(sound)["KEY_READABLE"] == Fatal


def test_a_root_key_elsewhere_is_looked_at_too(changed, tmp_path):
    elsewhere = tmp_path / "elsewhere.key"
    elsewhere.write_text("x")
    elsewhere.chmod(0o604)
    assert changed(root_spec=f"file:{elsewhere}")["KEY_READABLE"] == Fatal


def test_a_missing_root_key_is_fatal(changed, tmp_path):
    assert changed(root_spec=f"file:{tmp_path / 'nothing.key'}")["KEY_MISSING"] == Fatal
    assert "KEY_MISSING" not in changed(root_spec="awskms:alias/keepwell")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_key_that_belongs_to_somebody_else_is_fatal(sound: Situation):
    stranger = osuser.unprivileged(["nobody"])
    os.chown(sound.places.keys / "django.key", stranger.pw_uid, stranger.pw_gid)
    assert codes(sound)["KEY_READABLE"] == Fatal


def test_keys_inside_the_data_folder_are_fatal(changed, places: Places):
    inside = Places(home=places.home, keys=places.home / "keys")
    inside.make()
    assert changed(places=inside)["KEY_BESIDE_DATA"] == Fatal
    assert changed(root_spec=f"file:{places.home / 'root.key'}")["KEY_BESIDE_DATA"] == Fatal


def test_checkpoints_beside_the_data_are_found(changed, places: Places):
    for spec in (str(places.home / "anchor"), f"file:{places.home / 'anchor'}"):
        assert changed(anchor_spec=spec)["ANCHOR_BESIDE_DATA"] == Severity.WARNING


def test_an_unsynchronised_clock_is_found(changed, monkeypatch):
    monkeypatch.setattr(machine, "clock_state", lambda: machine.CLOCK_ERROR)
    assert changed()["CLOCK_UNSYNCHRONISED"] == Severity.WARNING
    monkeypatch.setattr(machine, "clock_state", lambda: 0)
    assert "CLOCK_UNSYNCHRONISED" not in changed()


def test_the_kernel_says_how_its_clock_is():
    assert machine.clock_state() in (None, 0, 1, 2, 3, 4, 5)


def test_running_as_root_is_found(changed, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert changed()["RUNS_AS_ROOT"] == Severity.WARNING
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "RUNS_AS_ROOT" not in changed()


def test_it_says_plainly_what_one_os_user_for_both_means(sound: Situation):
    found = doctor.examine(dataclasses.replace(sound, environ={}))
    (note,) = [finding for finding in found if finding.code == "ONE_OS_USER"]
    assert note.severity == Severity.NOTE
    assert "stops mistakes and stolen database passwords, not that OS user" in note.why


def test_a_server_that_runs_as_nobody_is_found(changed, monkeypatch):
    monkeypatch.setattr(osuser, "server_user", lambda data: osuser.unprivileged(["nobody"]))
    monkeypatch.setattr(osuser, "may_enter", lambda user, path: True)
    assert changed(environ={})["SERVER_RUNS_AS_NOBODY"] == Severity.WARNING


def test_a_database_that_does_not_answer_is_fatal(sound: Situation):
    nowhere = dataclasses.replace(
        sound, database_url="postgresql://keepwell_app@/keepwell?host=/nowhere", connection=None
    )
    found = [finding for finding in doctor.examine(nowhere.connected()) if finding.code == "DATABASE_UNREACHABLE"]
    assert [finding.severity for finding in found] == [Fatal]


def test_a_superuser_as_application_is_fatal(changed, as_superuser):
    assert changed(connection=as_superuser())["APPLICATION_ROLE_POWERFUL"] == Fatal


def test_the_owner_as_application_is_fatal(sound: Situation, owner_sql):
    found = doctor.examine(dataclasses.replace(sound, connection=owner_sql))
    (finding,) = [finding for finding in found if finding.code == "APPLICATION_ROLE_POWERFUL"]
    assert finding.severity == Fatal
    for power in ("bypasses row security", "keepwell_custodian", "owns"):
        assert power in finding.why


def test_a_server_behind_its_security_release_is_found(changed, monkeypatch, app_sql):
    major, minor = divmod(app_sql.info.server_version, 10000)
    monkeypatch.setattr(database, "NEWEST", {major: minor + 1})
    assert changed()["SERVER_OUTDATED"] == Severity.WARNING
    monkeypatch.setattr(database, "NEWEST", {major: minor})
    assert "SERVER_OUTDATED" not in changed()
    monkeypatch.setattr(database, "NEWEST", {major + 1: 0})
    assert changed()["SERVER_TOO_OLD"] == Fatal


def test_a_server_that_forgets_commits_is_fatal(changed, as_superuser):
    assert changed(connection=as_superuser("-c synchronous_commit=off"))["DATABASE_NOT_DURABLE"] == Fatal


@pytest.mark.parametrize(("name", "value", "severity"), [
    ("log_statement", "all", Fatal),
    ("log_statement", "mod", Fatal),
    ("log_min_duration_statement", "0", Severity.WARNING),
    ("log_min_error_statement", "error", Severity.WARNING),
    ("log_parameter_max_length_on_error", "-1", Severity.WARNING),
    ("log_error_verbosity", "default", Severity.WARNING),
])  # fmt: skip
def test_a_server_whose_log_would_show_values_is_found(sound: Situation, as_superuser, name, value, severity):
    at = dataclasses.replace(sound, connection=as_superuser(f"-c {name}={value}"))
    found = [finding for finding in doctor.examine(at) if finding.code == "LOG_LEAKS"]
    assert [(finding.severity, finding.why.split()[0]) for finding in found] == [(severity, name)]


def test_clocks_that_disagree_are_found(changed, monkeypatch):
    later = clock.now() + dt.timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert changed()["CLOCKS_APART"] == Severity.WARNING


def test_a_schema_behind_the_code_is_fatal(changed, monkeypatch):
    from django.db.migrations.executor import MigrationExecutor

    assert "SCHEMA_BEHIND" not in changed()
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda self, targets: [("one", False)])
    assert changed()["SCHEMA_BEHIND"] == Fatal


def test_a_setting_somebody_gave_the_role_is_found(sound: Situation, as_superuser):
    assert sound.connection is not None
    name = sound.connection.info.dbname
    admin = as_superuser("")
    admin.execute(f'ALTER ROLE keepwell_app IN DATABASE "{name}" SET statement_timeout = 1')
    try:
        assert codes(sound)["ROLE_SETTING"] is Severity.WARNING
    finally:
        admin.execute(f'ALTER ROLE keepwell_app IN DATABASE "{name}" RESET statement_timeout')
    assert "ROLE_SETTING" not in codes(sound)


def test_a_night_without_reconciliation_is_found(sound: Situation, willow: Clinic, monkeypatch):
    def late() -> set[str]:
        found = {p.slug for p, last in maintenance.reconciled() if clock.now() - (last or p.since) > database.OVERDUE}
        return found & {willow.practice.slug}

    assert not late()
    tomorrow = clock.now() + dt.timedelta(days=1, hours=3)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    assert late()
    assert codes(sound)["NOT_RECONCILED"] is Severity.WARNING
    monkeypatch.undo()
    with present(willow.system) as by:
        reconcile(by)
    assert {p.slug: last for p, last in maintenance.reconciled()}[willow.practice.slug] is not None


def test_every_check_has_a_finding_that_a_test_here_names():
    text = Path(__file__).read_text()
    for module in (doctor.secrets, machine, database):
        source = Path(str(module.__file__)).read_text()
        named = {word.strip('",') for word in source.replace("(", " ").split() if word.strip('",').isupper()}
        for code in {word for word in named if "_" in word and f'"{word}"' in source}:
            assert code in text, code


def test_keys_that_stay_in_a_backup_are_found(sound: Situation):
    assert "BACKUP_KEYS_OLD" not in codes(sound)
    kept(sound.places, 8)
    assert codes(sound)["BACKUP_KEYS_OLD"] is Severity.WARNING


def test_an_update_that_did_not_finish_and_a_newer_version_are_told(sound: Situation, monkeypatch: pytest.MonkeyPatch):
    wheel(sound.places.home / "releases", "99.0.0")
    assert codes(sound)["NEWER_VERSION"] is Severity.NOTE
    began = Update(updates.BEGAN, clock.now() - dt.timedelta(days=100), {})
    monkeypatch.setattr(updates, "last", lambda: [began])
    found = codes(sound)
    assert (found["UPDATE_UNFINISHED"], found["UPDATES_NOT_LOOKED_FOR"]) == (Severity.WARNING, Severity.NOTE)


def test_a_database_made_for_newer_code_is_fatal(sound: Situation, monkeypatch: pytest.MonkeyPatch):
    known = versions.code()
    monkeypatch.setattr(versions, "code", lambda: known - {("ledger", "0005_explorer")})
    assert codes(sound)["CODE_OLDER"] is Fatal
