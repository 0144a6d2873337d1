"""Putting entries in order, verifying, proving and exporting them, beside bare SHA-256 and bare COPY BINARY streams."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from hashlib import sha256
from io import StringIO
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from benchmarks import append, stage
from benchmarks import house as clinics
from benchmarks.measure import Row, beside, row, timed
from keepwell.base.actor import Purpose, Role
from keepwell.ledger import house, keyring, proofs, tokens, verify_offline
from keepwell.ledger.anchors.file import FileAnchor
from keepwell.ledger.batches import copy_rows
from keepwell.ledger.export import export
from keepwell.ledger.leaves import ENTRY, leaf_hash_of
from keepwell.ledger.macs import Macs
from keepwell.ledger.merkle import Frontier
from keepwell.ledger.sequencer import Pace, Sequencer
from keepwell.ledger.verify import verify

Connection = psycopg.Connection[Any]

# A UUIDv7 without the function of that name, which PostgreSQL has only since 18.
NEW_ID = (
    "(lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7abc8'"
    " || substr(md5(random()::text), 1, 15))::uuid"
)
# Three entries to a transaction, as a page leaves them; committed without waiting, because only their number matters.
FILL = """
DO $$ BEGIN FOR t IN 1 .. {transactions} LOOP
  INSERT INTO custody.entry (id, practice_id, kind, verb, actor_id, role, purpose, session_id, request_id, classes,
                             excerpts, subjects, detail, mac)
  SELECT {new_id}, '{practice}', 'open', 'chart.opened', md5('a' || t % 300)::uuid, 'practitioner', 'TREAT',
    md5('s' || t % 2000)::uuid, md5('r' || t)::uuid, '{{identity,clinical}}',
    '{{patients.NameTag,records.Problems,records.Medications}}', ARRAY[md5('p' || t % 50000)::uuid], '{{"rows":3}}',
    sha256((t * 3 + n)::text::bytea) FROM generate_series(0, 2) n;
  COMMIT;
END LOOP; END $$
"""
ORDERED = sql.SQL("SELECT {} FROM custody.entry ORDER BY xid, id").format(sql.SQL(ENTRY))


def run(tiny: bool = False) -> dict[str, Row]:
    """Rates per second and their ratio to the reference in the same run."""
    clinic = clinics.build(1)
    by = clinic.actor(Role.PRACTITIONER, Purpose.TREAT)
    rounds, transactions = (1, 200) if tiny else (5, 10_000)
    said = {"practice": by.practice, "actor": by.id, "patient": clinic.patients[0]}
    opening = append.OPENING.replace("gen_random_uuid()", NEW_ID).format(token=tokens.sign(by), **said)
    many, seconds = (2, 1) if tiny else (8, 3)
    with tempfile.TemporaryDirectory() as folder:
        anchor = FileAnchor(Path(folder) / "anchor.jsonl")
        ordered, recorded, meanwhile = [], [], []
        for _ in range(rounds):
            recorded.append(append._rate(opening, many, seconds))  # noqa: SLF001
            with _at_work(anchor):
                meanwhile.append(append._rate(opening, many, seconds))  # noqa: SLF001
            ordered.append(_sequenced(anchor, by.practice, transactions))
        found = {
            "entries put in order a second": row(
                ordered, recorded, "/s", f"openings recorded, {many} connections", "≥ 5 times"
            ),
            "openings recorded a second meanwhile": row(
                meanwhile, recorded, "/s", "the same while nothing is put in order", "≥ 0.9 times"
            ),
        }
        return found | _read(anchor, by.practice, Path(folder), rounds)


@contextmanager
def _at_work(anchor: FileAnchor) -> Iterator[None]:
    """A sequencer at its usual pace."""
    stop = Event()
    worker = Thread(target=Sequencer(connect, anchor, house.root(), Pace()).run, args=[stop])
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join()


def _read(anchor: FileAnchor, practice: UUID, folder: Path, rounds: int) -> dict[str, Row]:
    with connected() as connection:
        rows = list(copy_rows(connection, ORDERED))
        count, genuine = len(rows), Macs()
        stream = lambda: sum(1 for _ in copy_rows(connection, ORDERED))  # noqa: E731 - timed a dozen times below
        sound = verify(connect, anchor)
        assert sound.good, sound.findings.counts
        against = f"the same {count:,} entries as an ordered COPY BINARY stream"
        return {
            "entries verified a second": rates(
                lambda: verify(connect, anchor), stream, count, rounds, against, "≥ 0.5 times"
            ),
            "entries verified a second, MACs too": rates(
                lambda: verify(connect, anchor, mac=lambda row: genuine(row) or True),
                stream,
                count,
                rounds,
                against,
            ),
            "leaf and node hashed": beside(
                lambda: _tree(rows),
                lambda: [(sha256(r).digest(), sha256(r[:65]).digest()) for r in rows],
                against="bare SHA-256 of as many bytes",
                unit="ms",
                rounds=rounds,
            ),
            "one inclusion proof": _proof(connection, rows, rounds),
            **_export(connection, practice, folder / "export.zip", rows, rounds),
        }


def _tree(rows: list[bytes]) -> bytes:
    tree = Frontier()
    tree.extend([leaf_hash_of(entry) for entry in rows])
    return tree.root()


def _proof(connection: Connection, rows: list[bytes], rounds: int) -> Row:
    entry = UUID(bytes=rows[len(rows) // 3][6:22])
    ours: Callable[[], object] = lambda: proofs.inclusion(connection, entry)  # noqa: E731
    return beside(ours, lambda: _tree(rows), against="hashing every entry anew", unit="ms", times=3, rounds=rounds)


def _export(connection: Connection, practice: UUID, out: Path, rows: list[bytes], rounds: int) -> dict[str, Row]:
    signer = keyring.load(connection, house.root())

    def make() -> None:
        with connected() as own, out.open("wb") as file:
            export(own, practice, file, signer)

    def check() -> None:
        with redirect_stdout(StringIO()):
            assert verify_offline.main([str(out)]) == 0

    bare: Callable[[], object] = lambda: [sha256(r).digest() for r in rows]  # noqa: E731
    return {
        "export of every entry": beside(
            make, bare, against="bare SHA-256 of the entries", unit="s", rounds=min(rounds, 2)
        ),
        "check of that export": beside(
            check, bare, against="bare SHA-256 of the entries", unit="s", rounds=min(rounds, 2)
        ),
    }


def _sequenced(anchor: FileAnchor, practice: UUID, transactions: int) -> float:
    """Fill the ledger, then let the sequencer catch up with it: entries a second."""
    with stage.owner() as owner:
        owner.execute("SET synchronous_commit = off")
        owner.execute("SET ROLE keepwell_custodian")
        owner.execute(FILL.format(new_id=NEW_ID, transactions=transactions, practice=practice).encode())
        owner.execute("ANALYZE custody.entry")
    sequencer = Sequencer(connect, anchor, house.root(), Pace())
    with connected() as connection:
        sequencer.start(connection)
        before = sequencer.tree.size
        seconds = timed(lambda: _drained(sequencer))
        return (sequencer.tree.size - before) / seconds


def _drained(sequencer: Sequencer) -> None:
    while sequencer.step():
        pass


def rates(
    ours: Callable[[], object],
    reference: Callable[[], object],
    count: int,
    rounds: int,
    against: str,
    target: str = "",
) -> Row:
    """Entries a second of both, in turn."""
    pairs = [(count / timed(ours), count / timed(reference)) for _ in range(rounds)]
    return row([mine for mine, _ in pairs], [theirs for _, theirs in pairs], "/s", against, target)


def connect() -> Connection:
    return psycopg.connect(os.environ["KEEPWELL_SEQUENCER_DATABASE_URL"], autocommit=True)


@contextmanager
def connected() -> Iterator[Connection]:
    with connect() as connection:
        yield connection
