"""Every entry that Keepwell writes carries a MAC that holds; one written into the table by hand has none that does."""

from __future__ import annotations

from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from keepwell import charts
from keepwell.access import actions as access
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.ledger import custody
from keepwell.ledger.batches import copy_rows
from keepwell.ledger.doorway import present
from keepwell.ledger.entries import Entry
from keepwell.ledger.leaves import COLUMNS, parse
from keepwell.ledger.macs import Macs, words_of
from keepwell.patients import finder
from keepwell.patients.excerpts import NameTag
from tests.cast import Clinic


def rows_of(clinic: Clinic, owner: psycopg.Connection, where: str = "true", **changed: str) -> list[bytes]:
    """Rows of a clinic's entries, with columns changed as somebody might have who wrote them by hand."""
    columns = sql.SQL(", ").join(sql.SQL(changed.get(name, name)) for name in COLUMNS)
    query = sql.SQL("SELECT {} FROM custody.entry WHERE practice_id = {} AND {}")
    owner.execute("SET ROLE keepwell_custodian")
    return list(copy_rows(owner, query.format(columns, sql.Literal(clinic.practice.id), sql.SQL(where))))


@pytest.fixture
def busy(willow: Clinic, ada: UUID, rosa: Actor, imani: Actor) -> Clinic:
    """A clinic where entries of many kinds were made."""
    with present(access.system_actor(willow.practice.id, Purpose.HOPERAT, reason="a test")) as by:
        charts.open(ada, NameTag, by=by)
    with present(rosa) as by:
        finder.search("lovelace", by=by)
    with pytest.raises(Refusal), present(rosa) as by:
        charts.open(ada, NameTag, by=by)
        raise Refusal("NOT_FOUND")
    custody.record(Entry("system", "test.noted", note=b"sealed"), rosa)
    return willow


def test_every_kind_of_entry_the_application_writes_has_a_mac_that_holds(busy: Clinic, owner_sql: psycopg.Connection):
    rows, genuine = rows_of(busy, owner_sql), Macs()
    assert {"action", "open", "find", "undone", "sealed", "system"} <= {parse(row).kind for row in rows}
    assert [parse(row) for row in rows if not genuine(row)] == []


@pytest.mark.attack
@pytest.mark.parametrize("column", [name for name in COLUMNS if name not in ("at", "xid")])
def test_an_entry_that_says_anything_else_has_no_mac_that_holds(
    column: str, busy: Clinic, owner_sql: psycopg.Connection
):
    """`at` and `xid` are the database's words; the sequence covers them."""
    other = {"listed": "NOT listed", "note": "coalesce(sha256(note), '')", "mac": "sha256(mac)", "session_id": "id",
             "subjects": "subjects || id"}  # fmt: skip
    other |= {name: f"{name} || 'x'::text" for name in ("classes", "excerpts")}
    change = other.get(column, "gen_random_uuid()" if column.endswith("id") else f"{column} || 'x'")
    rows = rows_of(busy, owner_sql, "kind = 'open'", **{column: change})
    assert rows
    assert not any(map(Macs(), rows))


@pytest.mark.attack
def test_another_practices_key_makes_no_mac_that_holds(busy: Clinic, oak: Clinic, owner_sql: psycopg.Connection):
    rows = rows_of(busy, owner_sql, practice_id=f"'{oak.practice.id}'::uuid")
    assert not any(map(Macs(), rows))


def test_a_row_that_is_no_entry_is_refused():
    with pytest.raises(ValueError, match="unpack"):
        words_of(b"\0\1\0\0\0\1x")
