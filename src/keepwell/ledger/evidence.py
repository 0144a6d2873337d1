"""One entry with all that proves it: the bytes that were hashed, the way to a signed root, who holds a copy of that.

Whoever has it needs neither the database nor Keepwell: the page of the entry checks it in the browser, and
`verify_offline.py` from a file. Here it is checked as well, together with what only we can check: the MAC.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.db import connections
from psycopg import sql

from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger import custody, merkle, proofs
from keepwell.ledger.batches import Connection, copy_rows
from keepwell.ledger.checkpoints import BadNote, Keys, PublicKey, is_signed
from keepwell.ledger.entries import Entry, canonical
from keepwell.ledger.leaves import ENTRY, leaf_hash_of
from keepwell.ledger.macs import Macs
from keepwell.ledger.proofs import Inclusion

FORMAT = "keepwell entry 1"


@dataclass(frozen=True, slots=True)
class Evidence:
    """An entry's bytes, its proof, and where the checkpoint at the end of it was anchored."""

    row: bytes
    proof: Inclusion
    anchors: tuple[tuple[str, dt.datetime], ...]

    def as_data(self) -> dict[str, Any]:
        """For JSON, as the verifiers read it."""
        anchors = [{"anchor": name, "at": at.isoformat()} for name, at in self.anchors]
        row = base64.b64encode(self.row).decode()
        return {"format": FORMAT, "row": row, **self.proof.as_data(), "anchors": anchors}


def gather(entry: UUID) -> Evidence:
    """What proves an entry of the present practice. Raises Refusal NOT_FOUND, LEDGER_NOT_YET."""
    connection = cast(Connection, connections["default"].connection)
    asked = sql.SQL("SELECT {} FROM custody.entry WHERE id = {}").format(sql.SQL(ENTRY), sql.Literal(entry))
    rows = list(copy_rows(connection, asked))
    if not rows:
        raise Refusal("NOT_FOUND")
    proof = proofs.inclusion(connection, entry)
    anchored = connection.execute(
        "SELECT a.anchor, a.at FROM custody.anchored a JOIN custody.checkpoint c ON c.number = a.checkpoint"
        " WHERE c.note = %s AND c.size = %s ORDER BY a.at",
        [proof.note, proof.checkpoint.size],
    ).fetchall()
    return Evidence(rows[0], proof, tuple((str(name), at) for name, at in anchored))


def check(evidence: Evidence, by: Actor) -> Mapping[str, bool]:
    """Step by step whether it holds. That it was checked, and how it came out, is on record."""
    proof, leaf = evidence.proof, leaf_hash_of(evidence.row)
    steps = {
        "row": leaf == proof.leaf,
        "path": merkle.root_of_inclusion(proof.seq, proof.checkpoint.size, leaf, proof.path) == proof.checkpoint.root,
        "signature": any(is_signed(proof.note, PublicKey.read(note).public) for note in proof.keys),
        "keys": _vouched(proof),
        "mac": Macs()(evidence.row),
    }
    outcome = "ok" if all(steps.values()) else "CHAIN_BROKEN"
    facts = {"entry": proof.entry, "seq": proof.seq, "steps": steps}
    custody.record(Entry("system", "ledger.checked", outcome=outcome, detail=canonical(facts)), by)
    return steps


def _vouched(proof: Inclusion) -> bool:
    try:
        return bool(Keys.read(proof.keys).keys)
    except BadNote:
        return False
