"""Keys rotate in place: nothing is lost, a stop in the middle resumes, and old epochs can be destroyed."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from django.conf import settings

from keepwell import charts
from keepwell.access import actions as access
from keepwell.access.models import Restriction
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger import custody, house, practice_keys, reconcile, rotation, tokens, wire
from keepwell.ledger.actions import action
from keepwell.ledger.doorway import present
from keepwell.ledger.entries import Entry
from keepwell.vault.phi import PhiClass
from keepwell.vault.roots import keyfile
from tests.cast import Clinic


@charts.excerpt(Restriction)
class Words:
    "The words of a restriction."

    wording: str | None


@pytest.fixture
def patients(willow: Clinic) -> list[UUID]:
    people = [new_id() for _ in range(5)]
    for one in people:
        with present(access.system_actor(willow.practice.id)) as by:
            access.restrict(one, [PhiClass.PSYCHOTHERAPY], by=by, wording="mine")
    return people


def read(clinic: Clinic, patients: list[UUID]) -> set[str | None]:
    by = access.system_actor(clinic.practice.id, type(clinic.system.purpose).TREAT)
    with present(by):
        return {row.wording for row in charts.open(patients, Words, by=by).each(Words).values()}


def epochs(owner: psycopg.Connection, clinic: Clinic) -> set[int]:
    owner.execute("SET ROLE keepwell_custodian")
    return {
        e
        for (e,) in owner.execute(
            "SELECT epoch FROM custody.key WHERE practice_id = %s", [clinic.practice.id]
        ).fetchall()
    }


def test_a_new_epoch_wraps_every_key_and_nothing_is_lost(
    willow: Clinic, patients: list[UUID], owner_sql: psycopg.Connection
):
    seen: list[int] = []
    assert rotation.roll_practice_key(willow.system, seen.append) == 5
    assert seen == [5]
    assert epochs(owner_sql, willow) == {2}
    assert read(willow, patients) == {"mine"}


def test_rotation_names_every_key_it_handled_in_the_ledger(willow: Clinic, patients: list[UUID]):
    by = willow.system
    rotation.roll_practice_key(by)
    with present(willow.system):
        rows = wire.rows("default", "SELECT subjects FROM custody.entry WHERE verb = %s", "key.rotated")
        ended = wire.rows("default", "SELECT count(*) FROM custody.entry WHERE verb = %s", "practice_key.renewed")
    assert set(rows[0][0]) == set(patients)
    assert ended == [(1,)]


def test_a_rotation_that_stopped_resumes(
    willow: Clinic, patients: list[UUID], owner_sql: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rotation, "BATCH", 2)

    def stop(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotation.roll_practice_key(willow.system, stop)
    assert epochs(owner_sql, willow) == {1, 2}
    assert read(willow, patients) == {"mine"}
    assert rotation.roll_practice_key(willow.system, fresh=False) == 3
    assert epochs(owner_sql, willow) == {2}
    assert read(willow, patients) == {"mine"}


def test_an_epoch_in_use_is_not_destroyed_and_one_out_of_use_is(
    willow: Clinic, patients: list[UUID], owner_sql: psycopg.Connection
):
    assert rotation.destroy_old_epochs(willow.system) is False
    rotation.roll_practice_key(willow.system)
    assert rotation.destroy_old_epochs(willow.system) is True
    owner_sql.execute("SET ROLE keepwell_custodian")
    left = owner_sql.execute(
        "SELECT epoch FROM custody.practice_key WHERE practice_id = %s AND kind = 'wrap'", [willow.practice.id]
    ).fetchall()
    assert left == [(2,)]
    assert read(willow, patients) == {"mine"}


def test_a_backup_of_the_keys_is_useless_once_its_epoch_is_destroyed(
    willow: Clinic, patients: list[UUID], owner_sql: psycopg.Connection
):
    owner_sql.execute("SET ROLE keepwell_custodian")
    kept = owner_sql.execute(
        "SELECT subject_id, epoch, wrapped FROM custody.key WHERE practice_id = %s", [willow.practice.id]
    ).fetchall()
    rotation.roll_practice_key(willow.system)
    rotation.destroy_old_epochs(willow.system)
    for subject, epoch, wrapped in kept:
        owner_sql.execute(
            "UPDATE custody.key SET epoch = %s, wrapped = %s WHERE subject_id = %s", [epoch, wrapped, subject]
        )
    with pytest.raises(Refusal) as refused:
        read(willow, patients)
    assert refused.value.code == "KEY_UNAVAILABLE"


def test_a_process_that_missed_the_renewal_seals_nothing_under_an_epoch_that_is_over(
    willow: Clinic, patients: list[UUID], owner_sql: psycopg.Connection
):
    before = practice_keys.of(willow.system)
    rotation.roll_practice_key(willow.system)
    practice_keys._kept[willow.practice.id] = (float("inf"), before)
    someone = new_id()
    with present(willow.system) as by:
        access.restrict(someone, [PhiClass.PSYCHOTHERAPY], by=by, wording="late")
    assert epochs(owner_sql, willow) == {2}
    assert read(willow, [someone]) == {"late"}


def test_the_database_refuses_a_key_under_an_epoch_that_is_over(willow: Clinic, patients: list[UUID]):
    rotation.roll_practice_key(willow.system)
    by = access.system_actor(willow.practice.id)
    entry = Entry("open", "x", ("contact",), subjects=(patients[0],))
    with pytest.raises(Refusal) as refused, present(by):
        opened = custody.open_entry(entry, by)
        statement = "SELECT custody.add_keys(%s, %s::uuid[], '{contact}', 1, '{x}'::bytea[], '{y}'::bytea[])"
        wire.call("default", statement, opened, [patients[0]])
    assert refused.value.code == "EPOCH_OVER"


def test_no_presence_alone_adds_a_practice_key_or_rewraps_one(willow: Clinic, patients: list[UUID], rosa: Actor):
    for kind in ("wrap", "ledger", "index"):
        with pytest.raises(Refusal), present(Actor(rosa.id, rosa.practice, rosa.role, rosa.purpose)) as by:
            statement = "SELECT custody.add_practice_key(%s, %s, %s, 2, 'x', 'x')"
            wire.call("recorder", statement, tokens.sign(by), willow.practice.id, kind)
    with pytest.raises(Refusal) as refused, present(Actor(rosa.id, rosa.practice, rosa.role, rosa.purpose)):
        wire.call("default", "SELECT custody.renew_practice_key(2, 'x', 'x')")
    assert refused.value.code == "ACTION_OUTSIDE"
    with pytest.raises(Refusal) as refused, present(Actor(rosa.id, rosa.practice, rosa.role, rosa.purpose)) as by:
        opened = custody.open_entry(Entry("open", "x", ("clinical",), subjects=(patients[0],)), by)
        statement = "SELECT custody.rewrap(%s, %s::uuid[], '{clinical}', '{1}', 99, '{x}'::bytea[])"
        wire.call("default", statement, opened, [patients[0]])
    assert refused.value.code == "ACTION_OUTSIDE"


def test_renewal_and_destruction_are_on_record(willow: Clinic, patients: list[UUID]):
    rotation.roll_practice_key(willow.system)
    rotation.destroy_old_epochs(willow.system)
    with present(willow.system):
        rows = wire.rows("default", "SELECT verb FROM custody.entry WHERE verb LIKE %s ORDER BY at", "practice_key.%")
    assert [v for (v,) in rows] == ["practice_key.renewed", "practice_key.rewrapped", "practice_key.destroyed"]


def test_a_clock_that_runs_behind_is_no_finding(willow: Clinic, patients: list[UUID], monkeypatch: pytest.MonkeyPatch):
    real = clock.microseconds
    monkeypatch.setattr(clock, "microseconds", lambda: real() - 3_000_000)
    with present(willow.system) as by:
        reword(Restriction.objects.get(patient_id=patients[0]), "later, by a slow clock", by=by)
    with present(willow.system) as by:
        assert reconcile.reconcile(by) == []


@action("test.disposed", about="patient")
def dispose(patient: UUID, *, by: Actor) -> int:
    return custody.shred(patient, by)


def test_a_shredded_patient_stays_closed(willow: Clinic, patients: list[UUID]):
    with present(willow.system) as by:
        assert dispose(patients[0], by=by) == 1
    with pytest.raises(Refusal) as refused:
        read(willow, patients[:1])
    assert refused.value.code == "KEY_UNAVAILABLE"
    assert read(willow, patients[1:]) == {"mine"}


def test_the_root_key_rotates_under_a_running_house(
    willow: Clinic, patients: list[UUID], owner_sql: psycopg.Connection
):
    root = house.root()
    keyfile.rotate(Path(settings.KEEPWELL_ROOT.removeprefix("file:")))
    seen: list[int] = []
    assert rotation.rewrap_root(owner_sql, root, seen.append) >= 7
    assert seen
    assert rotation.rewrap_root(owner_sql, root) == 0
    practice_keys.forget()
    house.forget()
    assert read(willow, patients) == {"mine"}


def old_value(rig, owner: psycopg.Connection, patient: UUID, statement: str, *values: object) -> None:
    with rig.admin(owner.info.dbname) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(statement, [*values, patient])


@action("test.reworded", about="row", seals={PhiClass.CLINICAL})
def reword(row: Restriction, words: str | None, *, by: Actor) -> None:
    row.wording = words
    row.save(update_fields=["wording"])


@action("test.agreed", about="row", seals={PhiClass.CONTACT})
def agreed(row: Restriction, *, by: Actor) -> None:
    row.terms = "not to the plan"
    row.save(update_fields=["terms"])


def test_a_value_rolled_back_opens_but_reconciliation_finds_it(
    willow: Clinic, patients: list[UUID], rig, owner_sql: psycopg.Connection
):
    with present(willow.system) as by:
        row = Restriction.objects.get(patient_id=patients[0])
        assert row.wording is not None
        before = row.wording.blob
        reword(row, "changed", by=by)
    with present(willow.system) as by:
        assert reconcile.reconcile(by) == []
    old_value(rig, owner_sql, patients[0], "UPDATE access_restriction SET wording = %s WHERE patient_id = %s", before)
    assert read(willow, patients[:1]) == {"mine"}
    with present(willow.system) as by:
        assert [(f.code, f.row) for f in reconcile.reconcile(by)] == [("VALUE_ROLLED_BACK", row.id)]


def test_a_flood_in_one_column_hides_nothing_in_another(
    willow: Clinic, patients: list[UUID], rig, owner_sql: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reconcile, "MOST", 2)
    with present(willow.system) as by:
        for row in Restriction.objects.order_by("id"):
            agreed(row, by=by)
    for patient in patients:
        gone = "UPDATE access_restriction SET wording = NULL, terms = NULL WHERE patient_id = %s"
        old_value(rig, owner_sql, patient, gone)
    with present(willow.system) as by:
        found = [f.column for f in reconcile.reconcile(by) if f.table == "access_restriction"]
    assert found == ["terms", "terms", "wording", "wording"]


def test_a_value_taken_away_by_an_action_is_no_finding(willow: Clinic, patients: list[UUID]):
    with present(willow.system) as by:
        row = Restriction.objects.get(patient_id=patients[0])
        reword(row, None, by=by)
    with present(willow.system) as by:
        assert reconcile.reconcile(by) == []


def test_a_column_that_is_sealed_no_more_is_no_finding(
    willow: Clinic, patients: list[UUID], monkeypatch: pytest.MonkeyPatch
):
    still = [place for place in reconcile.sealed_columns() if place[0] != "access_restriction"]
    monkeypatch.setattr(reconcile, "sealed_columns", lambda: still)
    with present(willow.system) as by:
        assert reconcile.reconcile(by) == []


def test_a_value_taken_away_or_planted_is_found(
    willow: Clinic, patients: list[UUID], rig, owner_sql: psycopg.Connection
):
    old_value(rig, owner_sql, patients[0], "UPDATE access_restriction SET wording = null WHERE patient_id = %s")
    with present(willow.system) as by:
        assert [f.code for f in reconcile.reconcile(by)] == ["VALUE_MISSING"]
    owner_sql.execute("SET ROLE keepwell_custodian")
    with present(willow.system) as by:
        entries = wire.rows(
            "default", "SELECT id FROM custody.entry WHERE kind = 'sealed' AND subjects @> %s::uuid[]", [patients[1]]
        )
    owner_sql.execute("DELETE FROM custody.entry WHERE id = %s", [entries[0][0]])
    with present(willow.system) as by:
        assert sorted(f.code for f in reconcile.reconcile(by)) == ["VALUE_MISSING", "VALUE_PLANTED"]
