"""Entries put where the ledger was already complete, or given another time, are found and named."""

from __future__ import annotations

import psycopg
import pytest

from keepwell.ledger.findings import Code
from keepwell.ledger.tests.desk import Desk, checked, copy_of_one, found
from keepwell.ledger.verify import verify

LONG_AGO = "(SELECT at - interval '2 hours' FROM custody.leaf WHERE seq = 10)"


@pytest.mark.attack
@pytest.mark.parametrize("xid", ["xid", "'5'::xid8"])
def test_an_entry_slipped_in_where_the_ledger_was_complete_is_found(kept: Desk, xid: str):
    kept.tamper(copy_of_one("at", "at", xid))
    assert found(kept) == {Code.ENTRY_UNSEQUENCED}
    kept.sequence_once()
    assert found(kept) == {Code.ENTRY_UNSEQUENCED}


@pytest.mark.attack
def test_an_entry_of_a_transaction_that_never_was_is_found(kept: Desk):
    kept.tamper(copy_of_one("at", "at", "'9000000000000'::xid8"))
    assert found(kept) == {Code.ENTRY_UNSEQUENCED}


@pytest.mark.attack
def test_a_back_dated_entry_that_waits_to_be_sequenced_is_found(kept: Desk):
    kept.tamper(copy_of_one(LONG_AGO, LONG_AGO))
    assert found(kept) == {Code.ENTRY_UNSEQUENCED}


@pytest.mark.attack
def test_a_back_dated_entry_that_was_sequenced_is_found(kept: Desk):
    """Its id says the same false time, so that only the promise of the checkpoints before it gives it away."""
    kept.tamper(copy_of_one(LONG_AGO, LONG_AGO))
    kept.sequence()
    report = checked(kept)
    (late,) = report.findings.of(Code.ENTRY_BACKDATED)
    assert late.facts["seq"] == 600
    assert report.findings.codes == {Code.ENTRY_BACKDATED}


@pytest.mark.attack
def test_an_id_whose_time_is_not_the_databases_time_is_found(kept: Desk):
    kept.tamper(copy_of_one(LONG_AGO, "clock_timestamp()"))
    kept.sequence()
    assert found(kept) == {Code.ENTRY_CLOCK}


def test_a_transaction_that_took_long_is_not_back_dating(kept: Desk):
    """Its entry is older than checkpoints signed before it came in; they did not promise to be complete up to then."""
    with psycopg.connect(kept.owner.info.dsn, autocommit=True) as slow, slow.transaction():
        (early,) = kept.write(by=slow)
        kept.write(3)
        for _ in range(3):
            kept.sequence_once()
    kept.sequence()
    seq, at = kept.all("SELECT seq, at FROM custody.leaf WHERE entry_id = %s", early)[0]
    assert kept.one("SELECT max(at) FROM custody.checkpoint WHERE size <= %s", seq) > at
    assert Code.ENTRY_BACKDATED not in verify(kept.connect, kept.anchor, tolerance=0).findings.codes
    assert found(kept) == set()
