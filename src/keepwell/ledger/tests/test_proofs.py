"""Proofs as data: an entry is under a signed, anchored root; an old ledger is the beginning of a new one."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pytest

from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger import proofs
from keepwell.ledger.checkpoints import Checkpoint
from keepwell.ledger.merkle import is_consistent
from keepwell.ledger.tests.desk import NOTES, Desk


@pytest.mark.parametrize("seq", [0, 1, 255, 256, 511, 512, 599])
def test_every_entry_leads_to_the_newest_signed_root(kept: Desk, seq: int):
    leaves = kept.leaf_hashes()
    proof = proofs.inclusion(kept.owner, kept.one("SELECT entry_id FROM custody.leaf WHERE seq = %s", seq))
    assert (proof.seq, proof.checkpoint.size) == (seq, 600)
    assert proof.holds(leaves[seq])
    assert not proof.holds(leaves[(seq + 1) % 600])
    assert len(proof.path) <= 10


def test_a_proof_does_not_hold_for_a_root_nobody_signed(kept: Desk):
    proof = proofs.inclusion(kept.owner, kept.one("SELECT entry_id FROM custody.leaf WHERE seq = 7"))
    assert not replace(proof, note=proof.note.replace("\nhorizon ", "\nhorizon 1")).holds(proof.leaf)
    assert not replace(proof, note="x").holds(proof.leaf)
    assert not replace(proof, keys=()).holds(proof.leaf)


def test_the_application_can_prove_its_practices_entries_and_no_others(kept: Desk, monkeypatch: pytest.MonkeyPatch):
    """The presence function is put aside here; what remains is row security over leaves and the hashes beside them."""
    kept.owner.execute(
        "CREATE OR REPLACE FUNCTION custody.practice() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER"
        f" AS $$ SELECT '{kept.willow}'::uuid $$"
    )
    first = "SELECT entry_id FROM custody.leaf WHERE practice_id = %s LIMIT 1"
    ours, theirs = kept.one(first, kept.willow), kept.one(first, kept.oak)
    with kept.owner.transaction():
        kept.owner.execute("SET LOCAL ROLE keepwell_app")
        proof = proofs.inclusion(kept.owner, ours)
        with pytest.raises(Refusal) as refused:
            proofs.inclusion(kept.owner, theirs)
    assert proof.holds(proof.leaf)
    assert refused.value.code == "LEDGER_NOT_YET"


def test_an_entry_without_a_counted_checkpoint_has_no_proof_yet(kept: Desk):
    (fresh,) = kept.write()
    for entry in (fresh, new_id()):
        with pytest.raises(Refusal) as refused:
            proofs.inclusion(kept.owner, entry)
        assert refused.value.code == "LEDGER_NOT_YET"


def test_a_proof_is_plain_data(kept: Desk):
    proof = proofs.inclusion(kept.owner, kept.one("SELECT entry_id FROM custody.leaf WHERE seq = 7"))
    data = json.loads(json.dumps(proof.as_data()))
    assert data["seq"] == 7
    assert data["checkpoint"] == kept.one("SELECT note FROM custody.checkpoint ORDER BY number DESC")


def test_each_checkpoint_is_the_beginning_of_each_later_one(kept: Desk):
    stops = [Checkpoint.read(note) for (note,) in kept.all(NOTES)]
    stops = [stop for stop in stops if stop.size]
    assert len({stop.size for stop in stops}) >= 3
    for old, new in pairwise(stops):
        path = proofs.consistency(kept.owner, old, new)
        assert is_consistent(old.size, new.size, old.root, new.root, path)
