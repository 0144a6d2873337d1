"""The border between practices: not by query, by foreign key, by guessed id."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Model

from keepwell.access import actions as access
from keepwell.access.models import CareRelation, CareTeamMember, Membership, Practice, Restriction
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.ledger import custody, tokens, wire
from keepwell.ledger.actions import action
from keepwell.ledger.doorway import present
from keepwell.ledger.entries import Entry
from keepwell.vault.phi import PhiClass
from tests.cast import Clinic
from tests.rig.asking import value


@pytest.fixture
def ada(willow: Clinic) -> UUID:
    patient = new_id()
    with present(willow.system) as by:
        access.restrict(patient, [PhiClass.CLINICAL], by=by, wording="mine")
    return patient


def test_a_guessed_id_of_another_practice_finds_nothing(ada: UUID, willow: Clinic, ximena: Actor):
    with present(ximena):
        assert not Restriction.objects.filter(patient_id=ada).exists()
        assert not Practice.objects.filter(id=willow.practice.id).exists()


def test_an_opening_in_another_practice_yields_no_key(ada: UUID, ximena: Actor):
    with present(ximena):
        opened = custody.open_entry(Entry("open", "chart.opened", ("clinical",), subjects=(ada,)), ximena)
        assert custody.keys(opened, ximena) == {}


def test_the_ledger_of_another_practice_is_not_seen(ada: UUID, willow: Clinic, ximena: Actor):
    with present(ximena):
        for table in ("entry", "subject"):
            assert wire.rows(
                "default", f"SELECT count(*) FROM custody.{table} WHERE practice_id = %s", willow.practice.id
            ) == [(0,)]


def test_a_search_stays_at_home(willow: Clinic, rosa: Actor, olu: Actor):
    patient = new_id()
    with present(willow.system) as by:
        _index(patient, by=by)
    with present(rosa):
        assert custody.find([77], [], ["name"], 10, rosa) == [patient]
    with present(olu):
        assert custody.find([77], [], ["name"], 10, olu) == []


@action("test.indexed", about="patient")
def _index(patient: UUID, *, by: Actor) -> None:
    custody.index(patient, [77], [])


def test_a_row_cannot_point_at_another_practices_row(willow: Clinic, oak: Clinic, rosa: Actor, olu: Actor):
    with pytest.raises(IntegrityError), present(willow.system) as by:
        access.relate(new_id(), member=oak.members["olu"].id, by=by)


def test_a_row_cannot_be_planted_in_another_practice(willow: Clinic, oak: Clinic):
    with pytest.raises(DatabaseError), present(willow.system) as by:
        _plant(oak.practice.id, by=by)


@action("test.planted")
def _plant(elsewhere: UUID, *, by: Actor) -> None:
    Restriction.objects.create(practice_id=elsewhere, patient_id=new_id(), classes=[])


def test_every_key_between_practice_tables_names_the_practice(owner_sql: psycopg.Connection):
    plain = owner_sql.execute("""
        SELECT c.conrelid::regclass::text, c.conname FROM pg_constraint c
        WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace
          AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attname = 'practice_id')
          AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.confrelid AND a.attname = 'practice_id')
          AND cardinality(c.conkey) < 2""").fetchall()
    assert plain == []


@pytest.mark.parametrize("model", [CareRelation, CareTeamMember, Membership, Restriction])
def test_these_tables_do_have_such_keys(model: type[Model], owner_sql: psycopg.Connection):
    own = "SELECT count(*) FROM pg_constraint WHERE conrelid = %s::regclass AND conname LIKE '%%_own'"
    assert value(owner_sql, own, [model._meta.db_table]) >= 1


SEARCH = "SELECT custody.find(%s, %s, '{77}', '{}', 9, '{}', 'x')"


@pytest.mark.parametrize("look", [
    "SELECT subject_id FROM custody.found(%s)",
    "SELECT unnest(subjects) FROM custody.entry WHERE id = %s",
    "SELECT subject_id FROM custody.subject WHERE entry_id = %s",
])  # fmt: skip
def test_a_search_that_can_be_taken_back_shows_nobody(
    look: str, willow: Clinic, rosa: Actor, app_sql: psycopg.Connection
):
    with present(willow.system) as by:
        _index_once(new_id(), by=by)
    search, token = new_id(), tokens.sign(rosa)
    with app_sql.transaction(force_rollback=True):
        app_sql.execute("SELECT custody.enter(%s)", [token])
        app_sql.execute(SEARCH, [token, search])
        assert seen(app_sql, look, search) == []


def seen(app_sql: psycopg.Connection, look: str, search: UUID) -> list[Any]:
    "What can be read of a search; a refusal by custody is nothing too."
    try:
        with app_sql.transaction():
            return app_sql.execute(look, [search]).fetchall()
    except psycopg.Error as error:
        return [] if error.sqlstate == "KW403" else [error]


@action("test.indexed_once", about="patient")
def _index_once(patient: UUID, *, by: Actor) -> None:
    custody.index(patient, [77], [])


def test_an_action_in_one_practice_allows_no_change_in_another(ada: UUID, willow: Clinic, ximena: Actor):
    "Somebody who holds tokens of both: the entry is Oak's and names Ada, the row is Willow's."
    with present(ximena):
        custody.act(Entry("action", "care_relation.began", subjects=(ada,)), ximena)
        wire.rows("default", "SELECT custody.enter(%s)", tokens.sign(willow.system))
        with pytest.raises(DatabaseError, match="outside any action"), transaction.atomic():
            Restriction.objects.filter(patient_id=ada).update(role="biller")
    with present(willow.system):
        assert Restriction.objects.get(patient_id=ada).role == ""
