"""Straight at the database, with each password there is: no key comes out that opens anything."""

from __future__ import annotations

from uuid import UUID

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from keepwell.base.actor import Actor
from keepwell.ledger import custody
from keepwell.ledger.doorway import present
from keepwell.ledger.entries import Entry
from keepwell.vault.phi import PhiClass
from tests.cast import Clinic


def class_key(by: Actor, patient: UUID) -> bytes:
    """The key itself, as an opening gives it to the process that holds the root key."""
    with present(by):
        opened = custody.open_entry(Entry("open", "chart.opened", (PhiClass.IDENTITY,), subjects=(patient,)), by)
        return custody.keys(opened, by)[patient, PhiClass.IDENTITY].raw


def test_with_the_applications_password_there_are_no_rows_and_no_keys(ada: UUID, app_sql: psycopg.Connection):
    assert app_sql.execute("SELECT count(*) FROM patients_patient").fetchone() == (0,)
    for table in ("custody.key", "custody.practice_key", "custody.house"):
        with pytest.raises(InsufficientPrivilege), app_sql.transaction():
            app_sql.execute(f"SELECT * FROM {table}")


def test_with_the_owners_the_keys_are_wrapped_and_the_values_sealed(
    willow: Clinic, rosa: Actor, ada: UUID, owner_sql: psycopg.Connection, rig
):
    key = class_key(rosa, ada)
    with rig.admin(owner_sql.info.dbname) as everything:
        sealed = everything.execute("SELECT given_name FROM patients_patient WHERE id = %s", [ada]).fetchone()
        wrapped = everything.execute("SELECT wrapped FROM custody.key WHERE subject_id = %s", [ada]).fetchall()
        above = everything.execute("SELECT wrapped FROM custody.practice_key").fetchall()
    assert sealed is not None
    assert b"Ada" not in bytes(sealed[0])
    assert wrapped
    assert above
    assert all(key not in bytes(row[0]) for row in (*wrapped, *above))
