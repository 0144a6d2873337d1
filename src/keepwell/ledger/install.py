"""What an installation needs once, as the owner: the house secret, the key blocks of presence, the house practice."""

from __future__ import annotations

import os
from typing import Any
from uuid import UUID

import psycopg

from keepwell.base.actor import HOUSE
from keepwell.ledger import house, practice_keys, tokens
from keepwell.vault.crypto import derive
from keepwell.vault.roots import Root


def install(owner: psycopg.Connection[tuple[Any, ...]], root: Root) -> None:
    """Idempotent. `owner` may act as keepwell_custodian; nothing else may write these tables."""
    with owner.transaction():
        owner.execute("SET LOCAL ROLE keepwell_custodian")
        secret = _house_secret(owner, root)
        inner, outer = tokens.blocks(derive(secret, "keepwell/presence"))
        owner.execute("DELETE FROM custody.presence_key")
        owner.execute("INSERT INTO custody.presence_key (inner_block, outer_block) VALUES (%s, %s)", [inner, outer])
        for kind in practice_keys.KINDS:
            _practice_key(owner, root, HOUSE, kind)
        owner.execute("RESET ROLE")


def _house_secret(owner: psycopg.Connection[tuple[Any, ...]], root: Root) -> bytes:
    row = owner.execute("SELECT wrapped FROM custody.house").fetchone()
    if row is not None:
        return root.unwrap(bytes(row[0]), house.CONTEXT)
    secret = os.urandom(32)
    owner.execute(
        "INSERT INTO custody.house (root, wrapped) VALUES (%s, %s)", [root.id, root.wrap(secret, house.CONTEXT)]
    )
    return secret


def _practice_key(owner: psycopg.Connection[tuple[Any, ...]], root: Root, practice: UUID, kind: str) -> None:
    wrapped = root.wrap(os.urandom(32), practice_keys.context(practice, kind, 1))
    owner.execute(
        "INSERT INTO custody.practice_key (practice_id, kind, epoch, root, wrapped) VALUES (%s, %s, 1, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [practice, kind, root.id, wrapped],
    )
