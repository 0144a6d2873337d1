"""House rules 2 and 3: every practice table is guarded by the database, every column is declared."""

from __future__ import annotations

import psycopg
import pytest
from django.db import models

from keepwell.charts.excerpts import PLANS
from keepwell.practices.models import Practice, subject_column
from keepwell.vault.fields import SealedField
from tests.house import walk

TABLES = pytest.mark.parametrize("model", walk.practice_tables(), ids=lambda m: m._meta.label)


@TABLES
def test_row_security_is_forced(model, owner_sql: psycopg.Connection):
    row = owner_sql.execute(
        "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table]
    ).fetchone()
    assert row == (True, True)
    policies = owner_sql.execute(
        "SELECT qual, with_check FROM pg_policies WHERE tablename = %s AND roles <> '{keepwell_custodian}'",
        [model._meta.db_table],
    ).fetchall()
    assert len(policies) == 1
    assert all("custody.practice()" in half for half in policies[0])


@TABLES
def test_rows_change_only_inside_an_action_about_their_subject(model, owner_sql: psycopg.Connection):
    found = owner_sql.execute(
        "SELECT tgname, encode(tgargs, 'escape'), tgfoid::regproc::text, tgenabled::text FROM pg_trigger"
        " WHERE tgrelid = %s::regclass AND NOT tgisinternal",
        [model._meta.db_table],
    ).fetchall()
    guards = {name: (argument.removesuffix("\\000"), function, state) for name, argument, function, state in found}
    column = "id" if model is Practice else subject_column(model)
    assert set(guards) >= {
        "action_insert",
        "action_update_from",
        "action_update_to",
        "action_delete",
        "action_truncate",
    }
    for name in ("action_insert", "action_update_from", "action_update_to", "action_delete"):
        assert guards[name] == (column, "custody.require_action", "O"), name


@TABLES
def test_the_application_neither_truncates_nor_owns(model, owner_sql: psycopg.Connection):
    held = {
        r
        for (r,) in owner_sql.execute(
            "SELECT privilege_type FROM information_schema.role_table_grants"
            " WHERE grantee = 'keepwell_app' AND table_name = %s",
            [model._meta.db_table],
        ).fetchall()
    }
    assert "SELECT" in held
    assert not held & {"TRUNCATE", "TRIGGER", "REFERENCES"}
    owner = owner_sql.execute(
        "SELECT tableowner FROM pg_tables WHERE tablename = %s", [model._meta.db_table]
    ).fetchone()
    assert owner == ("keepwell_owner",)


def test_every_table_with_a_practice_is_one_of_ours(owner_sql: psycopg.Connection):
    tables = {
        t
        for (t,) in owner_sql.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'practice_id'"
            " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"
        ).fetchall()
    }
    assert tables == {m._meta.db_table for m in walk.tenanted()}


@TABLES
def test_every_column_is_sealed_a_key_or_declared_plain(model):
    known = set(model.plain) | {"id", "practice"}
    undeclared = [
        f.name
        for f in model._meta.concrete_fields
        if not isinstance(f, SealedField) and not f.is_relation and f.name not in known
    ]
    assert undeclared == []
    sealed_and_plain = [
        f.name for f in model._meta.concrete_fields if isinstance(f, SealedField) and f.name in model.plain
    ]
    assert sealed_and_plain == []


@pytest.mark.parametrize("model", walk.tenanted(), ids=lambda m: m._meta.label)
def test_free_text_is_never_plain(model):
    text = [f.name for f in model._meta.concrete_fields if isinstance(f, models.TextField)]
    assert text == []


def test_every_sealed_column_is_in_an_excerpt():
    seen = {(p.model, f.name) for p in PLANS.values() for _, f in p.sealed}
    sealed = {(m, f.name) for m in walk.tenanted() for f in m._meta.concrete_fields if isinstance(f, SealedField)}
    assert {f"{m._meta.label}.{name}" for m, name in sealed - seen} == set()
