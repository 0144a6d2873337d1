"""Presence tokens: what the web process signs so that a database password alone enters nothing."""

from __future__ import annotations

import hashlib
import hmac

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.ledger import house

LIVES_SECONDS = 120
BLOCK = 64


def sign(actor: Actor) -> str:
    """`practice|actor|role|purpose|session|request|expires|mac`, for transactions that begin within two minutes."""
    said = "|".join(
        (
            str(actor.practice),
            str(actor.id),
            actor.role,
            actor.purpose,
            str(actor.session or ""),
            str(actor.request),
            str(clock.seconds() + LIVES_SECONDS),
        )
    )
    return f"{said}|{hmac.new(house.key('presence'), said.encode(), hashlib.sha256).hexdigest()}"


def blocks(key: bytes) -> tuple[bytes, bytes]:
    """The inner and outer padded key blocks of HMAC (RFC 2104), from which the database checks a token."""
    padded = key.ljust(BLOCK, b"\0")
    return bytes(b ^ 0x36 for b in padded), bytes(b ^ 0x5C for b in padded)
