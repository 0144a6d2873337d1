"""The keys of a practice: one that wraps class keys, one for the patient index, one for the ledger."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger import house, wire
from keepwell.practices import presence
from keepwell.vault.crypto import derive

KINDS = ("wrap", "index", "ledger")
MAC = "keepwell/entry-mac"
"""What the key for the MACs of entries is derived for."""


@dataclass(frozen=True, slots=True, repr=False)
class PracticeKeys:
    """Opened practice keys, kept in memory for at most five minutes. The newest epoch wraps; all of them unwrap."""

    wrapping: dict[int, AESGCM]
    index: bytes
    ledger: bytes

    @property
    def epoch(self) -> int:
        return max(self.wrapping)

    @property
    def mac(self) -> bytes:
        return derive(self.ledger, MAC)

    @property
    def notes(self) -> AESGCM:
        return AESGCM(derive(self.ledger, "keepwell/ledger-notes"))


_kept: dict[UUID, tuple[float, PracticeKeys]] = {}


def of(actor: Actor) -> PracticeKeys:
    """The keys of the actor's practice. Raises Refusal KEY_UNAVAILABLE."""
    kept = _kept.get(actor.practice)
    if kept is None or kept[0] < time.monotonic():
        kept = (time.monotonic() + house.KEEP_SECONDS, _load(actor))
        _kept[actor.practice] = kept
    return kept[1]


def forget(practice: UUID | None = None) -> None:
    """Drops kept keys, as after a rotation."""
    _kept.pop(practice, None) if practice else _kept.clear()


def context(practice: UUID, kind: str, epoch: int) -> bytes:
    """What a wrapped practice key is bound to."""
    return b"kw-practice1" + practice.bytes + kind.encode() + epoch.to_bytes(4, "big")


def make(actor: Actor, practice: UUID) -> None:
    """The first keys of a new practice, wrapped by the root."""
    for kind in KINDS:
        wrapped = house.root().wrap(os.urandom(32), context(practice, kind, 1))
        given = (presence.token(actor), practice, kind, 1, house.root().id, wrapped)
        wire.call("recorder", "SELECT custody.add_practice_key(%s, %s, %s, %s, %s, %s)", *given)


def renew(actor: Actor) -> None:
    """The next wrapping key of the practice, inside an action about it."""
    epoch = of(actor).epoch + 1
    wrapped = house.root().wrap(os.urandom(32), context(actor.practice, "wrap", epoch))
    wire.call("default", "SELECT custody.renew_practice_key(%s, %s, %s)", epoch, house.root().id, wrapped)


def _load(actor: Actor) -> PracticeKeys:
    rows = wire.rows(
        "recorder", "SELECT kind, epoch, wrapped, retired FROM custody.practice_keys(%s)", presence.token(actor)
    )
    found: dict[str, dict[int, bytes]] = {kind: {} for kind in KINDS}
    for kind, epoch, wrapped, _retired in rows:
        found[kind][epoch] = house.root().unwrap(bytes(wrapped), context(actor.practice, kind, epoch))
    if not all(found.values()):
        raise Refusal("KEY_UNAVAILABLE")
    newest = {kind: keys[max(keys)] for kind, keys in found.items()}
    return PracticeKeys({e: AESGCM(k) for e, k in found["wrap"].items()}, newest["index"], newest["ledger"])
