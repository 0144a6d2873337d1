"""A ledger that moves to another cluster, where transaction numbers begin anew, goes on as the same ledger."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from keepwell.base.refusal import Refusal
from keepwell.ledger.checkpoints import Checkpoint
from keepwell.ledger.merkle import Frontier
from keepwell.ledger.tests.desk import Desk, checked
from keepwell.operations.pgfiles import SUPERUSER
from keepwell.operations.places import SEQUENCER, Places
from keepwell.operations.postgres import Cluster, programs
from keepwell.operations.provision import Passwords, provision

pytestmark = pytest.mark.slow


@contextmanager
def new_cluster(desk: Desk, folder: Path) -> Iterator[Desk]:
    """An empty database in a cluster of its own, which knows the keys and the anchor of `desk`."""
    places = Places(folder / "home", folder / "keys")
    for parent in (folder, folder.parent):
        parent.mkdir(exist_ok=True)
        parent.chmod(0o755)
    cluster = Cluster(places, throwaway=True)
    with cluster.running():
        passwords = Passwords(places.secret("app.password"), places.secret("sequencer.password"))
        provision(places.url(SUPERUSER, "postgres"), passwords)
        with psycopg.connect(places.url(SUPERUSER), autocommit=True) as owner:
            yield Desk(owner, places.url(SEQUENCER), desk.anchor.path, desk.root)
    cluster.remove()


@pytest.fixture
def moved(desk: Desk, tmp_path: Path) -> Iterator[Desk]:
    with new_cluster(desk, tmp_path / "moved") as made:
        yield made


@pytest.fixture
def old(desk: Desk, tmp_path: Path) -> Iterator[Desk]:
    """A ledger whose transaction numbers are low, but higher than those of a cluster just made."""
    with new_cluster(desk, tmp_path / "old") as made:
        carry_over(desk, made, tmp_path / "empty")
        made.burn_transactions_up_to(made.next_transaction() + 2000)
        yield made


def carry_over(old: Desk, new: Desk, dump: Path) -> None:
    new.willow, new.oak = old.willow, old.oak
    out, into = ["pg_dump", "-Fc", f"--file={dump}"], ["pg_restore", "--clean", "--if-exists", str(dump)]
    for desk, (program, *words) in ((old, out), (new, into)):
        where = ["-h", desk.owner.info.host, "-U", SUPERUSER, "-d", desk.owner.info.dbname]
        subprocess.run([programs() / program, *where, *words], check=True)


def test_a_restored_ledger_goes_on_with_what_was_left_over(desk: Desk, moved: Desk, tmp_path: Path):
    desk.write(60)
    desk.sequence()
    left_over = desk.write(5)
    carry_over(desk, moved, tmp_path / "dump")
    fresh = moved.write(4)
    assert checked(moved).findings.codes == set()
    moved.sequence()
    later = moved.write(70)
    moved.sequence()
    order = [row[0] for row in moved.all("SELECT entry_id FROM custody.leaf ORDER BY seq")]
    assert order[60:] == [*left_over, *fresh, *later]
    assert moved.one("SELECT max(generation) FROM custody.checkpoint") == 2
    assert moved.all("SELECT first_seq FROM custody.generation ORDER BY generation") == [(0,), (65,)]
    assert moved.one("SELECT xid < (SELECT xid FROM custody.leaf WHERE seq = 64) FROM custody.leaf WHERE seq = 65")


def test_the_new_cluster_may_use_numbers_that_the_old_one_used(old: Desk, moved: Desk, tmp_path: Path):
    """Old entries stand at numbers which the new cluster comes to give out; they keep the place they have."""
    old.write(30)
    old.sequence()
    carry_over(old, moved, tmp_path / "dump")
    moved.sequence()
    first, last = moved.all("SELECT min(xid::text::bigint), max(xid::text::bigint) FROM custody.entry")[0]
    moved.burn_transactions_up_to(first - 10)
    before = moved.write(5)
    moved.sequence()
    among = moved.write(last - moved.next_transaction() + 20)
    moved.sequence()
    fresh = {row[0] for row in moved.all("SELECT entry_id FROM custody.leaf WHERE seq >= 30")}
    assert fresh == {*before, *among}
    assert moved.one("SELECT count(*) FROM custody.leaf") == 30 + len(fresh)
    assert moved.one("SELECT count(*) FROM (SELECT xid FROM custody.entry GROUP BY xid HAVING count(*) > 1) twice") > 5
    assert checked(moved).findings.codes == set()


def test_a_dump_from_before_the_last_anchored_checkpoint_is_refused(desk: Desk, moved: Desk, tmp_path: Path):
    desk.write(10)
    desk.sequence()
    carry_over(desk, moved, tmp_path / "dump")
    desk.write(10)
    desk.sequence()
    with pytest.raises(Refusal) as refused:
        moved.sequence()
    assert refused.value.code == "LEDGER_TRUNCATED"


def test_the_roots_of_both_generations_are_those_of_one_tree(desk: Desk, moved: Desk, tmp_path: Path):
    desk.write(20)
    desk.sequence()
    carry_over(desk, moved, tmp_path / "dump")
    moved.write(20)
    moved.sequence()
    leaves = [bytes(row[0]) for row in moved.all("SELECT leaf FROM custody.leaf ORDER BY seq")]
    tree = Frontier()
    for (note,) in moved.all("SELECT note FROM custody.checkpoint ORDER BY number"):
        checkpoint = Checkpoint.read(note)
        tree.extend(leaves[tree.size : checkpoint.size])
        assert tree.root() == checkpoint.root
    assert tree.size == 40
    assert checked(moved).findings.codes == set()
