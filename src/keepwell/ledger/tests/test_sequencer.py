"""The sequencer: every committed entry once, in its final order, signed and anchored."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path
from threading import Event

import psycopg
import pytest

from keepwell.base.refusal import Refusal
from keepwell.ledger import keyring
from keepwell.ledger.anchors.file import FileAnchor
from keepwell.ledger.checkpoints import Keys, is_key_note, is_signed
from keepwell.ledger.sequencer import Pace
from keepwell.ledger.tests.desk import NOTES, QUICK, SEQUENCED, Desk, assert_whole, checkpoints


def test_every_committed_entry_becomes_one_leaf_in_the_order_of_transactions(desk: Desk):
    desk.write(130)
    with desk.owner.transaction():
        desk.write(40)
    desk.sequence()
    desk.write(30)
    desk.sequence()
    assert_whole(desk)


def test_what_commits_late_is_waited_for_and_never_skipped(desk: Desk):
    with psycopg.connect(desk.owner.info.dsn, autocommit=True) as slow:
        with slow.transaction():
            (early,) = desk.write(by=slow)
            later = desk.write(5)
            sequencer = desk.sequencer()
            with desk.connect() as connection:
                sequencer.start(connection)
                sequencer.step()
                assert desk.all(SEQUENCED) == []
        desk.sequence(sequencer)
    assert [row[0] for row in desk.all(SEQUENCED)] == [early, *later]
    assert_whole(desk)


def test_what_was_rolled_back_leaves_no_gap(desk: Desk):
    desk.write(3)
    with desk.owner.transaction(force_rollback=True):
        desk.write(3)
    desk.write(3)
    desk.sequence()
    assert_whole(desk)


def test_a_batch_may_end_in_the_middle_of_a_transaction(desk: Desk):
    with desk.owner.transaction():
        desk.write(QUICK.batch * 2 + 7)
    desk.sequence()
    assert_whole(desk)


def test_a_settled_time_is_kept_as_promised_while_transactions_come_and_go(desk: Desk):
    def work(seed: int) -> None:
        dice = random.Random(seed)
        with psycopg.connect(desk.owner.info.dsn, autocommit=True) as mine:
            for _ in range(25):
                with mine.transaction(force_rollback=dice.random() < 0.2):
                    desk.write(dice.randrange(4), by=mine)
                    time.sleep(dice.random() * 0.03)

    writers = [threading.Thread(target=work, args=[seed]) for seed in range(6)]
    stop = Event()
    sequencer = desk.sequencer(Pace(interval=0.005, batch=9, heartbeat=0.02))
    sequencing = threading.Thread(target=sequencer.run, args=[stop])
    for thread in [*writers, sequencing]:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    sequencing.join()
    desk.sequence()
    for _ in range(300):  # Another test's transaction on this server may hold the horizon back for a while.
        if any(checkpoint.settled == checkpoint.at for checkpoint in checkpoints(desk)):
            break
        time.sleep(0.1)
        desk.write(1)
        desk.sequence()
    else:
        pytest.fail("the promise was never renewed")
    assert_whole(desk)
    for checkpoint in checkpoints(desk):
        later = desk.one("SELECT min(at) FROM custody.leaf WHERE seq >= %s", checkpoint.size)
        assert later is None or later >= checkpoint.settled


class FullDisk(FileAnchor):
    """Takes keys and no more checkpoints."""

    def put(self, note: str) -> None:
        if not is_key_note(note):
            raise Refusal("ANCHOR_UNAVAILABLE", why="No space left on device")
        super().put(note)


def test_a_checkpoint_is_anchored_before_it_counts(desk: Desk):
    desk.write(5)
    desk.sequence()
    counted = desk.one("SELECT count(*) FROM custody.anchored")
    desk.write(5)
    with pytest.raises(Refusal) as refused:
        desk.sequence(desk.sequencer(anchor=FullDisk(desk.anchor.path)))
    assert refused.value.code == "ANCHOR_UNAVAILABLE"
    assert desk.one("SELECT count(*) FROM custody.checkpoint") == counted + 1
    assert desk.one("SELECT count(*) FROM custody.anchored") == counted
    desk.sequence()
    assert_whole(desk)
    assert desk.one("SELECT count(*) FROM custody.checkpoint") == desk.one("SELECT count(*) FROM custody.anchored")


def test_an_anchor_out_of_reach_is_refused_by_name(desk: Desk, tmp_path: Path):
    with pytest.raises(Refusal) as refused:
        desk.sequence(desk.sequencer(anchor=FileAnchor(tmp_path / "no such folder" / "anchor.jsonl")))
    assert refused.value.code == "ANCHOR_UNAVAILABLE"
    assert desk.all("SELECT state, code FROM custody.sequencer") == [("refused", "ANCHOR_UNAVAILABLE")]


def test_nothing_new_means_no_checkpoint_until_the_heartbeat(desk: Desk):
    desk.write(5)
    desk.sequence()
    before = len(checkpoints(desk))
    with desk.connect() as connection:
        patient = desk.sequencer(Pace(interval=0.0, heartbeat=3600.0))
        patient.start(connection)
        for _ in range(5):
            patient.step()
    assert len(checkpoints(desk)) == before
    with desk.connect() as connection:
        eager = desk.sequencer(Pace(interval=0.0, heartbeat=0.0))
        eager.start(connection)
        eager.step()
    last = checkpoints(desk)[-1]
    assert len(checkpoints(desk)) == before + 1
    assert last.size == 5


def test_a_new_signing_key_is_taken_up_by_a_running_sequencer_and_the_old_one_stays_good(desk: Desk):
    sequencer = desk.sequencer()
    with desk.connect() as connection, desk.connect() as other:
        sequencer.start(connection)
        desk.write(3)
        sequencer.step()
        keyring.rotate(other, desk.root)
        sequencer.step()
        desk.write(3)
        sequencer.step()
    keys = Keys.read(keyring.notes(desk.owner))
    signers = [keys.signer_of(note) for (note,) in desk.all(NOTES)]
    assert [keys.keys.index(signer) for signer in signers if signer] == [0, 0, 1]
    assert [note for note in desk.anchor.notes() if note and is_key_note(note)] == keyring.notes(desk.owner)


def test_a_signing_key_is_sealed_anew_when_the_root_key_is(desk: Desk):
    desk.write(1)
    desk.sequence()
    signer = keyring.load(desk.owner, desk.root).key_id
    assert keyring.rewrap(desk.owner, desk.root) == 0

    class Newer:
        """The same root with a newer version."""

        id = desk.root.id

        def wrap(self, plain: bytes, context: bytes) -> bytes:
            return b"2" + desk.root.wrap(plain, context)

        def unwrap(self, blob: bytes, context: bytes) -> bytes:
            return desk.root.unwrap(blob.removeprefix(b"2"), context)

        def current(self) -> str:
            return "2"

        def version_of(self, blob: bytes) -> str:
            return "2" if blob.startswith(b"2") else "1"

    assert keyring.rewrap(desk.owner, Newer()) == 1
    assert keyring.rewrap(desk.owner, Newer()) == 0
    assert keyring.load(desk.owner, Newer()).key_id == signer


def test_every_checkpoint_is_signed_by_the_ledgers_key_over_its_exact_text(desk: Desk):
    desk.write(3)
    desk.sequence()
    (key,) = Keys.read(keyring.notes(desk.owner)).keys
    notes = [note for (note,) in desk.all(NOTES)]
    assert notes
    for note in notes:
        assert is_signed(note, key.public)
        assert not is_signed(note.replace("\nhorizon ", "\nhorizon 1"), key.public)
