"""One practice's ledger as a zip that anybody can check without Keepwell: `verify_offline.py` travels inside.

The entries go out as PostgreSQL sends them, so that they hash to their leaves, and as lines to read. All leaf hashes
go with them, so the signed roots can be reached, but nothing else of other practices. Everything is streamed.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from io import BufferedWriter
from pathlib import Path
from typing import IO
from uuid import UUID

from psycopg import IsolationLevel, sql

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger import custody, keyring, proofs, verify_offline
from keepwell.ledger.batches import Connection, copy_rows
from keepwell.ledger.checkpoints import Checkpoint, Signer, said, sign
from keepwell.ledger.entries import Entry, canonical
from keepwell.ledger.leaves import COLUMNS, COPY_END, COPY_SIGNATURE, SCHEMA

Progress = Callable[[str, int], None]
PIECE = 64 * 1024
QUICK = 2

README = """This is the ledger of one practice: every look into a record and every change of one, in order.

  entries.jsonl      the entries, one line each, to read. Times are UTC. `note` is a sealed reason.
  entries.copy       the same entries as PostgreSQL's COPY BINARY sends them; these bytes are hashed
  leaves.bin         the hash of every entry of the installation, 32 bytes each; this practice's entries are the
                     ones whose number is the `seq` of a line
  checkpoints.jsonl  signed statements of how many entries there were, and the root of the tree over them
  keys.jsonl         the public keys they are signed with
  statement.txt      signed: how many of the entries are this practice's, and a hash over them
  verify.py          checks all of this. It needs Python 3.11 and nothing else:

      python3 verify.py EXPORT.zip --key KEY --anchor ANCHOR

Get KEY (the first public key) and ANCHOR (a copy of the anchor file) from a place other than this archive: without
them, a ledger that was cut off or signed again by whoever holds the database cannot be told from the true one.
"""


@dataclass(slots=True)
class Exported:
    """What went into the archive."""

    practice: UUID
    size: int
    entries: int = 0
    checkpoints: int = 0
    missing: list[int] = field(default_factory=list)
    digest: str = ""


def export(
    connection: Connection,
    practice: UUID,
    out: IO[bytes],
    signer: Signer,
    *,
    every_checkpoint: bool = False,
    progress: Progress = lambda what, done: None,
) -> Exported:
    """Write the archive to `out`, which need not be seekable. Raises Refusal LEDGER_EMPTY before the first checkpoint.

    `connection` may read the whole ledger (keepwell_sequencer). One checkpoint an hour goes along, and the newest.
    """
    with one_moment(connection), zipfile.ZipFile(out, "w", compresslevel=QUICK) as archive:
        made = Exported(practice, newest_size(connection))
        _write(archive, "README.txt", [README.encode()])
        _write(archive, "verify.py", [Path(verify_offline.__file__).read_bytes()])
        _write(archive, "keys.jsonl", (_json_line(note) for note in keyring.notes(connection)))
        _write(archive, "checkpoints.jsonl", _checkpoints(connection, made, every_checkpoint))
        _write(archive, "entries.copy", _copy(connection, made, progress))
        _write(archive, "entries.jsonl", _lines(connection, made, progress))
        _write(archive, "leaves.bin", _leaves(connection, made, progress), zipfile.ZIP_STORED)
        _write(archive, "manifest.json", [_manifest(made).encode()])
        _write(archive, "statement.txt", [sign(_statement(signer.origin, made), signer).encode()])
    return made


def record(made: Exported, by: Actor) -> None:
    """An export is itself an event of the practice's ledger (45 CFR § 164.312(b))."""
    facts = {"entries": made.entries, "size": made.size, "sha256": made.digest}
    custody.record(Entry("system", "ledger.exported", detail=canonical(facts)), by)


@contextmanager
def one_moment(connection: Connection) -> Iterator[None]:
    """Everything read inside is of one snapshot."""
    connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
    with connection.transaction():
        yield


def newest_size(connection: Connection) -> int:
    """How many entries the newest checkpoint that counts is over."""
    note = proofs.counted_checkpoint(connection)
    if note is None:
        raise Refusal("LEDGER_EMPTY")
    return Checkpoint.read(note).size


def _checkpoints(connection: Connection, made: Exported, every: bool) -> Iterator[bytes]:
    chosen = "SELECT note FROM custody.checkpoint WHERE size <= %s ORDER BY number"
    if not every:
        chosen = (
            "SELECT note FROM (SELECT DISTINCT ON (date_trunc('hour', at)) number, note FROM custody.checkpoint"
            " WHERE size <= %s ORDER BY date_trunc('hour', at), number DESC) hourly ORDER BY number"
        )
    with connection.cursor("exported_checkpoints") as cursor:
        for (note,) in cursor.execute(chosen, [made.size]):
            made.checkpoints += 1
            yield _json_line(note)


def _rows(connection: Connection, made: Exported) -> Iterator[tuple[int, bytes | None]]:
    """The practice's leaves in order, each with its entry's row as it was hashed, or None where the entry is gone."""
    columns = sql.SQL(", ").join(sql.SQL("e.{}").format(sql.Identifier(name)) for name in COLUMNS)
    query = sql.SQL(
        "SELECT l.seq, {} FROM custody.leaf l"
        " LEFT JOIN custody.entry e ON (e.id, e.at) = (l.entry_id, l.at)"
        " WHERE l.practice_id = {} AND l.seq < {} ORDER BY l.seq"
    )
    start = len(COLUMNS).to_bytes(2, "big")
    for row in copy_rows(connection, query.format(columns, sql.Literal(made.practice), sql.Literal(made.size))):
        gone = row[14:18] == b"\xff\xff\xff\xff"
        yield int.from_bytes(row[6:14], "big"), None if gone else start + row[14:]


def _copy(connection: Connection, made: Exported, progress: Progress) -> Iterator[bytes]:
    digest = sha256()
    yield COPY_SIGNATURE
    for seq, row in _rows(connection, made):
        if row is None:
            made.missing.append(seq)
            continue
        digest.update(row)
        made.entries += 1
        yield row
        progress("entries", made.entries)
    made.digest = digest.hexdigest()
    yield COPY_END


def _lines(connection: Connection, made: Exported, progress: Progress) -> Iterator[bytes]:
    for done, (seq, row) in enumerate(_rows(connection, made), 1):
        if row is not None:
            yield verify_offline.line(seq, row)
            progress("lines", done)


def _leaves(connection: Connection, made: Exported, progress: Progress) -> Iterator[bytes]:
    query = sql.SQL("SELECT leaf FROM custody.leaf WHERE seq < {} ORDER BY seq").format(sql.Literal(made.size))
    for done, row in enumerate(copy_rows(connection, query), 1):
        yield row[6:]
        progress("leaves", done)


def _manifest(made: Exported) -> str:
    facts = {
        "format": 1,
        "schema": SCHEMA,
        "practice": str(made.practice),
        "made": said(clock.now()),
        "size": made.size,
        "entries": made.entries,
        "checkpoints": made.checkpoints,
        "missing": made.missing,
        "columns": COLUMNS,
    }
    return json.dumps(facts, indent=2) + "\n"


def _statement(origin: str, made: Exported) -> str:
    """What the exporter signs for. Its second line keeps it from ever passing for a checkpoint."""
    return (
        f"{origin}\nexport\npractice {made.practice}\nentries {made.entries}\nsize {made.size}\nsha256 {made.digest}\n"
    )


def _json_line(note: str) -> bytes:
    return json.dumps({"note": note}, ensure_ascii=False).encode() + b"\n"


def _write(archive: zipfile.ZipFile, name: str, chunks: Iterable[bytes], how: int = zipfile.ZIP_DEFLATED) -> None:
    info = zipfile.ZipInfo(name, clock.now().timetuple()[:6])
    info.compress_type, info.external_attr = how, 0o600 << 16
    with archive.open(info, "w", force_zip64=True) as file, BufferedWriter(file, PIECE) as pieces:
        for chunk in chunks:
            pieces.write(chunk)
