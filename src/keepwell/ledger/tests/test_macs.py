"""Every entry that Keepwell writes carries a MAC that holds; one written into the table by hand has none that does."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

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
from keepwell.ledger.leaves import ENTRY, Recorded, parse
from keepwell.ledger.macs import Macs
from keepwell.patients import finder
from keepwell.patients.excerpts import NameTag
from tests.cast import Clinic


def entries_of(clinic: Clinic, owner: psycopg.Connection) -> list[Recorded]:
    query = sql.SQL("SELECT {} FROM custody.entry WHERE practice_id = {}")
    owner.execute("SET ROLE keepwell_custodian")
    rows = copy_rows(owner, query.format(sql.SQL(ENTRY), sql.Literal(clinic.practice.id)))
    return [parse(row) for row in rows]


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
    entries, genuine = entries_of(busy, owner_sql), Macs()
    assert {"action", "open", "find", "undone", "sealed", "system"} <= {entry.kind for entry in entries}
    assert [entry for entry in entries if not genuine(entry)] == []


@pytest.mark.attack
def test_an_entry_that_says_anything_else_has_no_mac_that_holds(busy: Clinic, owner_sql: psycopg.Connection):
    genuine = Macs()
    changes: list[dict[str, object]] = [
        {"id": uuid4()}, {"kind": "deny"}, {"verb": "x"}, {"actor_id": uuid4()}, {"role": "x"}, {"purpose": "x"},
        {"session_id": uuid4()}, {"request_id": uuid4()}, {"classes": ("x",)}, {"excerpts": ("x",)},
        {"subjects": (uuid4(),)}, {"outcome": "x"}, {"detail": "x"}, {"note": b"x"}, {"mac": bytes(32)},
    ]  # fmt: skip
    entry = next(entry for entry in entries_of(busy, owner_sql) if entry.kind == "open")
    for change in [*changes, {"listed": not entry.listed}, {"practice_id": uuid4()}]:
        assert not genuine(replace(entry, **change)), change  # type: ignore[arg-type]


@pytest.mark.attack
def test_another_practices_key_makes_no_mac_that_holds(busy: Clinic, oak: Clinic, owner_sql: psycopg.Connection):
    entry = entries_of(busy, owner_sql)[0]
    assert not Macs()(replace(entry, practice_id=oak.practice.id))
