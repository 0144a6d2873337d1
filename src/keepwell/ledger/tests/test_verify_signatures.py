"""Checkpoints, keys and the anchor: what is found from inside, and what only the anchor tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from keepwell.ledger import keyring
from keepwell.ledger.checkpoints import Checkpoint, PublicKey, Signer, sign
from keepwell.ledger.findings import Code
from keepwell.ledger.merkle import Frontier
from keepwell.ledger.tests.desk import SOME, Desk, found

# ── Checkpoints and keys ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.attack
def test_a_checkpoint_changed_by_hand_is_unsigned(kept: Desk):
    kept.tamper(
        "UPDATE custody.checkpoint SET note = replace(note, 'horizon ', 'horizon 1'),"
        " horizon = ('1' || horizon::text)::xid8 WHERE number = 3"
    )
    assert {Code.CHECKPOINT_UNSIGNED, Code.CHECKPOINT_MISSING} <= found(kept)
    assert found(kept, anchored=False) == {Code.CHECKPOINT_UNSIGNED}


@pytest.mark.attack
@pytest.mark.parametrize(
    "change", ["size = size + 1", "settled = settled + interval '1 day'", "note = 'x'", "note = note || note"]
)
def test_columns_that_do_not_say_what_was_signed_are_found(kept: Desk, change: str):
    kept.tamper(f"UPDATE custody.checkpoint SET {change} WHERE number = 3")
    assert Code.CHECKPOINT_MALFORMED in found(kept)


@pytest.mark.attack
def test_a_checkpoint_taken_out_of_the_middle_is_missed(kept: Desk):
    kept.tamper("DELETE FROM custody.anchored WHERE checkpoint = 3", "DELETE FROM custody.checkpoint WHERE number = 3")
    assert found(kept, anchored=False) == {Code.CHECKPOINT_MISSING}


@pytest.mark.attack
def test_a_smaller_or_earlier_checkpoint_after_a_larger_one_is_found(kept: Desk):
    one, other = (kept.one("SELECT max(number) FROM custody.checkpoint WHERE size = %s", size) for size in (200, 400))
    kept.tamper(f"UPDATE custody.checkpoint SET number = -1 WHERE number = {one}",
                f"UPDATE custody.checkpoint SET number = {one} WHERE number = {other}",
                f"UPDATE custody.checkpoint SET number = {other} WHERE number = -1")  # fmt: skip
    assert Code.CHECKPOINT_BACKWARDS in found(kept, anchored=False)


@pytest.mark.attack
def test_a_key_used_after_it_was_replaced_is_found(kept: Desk):
    with kept.connect() as connection:
        old = keyring.load(connection, kept.root)
        keyring.rotate(connection, kept.root)
    later = Checkpoint.read(kept.one("SELECT note FROM custody.checkpoint ORDER BY number DESC"))
    add_checkpoint(kept, replace(later, at=later.at + timedelta(days=1)), old)
    assert found(kept, anchored=False) == {Code.KEY_OUT_OF_TERM}


@pytest.mark.attack
def test_keys_that_do_not_vouch_for_each_other_are_found(kept: Desk):
    origin = Checkpoint.read(kept.one("SELECT note FROM custody.checkpoint LIMIT 1")).origin
    stranger = Signer(origin, Ed25519PrivateKey.generate())
    key = PublicKey(origin, stranger.public, kept.one("SELECT now()"))
    add_key(kept, 2, key, sign(key.body(), stranger))
    assert Code.KEYS_BROKEN in found(kept, anchored=False)
    assert Code.LEDGER_REPLACED not in found(kept)


def add_checkpoint(desk: Desk, checkpoint: Checkpoint, signer: Signer) -> None:
    desk.owner.execute(
        "INSERT INTO custody.checkpoint SELECT coalesce(max(number), 0) + 1, %s, %s, %s, %s::text::xid8, %s, '1', %s"
        " FROM custody.checkpoint",
        [
            checkpoint.size,
            checkpoint.at,
            checkpoint.settled,
            str(checkpoint.horizon),
            checkpoint.generation,
            sign(checkpoint.body(), signer),
        ],
    )


def add_key(desk: Desk, number: int, key: PublicKey, note: str) -> None:
    desk.owner.execute(
        "INSERT INTO custody.ledger_key VALUES (%s, %s, %s, %s, %s)", [number, key.key_id, key.public, key.since, note]
    )


# ── What only the anchor tells ───────────────────────────────────────────────────────────────────────────────────────


def cut_tail(desk: Desk, size: int) -> None:
    """Take back everything after `size`, leaves, entries, checkpoints and all."""
    last = desk.one("SELECT max(number) FROM custody.checkpoint WHERE size <= %s", size)
    desk.tamper(f"DELETE FROM custody.entry WHERE id IN (SELECT entry_id FROM custody.leaf WHERE seq >= {size})",
                f"DELETE FROM custody.leaf WHERE seq >= {size}",
                f"DELETE FROM custody.node WHERE (index + 1) << level > {size}",
                f"DELETE FROM custody.anchored WHERE checkpoint > {last}",
                f"DELETE FROM custody.checkpoint WHERE number > {last}")  # fmt: skip


@pytest.mark.attack
def test_a_tail_cut_off_with_its_checkpoints_is_invisible_inside_and_found_by_the_anchor(kept: Desk):
    cut_tail(kept, 400)
    assert found(kept, anchored=False) == set()
    assert found(kept) == {Code.LEDGER_TRUNCATED, Code.CHECKPOINT_MISSING}


def sign_again(desk: Desk, signer: Signer) -> None:
    """Change an entry long past, and build leaves, subtrees and checkpoints anew as if it had always been so."""
    desk.tamper("DELETE FROM custody.anchored", "CREATE TEMP TABLE was AS SELECT * FROM custody.checkpoint",
                "DELETE FROM custody.checkpoint", f"UPDATE custody.entry SET verb = 'chart.never' WHERE id = {SOME}",
                "DELETE FROM custody.node")  # fmt: skip
    hashes = desk.leaf_hashes()
    change = "UPDATE custody.leaf SET leaf = '\\x{}' WHERE seq = {}"
    desk.tamper(*(change.format(digest.hex(), n) for n, digest in enumerate(hashes)))
    tree = Frontier()

    def keep(level: int, first: int, row: list[bytes]) -> None:
        if level == 8:
            for n, digest in enumerate(row):
                desk.owner.execute("INSERT INTO custody.node VALUES (8, %s, %s)", [first + n, digest])

    for (note,) in desk.all("SELECT note FROM was ORDER BY number"):
        true = Checkpoint.read(note)
        tree.extend(hashes[tree.size : true.size], keep)
        add_checkpoint(desk, replace(true, root=tree.root()), signer)


@pytest.mark.attack
def test_history_signed_again_with_another_key_is_found(kept: Desk):
    origin = Checkpoint.read(kept.one("SELECT note FROM custody.checkpoint LIMIT 1")).origin
    stranger = Signer(origin, Ed25519PrivateKey.generate())
    sign_again(kept, stranger)
    assert found(kept, anchored=False) == {Code.CHECKPOINT_UNSIGNED}
    key = PublicKey(origin, stranger.public, kept.one("SELECT since FROM custody.ledger_key"))
    kept.tamper("DELETE FROM custody.ledger_key", "DELETE FROM custody.ledger_secret")
    add_key(kept, 1, key, sign(key.body(), stranger))
    assert found(kept, anchored=False) == set()
    assert {Code.LEDGER_REPLACED, Code.LEDGER_REWRITTEN, Code.CHECKPOINT_UNSIGNED} <= found(kept)


@pytest.mark.attack
def test_history_signed_again_with_the_stolen_key_is_invisible_inside_and_found_by_the_anchor(kept: Desk):
    with kept.connect() as connection:
        stolen = keyring.load(connection, kept.root)
    sign_again(kept, stolen)
    assert found(kept, anchored=False) == set()
    assert found(kept) == {Code.LEDGER_REWRITTEN, Code.CHECKPOINT_MISSING}


@pytest.mark.attack
def test_an_anchor_that_was_thrown_away_is_missed(kept: Desk):
    kept.anchor.path.unlink()
    assert found(kept) == {Code.ANCHOR_MISSING, Code.ANCHOR_BEHIND}


@pytest.mark.attack
def test_an_anchor_that_was_cut_is_behind(kept: Desk):
    lines = kept.anchor.path.read_bytes().splitlines(keepends=True)
    kept.anchor.path.write_bytes(b"".join(lines[:-2]))
    assert found(kept) == {Code.ANCHOR_BEHIND}


@pytest.mark.attack
def test_an_anchor_with_a_changed_line_is_damaged(kept: Desk):
    lines = kept.anchor.path.read_bytes().splitlines(keepends=True)
    lines[3] = lines[3][:-9] + b'garbage"}\n'
    lines[4:6] = [lines[5], lines[4]]
    kept.anchor.path.write_bytes(b"".join(lines))
    assert {Code.ANCHOR_DAMAGED, Code.ANCHOR_BEHIND} <= found(kept)
