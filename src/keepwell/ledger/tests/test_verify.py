"""Verification of a sound ledger finds nothing; what a superuser does to entries and leaves is found and named."""

from __future__ import annotations

import pytest

from keepwell.ledger.checkpoints import Checkpoint
from keepwell.ledger.findings import MEANING, Code
from keepwell.ledger.sequencer import Pace
from keepwell.ledger.tests.desk import SOME, Desk, checked, found


def test_a_sound_ledger_has_no_findings(kept: Desk):
    report = checked(kept)
    assert report.good
    assert (report.leaves, report.waiting) == (600, 0)
    assert report.checkpoints == report.anchored == kept.one("SELECT count(*) FROM custody.checkpoint")
    assert report.root == Checkpoint.read(kept.one("SELECT note FROM custody.checkpoint ORDER BY number DESC")).root


def test_every_kind_of_finding_has_its_sentence():
    assert set(MEANING) == set(Code)


def test_entries_on_their_way_are_no_finding(kept: Desk):
    kept.write(7)
    report = checked(kept)
    assert report.good
    assert report.waiting == 7


def test_it_can_be_verified_while_the_sequencer_works(kept: Desk):
    with kept.connect() as connection:
        sequencer = kept.sequencer()
        sequencer.start(connection)
        for _ in range(10):
            kept.write(20)
            sequencer.step()
            assert checked(kept).findings.codes == set()


@pytest.mark.attack
@pytest.mark.parametrize("change", [
    "verb = 'chart.printed'", "actor_id = gen_random_uuid()", "subjects = '{}'", "listed = true", "detail = '{}'",
    "at = at + interval '1 microsecond'", "outcome = 'x'", "note = NULL", "session_id = NULL",
    "practice_id = gen_random_uuid()", "xid = (xid::text::bigint + 1)::text::xid8",
    "classes = '{clinical,identity}'", "mac = sha256('x')",
])  # fmt: skip
def test_an_edited_column_is_found_and_the_entry_named(kept: Desk, change: str):
    kept.tamper(f"UPDATE custody.entry SET {change} WHERE id = {SOME}")
    report = checked(kept)
    (altered,) = report.findings.of(Code.ENTRY_ALTERED)
    assert altered.facts["seq"] == 322
    assert altered.facts["entry"] == str(kept.one(SOME[1:-1]))
    assert report.findings.codes == {Code.ENTRY_ALTERED}


@pytest.mark.attack
def test_a_new_id_for_an_old_entry_is_found(kept: Desk):
    kept.tamper(f"UPDATE custody.entry SET id = gen_random_uuid() WHERE id = {SOME}")
    assert found(kept) == {Code.ENTRY_MISSING, Code.ENTRY_UNSEQUENCED}


@pytest.mark.attack
def test_swapped_times_are_found_at_both_entries(kept: Desk):
    one, other = kept.all("SELECT entry_id, at FROM custody.leaf WHERE seq IN (100, 101)")
    kept.tamper(f"UPDATE custody.entry SET at = '{other[1]}' WHERE id = '{one[0]}'",
                f"UPDATE custody.entry SET at = '{one[1]}' WHERE id = '{other[0]}'")  # fmt: skip
    report = checked(kept)
    assert {finding.facts["seq"] for finding in report.findings.of(Code.ENTRY_ALTERED)} == {100, 101}
    assert report.findings.codes == {Code.ENTRY_ALTERED}


@pytest.mark.attack
def test_an_entry_moved_to_another_months_partition_is_found(kept: Desk):
    kept.tamper(f"UPDATE custody.entry SET at = at - interval '31 days' WHERE id = {SOME}")
    assert found(kept) == {Code.ENTRY_ALTERED}


@pytest.mark.attack
def test_a_deleted_entry_is_found_and_named(kept: Desk):
    gone = kept.one(SOME[1:-1])
    kept.tamper(f"DELETE FROM custody.entry WHERE id = '{gone}'")
    report = checked(kept)
    (missing,) = report.findings.of(Code.ENTRY_MISSING)
    assert missing.facts == {"seq": 322, "entry": str(gone)}
    assert report.findings.codes == {Code.ENTRY_MISSING}


@pytest.mark.attack
def test_an_entry_deleted_with_its_leaf_is_a_gap(kept: Desk):
    kept.tamper(f"DELETE FROM custody.entry WHERE id = {SOME}", "DELETE FROM custody.leaf WHERE seq = 322")
    report = checked(kept)
    assert [finding.facts for finding in report.findings.of(Code.LEAF_GAP)] == [{"before": 323}]
    assert Code.ROOT_MISMATCH in report.findings.codes


@pytest.mark.attack
def test_a_gap_closed_again_does_not_lead_to_the_signed_roots(kept: Desk):
    kept.tamper(f"DELETE FROM custody.entry WHERE id = {SOME}", "DELETE FROM custody.leaf WHERE seq = 322",
                "UPDATE custody.leaf SET seq = -seq WHERE seq > 322",
                "UPDATE custody.leaf SET seq = -seq - 1 WHERE seq < 0")  # fmt: skip
    assert {Code.ROOT_MISMATCH, Code.LEDGER_TRUNCATED, Code.LEDGER_REWRITTEN} <= found(kept)


@pytest.mark.attack
def test_reordered_leaves_do_not_lead_to_the_signed_roots(kept: Desk):
    kept.tamper("UPDATE custody.leaf SET seq = -1 WHERE seq = 400", "UPDATE custody.leaf SET seq = 400 WHERE seq = 401",
                "UPDATE custody.leaf SET seq = 401 WHERE seq = -1")  # fmt: skip
    report = checked(kept)
    first = report.findings.of(Code.ROOT_MISMATCH)[0]
    assert first.facts["size"] == kept.one("SELECT min(size) FROM custody.checkpoint WHERE size > 400")
    assert Code.LEDGER_REWRITTEN in report.findings.codes


@pytest.mark.attack
def test_a_leaf_hung_on_another_practice_is_found(kept: Desk):
    kept.tamper(f"UPDATE custody.leaf SET practice_id = '{kept.oak}' WHERE seq = 322 AND practice_id = '{kept.willow}'")
    assert found(kept) == {Code.LEAF_MISLABELLED}


@pytest.mark.attack
def test_a_forged_subtree_is_found(kept: Desk):
    kept.tamper("UPDATE custody.node SET hash = sha256('x') WHERE level = 8 AND index = 1")
    assert found(kept) == {Code.NODE_WRONG}


@pytest.mark.attack
def test_an_entry_written_without_the_practices_key_is_found_by_its_mac(kept: Desk):
    forged = kept.one(SOME[1:-1])
    report = checked(kept, mac=lambda row: row[6:22] != forged.bytes)
    assert [finding.facts["entry"] for finding in report.findings.of(Code.ENTRY_FORGED)] == [str(forged)]
    assert report.macs
    assert not checked(kept).macs


def test_entries_that_wait_for_minutes_are_reported(kept: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("keepwell.ledger.verify.WAITING_TOO_LONG", 0)
    kept.write(1)
    assert found(kept) == {Code.SEQUENCER_BEHIND}
    kept.sequence(kept.sequencer(Pace(interval=0.0)))
    assert found(kept) == set()
