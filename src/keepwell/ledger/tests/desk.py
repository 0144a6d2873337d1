"""A ledger of a test's own: a database, entries of two practices, a sequencer, an anchor, and whoever owns it all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from keepwell.base.ids import new_id
from keepwell.ledger.anchors.file import FileAnchor
from keepwell.ledger.checkpoints import Checkpoint, is_key_note
from keepwell.ledger.findings import Code
from keepwell.ledger.leaves import COLUMNS
from keepwell.ledger.merkle import Frontier, leaf_hash
from keepwell.ledger.sequencer import Pace, Sequencer
from keepwell.ledger.verify import Report, verify
from keepwell.ledger.walk import MacCheck
from keepwell.vault.roots import Root

Connection = psycopg.Connection[tuple[Any, ...]]

QUICK = Pace(interval=0.0, heartbeat=0.0, batch=50, stalled_after=0.2, lock_wait=0.2)

WRITE = """
INSERT INTO custody.entry (id, practice_id, kind, verb, actor_id, role, purpose, session_id, request_id, classes,
                           excerpts, subjects, listed, outcome, detail, note, mac)
VALUES (%s, %s, 'open', 'chart.opened', %s, 'practitioner', 'TREAT', %s, %s, '{identity,clinical}',
        '{NameTag,Problems}', %s, false, 'ok', '{"rows":3}', %s, %s)
"""
WAITING = "SELECT count(*) FROM custody.entry e WHERE NOT EXISTS (SELECT FROM custody.leaf WHERE entry_id = e.id)"

SOME = "(SELECT entry_id FROM custody.leaf WHERE seq = 322)"
COPY_OF_ONE = """
INSERT INTO custody.entry SELECT {id}, practice_id, {at}, {xid}, kind, verb, actor_id, role, purpose, session_id,
  request_id, classes, excerpts, subjects, listed, outcome, detail, note, mac FROM custody.entry
  WHERE id = (SELECT entry_id FROM custody.leaf WHERE seq = 10)
"""
BORN_THEN = "(lpad(to_hex((extract(epoch FROM {at}) * 1000)::bigint), 12, '0') || '7abc8abcabcabcabcabc')::uuid"


class Desk:
    """`owner` is a superuser: what it does here, nobody but the verifier can see."""

    def __init__(self, owner: Connection, url: str, anchor: Path, root: Root) -> None:
        self.owner = owner
        self.url = url
        self.anchor = FileAnchor(anchor)
        self.root = root
        self.willow, self.oak = new_id(), new_id()

    def connect(self) -> Connection:
        """A connection as the sequencer."""
        return psycopg.connect(self.url, autocommit=True)

    def write(self, count: int = 1, *, practice: UUID | None = None, by: Connection | None = None) -> list[UUID]:
        """Commit entries, one transaction each unless `by` has one open."""
        made = [new_id() for _ in range(count)]
        for n, entry in enumerate(made):
            where = practice or (self.willow, self.oak)[n % 2]
            values = [
                entry,
                where,
                new_id(),
                new_id() if n % 3 else None,
                new_id(),
                [new_id()] * (n % 3),
                None if n % 2 else b"sealed",
                os.urandom(32),
            ]
            (by or self.owner).execute(WRITE, values)
        return made

    def sequencer(self, pace: Pace = QUICK, anchor: FileAnchor | None = None) -> Sequencer:
        return Sequencer(self.connect, anchor or self.anchor, self.root, pace)

    def sequence(self, sequencer: Sequencer | None = None) -> Sequencer:
        """Let a sequencer work until every entry has its leaf. Transactions of other tests may hold it up a while."""
        worker = sequencer or self.sequencer()
        with self.connect() as connection:
            worker.start(connection)
            while worker.step() or self.waiting():
                pass
            worker.step()
        return worker

    def sequence_once(self) -> None:
        """One step, whatever it finds: for when not everything can be sequenced."""
        worker = self.sequencer()
        with self.connect() as connection:
            worker.start(connection)
            worker.step()

    def leaf_hashes(self) -> list[bytes]:
        """What the leaves of the entries as they are now would be."""
        return [leaf_hash(b"\x01" + row) for row in rows_made_by_hand(self.owner)]

    def next_transaction(self) -> int:
        """The number the next transaction will about have."""
        return int(self.one("SELECT pg_current_xact_id()::text::bigint")) + 1

    def burn_transactions_up_to(self, number: int) -> None:
        """Use up transaction numbers, as a cluster does in its years."""
        count = max(0, number - self.next_transaction())
        loop = f"FOR i IN 1 .. {count} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP"
        self.owner.execute(f"DO $$ BEGIN {loop}; END $$")

    def waiting(self) -> int:
        return int(self.one(WAITING))

    def one(self, query: str, *values: object) -> Any:
        row = self.owner.execute(query, values).fetchone()
        return row[0] if row else None

    def all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self.owner.execute(query, values).fetchall()

    def refused_as(self, role: str, statement: str) -> str | None:
        """The SQLSTATE with which `role` is refused a statement; None if it is not."""
        try:
            with self.owner.transaction():
                self.owner.execute(f"SET LOCAL ROLE {role}")
                self.owner.execute(statement)
        except psycopg.Error as error:
            return error.sqlstate
        return None

    def tamper(self, *statements: str) -> None:
        """Do what only a superuser can: triggers and foreign keys off, rows changed."""
        with self.owner.transaction():
            self.owner.execute("SET LOCAL session_replication_role = replica")
            for statement in statements:
                self.owner.execute(statement)


IN_ORDER = "SELECT id FROM custody.entry ORDER BY xid, id"
SEQUENCED = "SELECT entry_id FROM custody.leaf ORDER BY seq"
NOTES = "SELECT note FROM custody.checkpoint ORDER BY number"


def rows_made_by_hand(owner: Connection) -> list[bytes]:
    """Entries in their order, each put together from its columns' binary values: no COPY and none of our code."""
    columns = sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
    query = sql.SQL("SELECT {} FROM custody.entry ORDER BY xid, id").format(columns)
    result = owner.pgconn.exec_params(query.as_bytes(owner), [], result_format=1)
    made = []
    for n in range(result.ntuples):
        row = len(COLUMNS).to_bytes(2, "big")
        for column in range(result.nfields):
            value = result.get_value(n, column)
            row += b"\xff\xff\xff\xff" if value is None else len(value).to_bytes(4, "big") + value
        made.append(row)
    return made


def checkpoints(desk: Desk) -> list[Checkpoint]:
    return [Checkpoint.read(note) for (note,) in desk.all(NOTES)]


def assert_whole(desk: Desk) -> None:
    """Each entry once, no gap, the order right, every root the root of its leaves, and the anchor knows them all."""
    assert desk.all(SEQUENCED) == desk.all(IN_ORDER)
    numbers = [row[0] for row in desk.all("SELECT seq FROM custody.leaf ORDER BY seq")]
    assert numbers == list(range(len(numbers)))
    leaves = desk.leaf_hashes()
    assert [bytes(leaf) for (leaf,) in desk.all("SELECT leaf FROM custody.leaf ORDER BY seq")] == leaves
    tree = Frontier()
    for checkpoint in checkpoints(desk):
        tree.extend(leaves[tree.size : checkpoint.size])
        assert (tree.size, tree.root()) == (checkpoint.size, checkpoint.root)
    assert tree.size == len(leaves)
    kept = list(desk.anchor.notes())
    assert None not in kept
    anchored = [note for note in kept if note and not is_key_note(note)]
    assert [note for (note,) in desk.all(NOTES)] == anchored


def found(desk: Desk, *, anchored: bool = True) -> set[Code]:
    """The codes that verification finds."""
    return checked(desk, anchored=anchored).findings.codes


def checked(desk: Desk, *, anchored: bool = True, mac: MacCheck | None = None) -> Report:
    return verify(desk.connect, desk.anchor if anchored else None, mac=mac)


def copy_of_one(born: str, at: str, xid: str = "pg_current_xact_id()") -> str:
    """Insert a copy of leaf 10's entry with an id that says `born`, at a time, in a transaction."""
    return COPY_OF_ONE.format(id=BORN_THEN.format(at=born), at=at, xid=xid)
