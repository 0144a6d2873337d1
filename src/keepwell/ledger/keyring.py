"""The ledger's signing keys: made here, sealed by the root key, replaced in a way that can be checked later."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from keepwell.base.ids import new_id
from keepwell.ledger.checkpoints import Keys, PublicKey, Signer, key_id_of, sign
from keepwell.vault.roots import Root

Connection = psycopg.Connection[tuple[Any, ...]]


def origin_of(ledger: UUID) -> str:
    """The name of a ledger, in the first line of everything it signs."""
    return f"keepwell/{ledger.hex}"


def notes(connection: Connection) -> list[str]:
    """The key notes of this ledger, oldest first."""
    return [row[0] for row in connection.execute("SELECT note FROM custody.ledger_key ORDER BY number").fetchall()]


def found(connection: Connection, root: Root) -> None:
    """The first key of a new ledger, which is also when the ledger gets its name."""
    with connection.transaction():
        if not notes(connection):
            _add(connection, root, origin_of(new_id()), None)


def rotate(connection: Connection, root: Root) -> PublicKey:
    """A new signing key, announced by itself and vouched for by the one in use. A running sequencer takes it up."""
    with connection.transaction():
        old = load(connection, root)
        return _add(connection, root, old.origin, old)


def rewrap(connection: Connection, root: Root) -> int:
    """Seal every signing key under the root's present version. Returns how many were due."""
    rows = connection.execute("SELECT key_id, sealed FROM custody.ledger_secret").fetchall()
    due = [(key_id, blob) for key_id, blob in rows if root.version_of(bytes(blob)) != root.current()]
    keys = Keys.read(notes(connection)).by_id()
    for key_id, blob in due:
        context = _context(keys[key_id].origin, key_id)
        sealed = root.wrap(root.unwrap(bytes(blob), context), context)
        connection.execute("SELECT custody.rewrap_ledger_key(%s, %s, %s)", [key_id, root.id, sealed])
    return len(due)


def load(connection: Connection, root: Root) -> Signer:
    """The key to sign with now. Raises Refusal from the root when it cannot be unsealed."""
    newest = Keys.read(notes(connection)).keys[-1]
    row = connection.execute("SELECT sealed FROM custody.ledger_secret WHERE key_id = %s", [newest.key_id]).fetchone()
    assert row is not None
    raw = root.unwrap(bytes(row[0]), _context(newest.origin, newest.key_id))
    return Signer(newest.origin, Ed25519PrivateKey.from_private_bytes(raw))


def _add(connection: Connection, root: Root, origin: str, before: Signer | None) -> PublicKey:
    private = Ed25519PrivateKey.generate()
    signer = Signer(origin, private)
    (now,) = connection.execute("SELECT clock_timestamp()").fetchone() or (dt.datetime.now(dt.UTC),)
    key = PublicKey(origin, signer.public, now)
    note = sign(key.body(), signer, *([before] if before else []))
    key_id = key_id_of(origin, signer.public)
    sealed = root.wrap(private.private_bytes_raw(), _context(origin, key_id))
    connection.execute(
        "SELECT custody.add_ledger_key(%s, %s, %s, %s, %s, %s)", [key_id, signer.public, now, note, root.id, sealed]
    )
    return key


def _context(origin: str, key_id: str) -> bytes:
    """What a sealed signing key is bound to."""
    return b"keepwell-ledger-key-1\0" + origin.encode() + b"\0" + key_id.encode()
