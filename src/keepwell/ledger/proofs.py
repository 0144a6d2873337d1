"""Proofs about single entries, as data: for the ledger's explorer, for a patient, for a court.

An inclusion proof leads from one entry to a root that was signed and anchored, past at most a few dozen hashes; whoever
has the entry, the proof and the public key needs neither the database nor Keepwell.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from keepwell.base.refusal import Refusal
from keepwell.ledger import keyring, merkle
from keepwell.ledger.checkpoints import BadNote, Checkpoint, Keys
from keepwell.ledger.stored import StoredTree

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That entry number `seq` is under a signed checkpoint."""

    entry: UUID
    seq: int
    leaf: bytes
    path: tuple[bytes, ...]
    note: str
    keys: tuple[str, ...]

    @property
    def checkpoint(self) -> Checkpoint:
        return Checkpoint.read(self.note)

    def holds(self, leaf: bytes) -> bool:
        """Whether a leaf hash, made anew from the entry, leads to the root that a known key signed."""
        try:
            signed = Keys.read(self.keys).signer_of(self.note) is not None
            root = merkle.root_of_inclusion(self.seq, self.checkpoint.size, leaf, self.path)
            return signed and root == self.checkpoint.root
        except BadNote:
            return False

    def as_data(self) -> dict[str, Any]:
        """For JSON: hashes in base64, as in checkpoints."""
        return {
            "entry": str(self.entry), "seq": self.seq, "leaf": base64.b64encode(self.leaf).decode(),
            "path": [base64.b64encode(beside).decode() for beside in self.path], "checkpoint": self.note,
            "keys": list(self.keys),
        }  # fmt: skip


def inclusion(connection: Connection, entry: UUID) -> Inclusion:
    """The proof for an entry that the connection's role may see, up to the newest checkpoint that counts.

    Raises Refusal LEDGER_NOT_YET while no anchored checkpoint covers it.
    """
    row = connection.execute("SELECT seq, leaf FROM custody.leaf WHERE entry_id = %s", [entry]).fetchone()
    note = counted_checkpoint(connection)
    if row is None or note is None or Checkpoint.read(note).size <= row[0]:
        raise Refusal("LEDGER_NOT_YET")
    path = merkle.inclusion(row[0], Checkpoint.read(note).size, StoredTree(connection))
    return Inclusion(entry, row[0], bytes(row[1]), tuple(path), note, tuple(keyring.notes(connection)))


def consistency(connection: Connection, old: Checkpoint, new: Checkpoint) -> list[bytes]:
    """What shows that the ledger of the old checkpoint is the beginning of the ledger of the new one."""
    return merkle.consistency(old.size, new.size, StoredTree(connection))


def counted_checkpoint(connection: Connection) -> str | None:
    """The newest checkpoint that is anchored."""
    row = connection.execute(
        "SELECT note FROM custody.checkpoint WHERE number = (SELECT max(checkpoint) FROM custody.anchored)"
    ).fetchone()
    return str(row[0]) if row else None
