"""Committed entries out of the database, leaves into it, in as few round trips and as little Python as that takes.

An entry's COPY BINARY row already holds its id, practice, time and transaction as PostgreSQL's binary array elements,
so the arrays of `custody.append_leaves` are cut out of the rows instead of being parsed and written again.
"""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import pq, sql

from keepwell.ledger.leaves import COPY_END, COPY_SIGNATURE, ENTRY

Connection = psycopg.Connection[tuple[Any, ...]]

UUIDS, TIMES, XIDS, BYTES = (2951, 2950), (1185, 1184), (271, 5069), (1001, 17)
"""Object ids of an array type and of its element type: the same in every PostgreSQL."""

NIL = UUID(int=0)


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """How far a generation has been sequenced: everything up to and including this transaction and id."""

    xid: int = 0
    id: UUID = NIL


@dataclass(frozen=True, slots=True)
class View:
    """What one snapshot shows: its horizon, the first transaction number after it, when it was taken, how many keys."""

    horizon: int
    beyond: int
    now: dt.datetime
    keys: int

    @classmethod
    def take(cls, connection: Connection) -> View:
        row = connection.execute(
            "SELECT pg_snapshot_xmin(s)::text, pg_snapshot_xmax(s)::text, now(),"
            " (SELECT count(*) FROM custody.ledger_key) FROM pg_current_snapshot() s"
        ).fetchone()
        assert row is not None
        return cls(int(row[0]), int(row[1]), row[2], row[3])


def one(connection: Connection, query: LiteralString, values: Any = None) -> Any:
    """The single value of a query that always has one."""
    row = connection.execute(query, values).fetchone()
    assert row is not None
    return row[0]


UNSEQUENCED = sql.SQL("NOT EXISTS (SELECT FROM custody.leaf l WHERE l.entry_id = e.id)")


def after(cursor: Cursor, horizon: int, generation: int = 1) -> sql.Composed:
    """Entries that come next: committed for good, because transactions below the horizon are over.

    In a later generation, entries of earlier clusters stand at the same numbers and have their leaves already. The
    first generation does without that question: asked of a backlog, it makes the planner read the whole tree.
    """
    return sql.SQL("e.xid >= {x}::xid8 AND (e.xid, e.id) > ({x}::xid8, {id}) AND e.xid < {h}::xid8 AND {new}").format(
        x=sql.Literal(str(cursor.xid)),
        id=sql.Literal(cursor.id),
        h=sql.Literal(str(horizon)),
        new=UNSEQUENCED if generation > 1 else sql.SQL("true"),
    )


def left_by_another_cluster(beyond: int) -> sql.Composed:
    """Entries of transactions that this cluster has not got to yet: they came with the data from another one."""
    return sql.SQL("e.xid >= {}::xid8 AND {}").format(sql.Literal(str(beyond)), UNSEQUENCED)


def take(connection: Connection, which: sql.Composed, limit: int) -> list[bytes]:
    """The COPY BINARY rows of the next entries, in their final order."""
    query = sql.SQL("SELECT {} FROM custody.entry e WHERE {} ORDER BY e.xid, e.id LIMIT {}")
    return list(copy_rows(connection, query.format(sql.SQL(ENTRY), which, sql.Literal(limit))))


def copy_rows(connection: Connection, query: sql.Composable) -> Iterator[bytes]:
    """A query's rows as COPY BINARY sends them, one message each (PostgreSQL protocol, COPY operations).

    Read straight from libpq, which costs a third less than the cursor. Whoever stops half way loses the connection.
    """
    pgconn, whole = connection.pgconn, False
    statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(query).as_bytes(connection)
    try:
        _expect(pgconn.exec_(statement), pq.ExecStatus.COPY_OUT)
        read = pgconn.get_copy_data
        count, message = read(0)
        first = bytes(message[len(COPY_SIGNATURE) :])
        while count > 0:
            row = first or bytes(message)
            if row != COPY_END:
                yield row
            first = b""
            count, message = read(0)
        while result := pgconn.get_result():
            _expect(result, pq.ExecStatus.COMMAND_OK)
        whole = True
    finally:
        if not whole:
            connection.close()


def last_of(row: bytes) -> Cursor:
    """Where an entry stands in the order."""
    return Cursor(int.from_bytes(row[58:66], "big"), UUID(bytes=row[6:22]))


def append(connection: Connection, first: int, rows: Sequence[bytes], hashes: Iterable[bytes]) -> None:
    """Write the leaves of these entries, the first of them as number `first`."""
    _call(
        connection, b"SELECT custody.append_leaves($1, $2, $3, $4, $5, $6)",
        (20, first.to_bytes(8, "big")),
        array(UUIDS, [row[2:22] for row in rows]), array(UUIDS, [row[22:42] for row in rows]),
        array(TIMES, [row[42:54] for row in rows]), array(XIDS, [row[54:66] for row in rows]),
        _hashes(hashes),
    )  # fmt: skip


def append_nodes(connection: Connection, level: int, first: int, hashes: Sequence[bytes]) -> None:
    """Keep a run of complete subtrees of one level."""
    _call(
        connection, b"SELECT custody.append_nodes($1, $2, $3)",
        (21, level.to_bytes(2, "big")), (20, first.to_bytes(8, "big")), _hashes(hashes),
    )  # fmt: skip


def array(kind: tuple[int, int], elements: Sequence[bytes]) -> tuple[int, bytes]:
    """A one-dimensional array in PostgreSQL's binary form; each element is its length and its bytes."""
    return kind[0], struct.pack(">iiiii", 1, 0, kind[1], len(elements), 1) + b"".join(elements)


def _hashes(hashes: Iterable[bytes]) -> tuple[int, bytes]:
    return array(BYTES, [b"\0\0\0\x20" + digest for digest in hashes])


def _expect(result: pq.abc.PGresult, status: pq.ExecStatus) -> None:
    if result.status != status:
        raise psycopg.errors.error_from_result(result)


def _call(connection: Connection, statement: bytes, *values: tuple[int, bytes]) -> None:
    types, data = [t for t, _ in values], [v for _, v in values]
    _expect(connection.pgconn.exec_params(statement, data, types, [1] * len(values)), pq.ExecStatus.TUPLES_OK)
