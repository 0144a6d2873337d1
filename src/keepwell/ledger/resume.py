"""Where the sequencer left off, and whether the database still is what the anchor knows."""

from __future__ import annotations

from typing import Any

import psycopg
import structlog

from keepwell.base.refusal import Refusal
from keepwell.ledger import keyring
from keepwell.ledger.anchors import Anchor
from keepwell.ledger.batches import Cursor
from keepwell.ledger.checkpoints import BadNote, Checkpoint, Keys, is_key_note
from keepwell.ledger.merkle import EMPTY_ROOT, Frontier, subtree
from keepwell.ledger.stored import StoredTree

Connection = psycopg.Connection[tuple[Any, ...]]
log = structlog.get_logger()


def leaf_count(connection: Connection) -> int:
    """How many entries are sequenced."""
    (count,) = connection.execute("SELECT custody.leaf_count()").fetchone() or (0,)
    return int(count)


def tree(connection: Connection) -> Frontier:
    """The tree as the last commit left it."""
    return Frontier(leaf_count(connection), StoredTree(connection))


def last_checkpoint(connection: Connection) -> Checkpoint | None:
    """The newest checkpoint the database has. Raises BadNote when it cannot be read."""
    note = last_note(connection)
    return Checkpoint.read(note) if note else None


def last_note(connection: Connection) -> str | None:
    row = connection.execute("SELECT note FROM custody.checkpoint ORDER BY number DESC LIMIT 1").fetchone()
    return str(row[0]) if row else None


def cursor(connection: Connection, generation: int) -> Cursor:
    """After the last leaf of this generation, or where its last checkpoint says everything is in."""
    leaf = connection.execute(
        "SELECT l.xid::text, l.entry_id FROM custody.leaf l, custody.generation g"
        " WHERE g.generation = %s AND l.seq >= g.first_seq ORDER BY l.seq DESC LIMIT 1",
        [generation],
    ).fetchone()
    horizon = connection.execute(
        "SELECT horizon::text FROM custody.checkpoint WHERE generation = %s ORDER BY number DESC LIMIT 1", [generation]
    ).fetchone()
    return max(Cursor(int(leaf[0]), leaf[1]) if leaf else Cursor(), Cursor(int(horizon[0])) if horizon else Cursor())


def in_new_cluster(connection: Connection) -> bool:
    """Whether the data was moved to another cluster since it was last sequenced; False for a ledger that never was."""
    row = connection.execute(
        "SELECT system_identifier <> (SELECT system_identifier FROM pg_control_system())"
        " FROM custody.generation ORDER BY generation DESC LIMIT 1"
    ).fetchone()
    return bool(row and row[0])


def holds_back(connection: Connection, horizon: int) -> str:
    """Who keeps the horizon where it is, or nothing if nobody does: an idle database has no one to wait for."""
    row = connection.execute(
        "SELECT coalesce('process ' || pid, 'a prepared transaction') FROM pg_locks WHERE locktype = 'transactionid'"
        " AND mode = 'ExclusiveLock' AND granted AND transactionid = %s::text::xid8::xid LIMIT 1",
        [str(horizon)],
    ).fetchone()
    return str(row[0]) if row else ""


# ── Agreement with the anchor ────────────────────────────────────────────────────────────────────────────────────────


def agree(connection: Connection, anchor: Anchor, keys: Keys) -> None:
    """Raises a Refusal when the tree is not the one that the database's and the anchor's last checkpoint speak of."""
    told = [note for note in anchor.recent() if not is_key_note(note)][-1:]
    own = last_note(connection)
    if not told and was_anchored(connection, anchor.name):
        log.error("ledger.anchor_lost", anchor=anchor.name)
    for note in ([own] if own else []) + told:
        _leads_to(connection, _trusted(note, keys))


def was_anchored(connection: Connection, name: str) -> bool:
    """Whether this anchor ever got a checkpoint."""
    return connection.execute("SELECT 1 FROM custody.anchored WHERE anchor = %s LIMIT 1", [name]).fetchone() is not None


def _trusted(note: str, keys: Keys) -> Checkpoint:
    """A checkpoint of this ledger by one of its keys."""
    try:
        checkpoint = Checkpoint.read(note)
    except BadNote:
        raise Refusal("LEDGER_REPLACED") from None
    if checkpoint.origin != keys.keys[0].origin or keys.signer_of(note) is None:
        raise Refusal("LEDGER_REPLACED")
    return checkpoint


def _leads_to(connection: Connection, checkpoint: Checkpoint) -> None:
    count = leaf_count(connection)
    if checkpoint.size > count:
        raise Refusal("LEDGER_TRUNCATED", known=checkpoint.size, here=count)
    try:
        root = subtree(0, checkpoint.size, StoredTree(connection)) if checkpoint.size else EMPTY_ROOT
    except LookupError:
        raise Refusal("LEDGER_TRUNCATED", known=checkpoint.size, here=count) from None
    if root != checkpoint.root:
        raise Refusal("LEDGER_REWRITTEN", size=checkpoint.size)


def anchor_keys(connection: Connection, anchor: Anchor) -> None:
    """Every key note the anchor has not got yet."""
    known = {note for note in anchor.notes() if note and is_key_note(note)}
    for note in keyring.notes(connection):
        if note not in known:
            anchor.put(note)


def not_anchored(connection: Connection, name: str) -> list[tuple[int, str]]:
    """Checkpoints committed but not yet marked as anchored here. At most a handful, unless the anchor is a new one."""
    return connection.execute(
        "SELECT number, note FROM custody.checkpoint c WHERE NOT EXISTS"
        " (SELECT FROM custody.anchored a WHERE a.checkpoint = c.number AND a.anchor = %s)"
        " AND number > coalesce((SELECT max(checkpoint) FROM custody.anchored WHERE anchor = %s), 0) ORDER BY number",
        [name, name],
    ).fetchall()
