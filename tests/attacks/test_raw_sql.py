"""Somebody holds the application's database password and the source. They get no key, no index and no forged entry."""

from __future__ import annotations

from uuid import UUID

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from keepwell.access import actions as access
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.ledger import tokens
from keepwell.ledger.doorway import present
from keepwell.vault.phi import PhiClass
from tests.cast import Clinic

FORBIDDEN = [
    "SELECT * FROM custody.key",
    "SELECT * FROM custody.practice_key",
    "SELECT * FROM custody.presence_key",
    "SELECT * FROM custody.patient_index",
    "SELECT * FROM custody.house",
    "INSERT INTO custody.entry SELECT * FROM custody.entry LIMIT 1",
    "UPDATE custody.entry SET verb = 'nothing.happened'",
    "DELETE FROM custody.entry",
    "DELETE FROM custody.subject",
    "TRUNCATE custody.entry",
    "TRUNCATE access_membership",
    "DELETE FROM access_membership",
    "SELECT * FROM custody.entry_other",
    "SELECT custody.write(null, gen_random_uuid(), 'open', '', '{}', '{}', '{}', false, '', '', null, '')",
    "SELECT * FROM custody.paid(gen_random_uuid())",
    "SELECT custody.read_token('')",
    "ALTER TABLE access_membership DISABLE TRIGGER ALL",
    "ALTER TABLE access_membership NO FORCE ROW LEVEL SECURITY",
    "DROP POLICY own_practice ON access_membership",
    "CREATE TABLE public.mine (x int)",
    "CREATE TEMP TABLE entry (x int)",
    "CREATE SCHEMA mine",
    "SET ROLE keepwell_owner",
    "SET ROLE keepwell_custodian",
    "SET session_replication_role = replica",
    "CREATE FUNCTION custody.practice2() RETURNS uuid LANGUAGE sql AS 'SELECT null::uuid'",
    "COPY access_membership TO PROGRAM 'cat'",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_application_role_may_not(statement: str, rosa: Actor, app_sql: psycopg.Connection):
    with pytest.raises(InsufficientPrivilege), app_sql.transaction():
        app_sql.execute("SELECT custody.enter(%s)", [tokens.sign(rosa)])
        app_sql.execute(statement)


WITHOUT_A_TOKEN = [
    "SELECT custody.open('', gen_random_uuid(), 'x', '{clinical}', '{}', '{}', false, '{}', null, '')",
    "SELECT custody.record('', gen_random_uuid(), 'deny', 'x', '{}', '{}', '{}', false, '', '{}', null, '')",
    "SELECT custody.act(gen_random_uuid(), 'x', '{}', '{}', '{}', null, '')",
    "SELECT custody.sealed(gen_random_uuid(), 'x', '{}', '{}', '')",
    "SELECT * FROM custody.find('', gen_random_uuid(), '{1}', '{}', 5, '{}', '')",
    "SELECT custody.add_practice_key('', gen_random_uuid(), 'wrap', 9, '', '')",
]


@pytest.mark.parametrize("statement", WITHOUT_A_TOKEN)
def test_without_a_token_custody_does_nothing(statement: str, rosa: Actor, app_sql: psycopg.Connection):
    with pytest.raises(psycopg.Error) as refused, app_sql.transaction():
        app_sql.execute(statement)
    assert refused.value.sqlstate == "KW401"


def test_without_a_token_no_practice_keys_come(willow: Clinic, app_sql: psycopg.Connection):
    assert app_sql.execute("SELECT * FROM custody.practice_keys('')").fetchall() == []


def test_without_a_token_nothing_of_a_practice_is_seen(rosa: Actor, app_sql: psycopg.Connection):
    tables = app_sql.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'practice_id'"
        " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
    ).fetchall()
    assert len(tables) >= 5
    for (table,) in tables:
        assert app_sql.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


def test_a_password_cannot_be_changed_by_hand(rosa: Actor, app_sql: psycopg.Connection):
    with pytest.raises(psycopg.Error) as refused, app_sql.transaction():
        app_sql.execute("UPDATE access_person SET password = 'mine'")
    assert refused.value.sqlstate == "KW002"


def test_a_row_cannot_be_written_by_hand_even_when_present(willow: Clinic, rosa: Actor, app_sql: psycopg.Connection):
    with pytest.raises(psycopg.Error) as refused, app_sql.transaction():
        app_sql.execute("SELECT custody.enter(%s)", [tokens.sign(rosa)])
        app_sql.execute(
            "INSERT INTO access_careteam (id, practice_id, name) VALUES (gen_random_uuid(), %s, 'mine')",
            [willow.practice.id],
        )
    assert refused.value.sqlstate == "KW002"


@pytest.fixture
def two(willow: Clinic) -> tuple[UUID, UUID]:
    "Two people with a restriction each."
    people = new_id(), new_id()
    with present(willow.system) as by:
        for one in people:
            access.restrict(one, [PhiClass.CLINICAL], by=by, wording="mine")
    return people


ACT = "SELECT custody.act(gen_random_uuid(), 'restriction.ended', '{}', %s::uuid[], '{}', null, '')"
CHANGES = [
    "UPDATE access_restriction SET role = 'biller' WHERE patient_id = %(other)s",
    "UPDATE access_restriction SET patient_id = %(other)s WHERE patient_id = %(named)s",
    "UPDATE access_restriction SET patient_id = %(named)s WHERE patient_id = %(other)s",
    "UPDATE access_restriction SET role = 'biller'",
    "INSERT INTO access_restriction"
    " (id, practice_id, patient_id, role, toward, paid_in_full, classes, starts_at, ended_how)"
    " VALUES (gen_random_uuid(), custody.practice(), %(other)s, '', '', false, '[]', now(), '')",
]


@pytest.mark.parametrize("change", CHANGES)
def test_an_action_about_one_patient_changes_no_row_of_another(
    change: str, two: tuple[UUID, UUID], rosa: Actor, app_sql: psycopg.Connection
):
    named, other = two
    with pytest.raises(psycopg.Error) as refused, app_sql.transaction():
        app_sql.execute("SELECT custody.enter(%s)", [tokens.sign(rosa)])
        app_sql.execute(ACT, [[named]])
        app_sql.execute(change, {"named": named, "other": other})
    assert refused.value.sqlstate == "KW002"


def test_the_action_that_names_a_patient_may_change_their_row(
    two: tuple[UUID, UUID], rosa: Actor, app_sql: psycopg.Connection
):
    with app_sql.transaction():
        app_sql.execute("SELECT custody.enter(%s)", [tokens.sign(rosa)])
        app_sql.execute(ACT, [[two[0]]])
        assert (
            app_sql.execute("UPDATE access_restriction SET role = 'biller' WHERE patient_id = %s", [two[0]]).rowcount
            == 1
        )


def test_an_action_of_an_earlier_transaction_allows_nothing(
    two: tuple[UUID, UUID], rosa: Actor, app_sql: psycopg.Connection
):
    with app_sql.transaction():
        app_sql.execute("SELECT custody.enter(%s)", [tokens.sign(rosa)])
        app_sql.execute(ACT, [list(two)])
    with pytest.raises(psycopg.Error) as refused, app_sql.transaction():
        app_sql.execute("SELECT custody.enter(%s)", [tokens.sign(rosa)])
        app_sql.execute("UPDATE access_restriction SET role = 'biller'")
    assert refused.value.sqlstate == "KW002"


def test_a_row_is_not_indexed_outside_an_action(rosa: Actor, app_sql: psycopg.Connection):
    with pytest.raises(psycopg.Error) as refused, app_sql.transaction():
        app_sql.execute("SELECT custody.enter(%s)", [tokens.sign(rosa)])
        app_sql.execute("SELECT custody.index_subject(%s, '{1}', '{}')", [new_id()])
    assert refused.value.sqlstate == "KW002"


def test_the_application_needs_its_password(rig, app_sql: psycopg.Connection):
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host=str(rig.places.sockets), user="keepwell_app", dbname=app_sql.info.dbname, password="guess")


def test_a_record_is_not_disposed_of_outside_an_action(rosa: Actor, app_sql: psycopg.Connection):
    with pytest.raises(psycopg.Error) as refused, app_sql.transaction():
        app_sql.execute("SELECT custody.enter(%s)", [tokens.sign(rosa)])
        app_sql.execute("SELECT custody.shred(gen_random_uuid(), %s, '{}', '')", [new_id()])
    assert refused.value.sqlstate == "KW002"
