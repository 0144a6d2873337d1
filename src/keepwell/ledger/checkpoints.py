"""Signed checkpoints: at this time the ledger had this many entries and this root.

The text is a C2SP tlog-checkpoint inside a C2SP signed note (Ed25519, RFC 8032), so tools made for transparency logs
read it: origin, size, root, then our own lines `time`, `settled`, `horizon` and `generation`, then the signature line,
which names the key. `settled` is the promise that makes back-dating visible: every entry recorded up to then is inside.
A new signing key is a note of the same kind, signed by itself and by the key before it.
"""

from __future__ import annotations

import base64
import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MARK = "\u2014 "
ED25519 = b"\x01"


class BadNote(ValueError):
    """A text that is not a note, or not one signed by a key we know. `args[0]` says which."""


def said(at: dt.datetime) -> str:
    """A moment as checkpoints write it: UTC, microseconds, Z."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def heard(text: str) -> dt.datetime:
    """The moment a checkpoint wrote. One spelling only."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", text):
        raise BadNote("a time is malformed")
    return dt.datetime.fromisoformat(text)


# ── Notes ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def key_id_of(origin: str, public: bytes) -> str:
    """The short name of a key, as C2SP signed notes make it (4 bytes, hex)."""
    return sha256(origin.encode() + b"\n" + ED25519 + public).digest()[:4].hex()


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """A signing key in use. Never printed; lives in the sequencer's process only."""

    origin: str
    private: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    @property
    def key_id(self) -> str:
        return key_id_of(self.origin, self.public)

    def line(self, body: str) -> str:
        """The signature line for a body."""
        signed = bytes.fromhex(self.key_id) + self.private.sign(body.encode())
        return f"{MARK}{self.origin} {base64.b64encode(signed).decode()}\n"


def sign(body: str, *signers: Signer) -> str:
    """A signed note."""
    return body + "\n" + "".join(signer.line(body) for signer in signers)


def split(note: str) -> tuple[str, dict[str, bytes]]:
    """The body of a note and its signatures by key id, unchecked. Raises BadNote."""
    body, blank, tail = note.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise BadNote("it is not a signed note")
    body += "\n"
    origin = body.partition("\n")[0]
    signatures: dict[str, bytes] = {}
    for line in tail.splitlines():
        name, _, encoded = line.removeprefix(MARK).partition(" ")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except ValueError:
            raise BadNote("a signature line is malformed") from None
        if not line.startswith(MARK) or name != origin or len(raw) != 4 + 64:
            raise BadNote("a signature line is malformed")
        signatures[raw[:4].hex()] = raw[4:]
    return body, signatures


def is_signed(note: str, public: bytes) -> bool:
    """Whether this key signed this note."""
    body, signatures = split(note)
    signature = signatures.get(key_id_of(body.partition("\n")[0], public))
    if signature is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, body.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


# ── Checkpoints ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the ledger was at one moment."""

    origin: str
    size: int
    root: bytes
    at: dt.datetime
    settled: dt.datetime
    horizon: int
    generation: int

    def body(self) -> str:
        return (
            f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"
            f"time {said(self.at)}\nsettled {said(self.settled)}\n"
            f"horizon {self.horizon}\ngeneration {self.generation}\n"
        )

    @classmethod
    def read(cls, note: str) -> Checkpoint:
        """The checkpoint of a note, signatures unchecked. Raises BadNote unless it is written in our one way."""
        body, _ = split(note)
        try:
            origin, size, root, *rest = body.splitlines()
            own = dict(line.split(" ", 1) for line in rest)
            times = heard(own["time"]), heard(own["settled"])
            numbers = int(own["horizon"]), int(own["generation"])
            found = cls(origin, int(size), base64.b64decode(root, validate=True), *times, *numbers)
        except (ValueError, KeyError):
            raise BadNote("it is not a checkpoint") from None
        if found.body() != body or len(found.root) != 32:
            raise BadNote("it is not a checkpoint in the one way it is written")
        return found


# ── Keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that checkpoints are signed with from `since` until the next key's `since`."""

    origin: str
    public: bytes
    since: dt.datetime

    @property
    def key_id(self) -> str:
        return key_id_of(self.origin, self.public)

    def body(self) -> str:
        return f"{self.origin}\nkey {base64.b64encode(self.public).decode()}\nsince {said(self.since)}\n"

    @classmethod
    def read(cls, note: str) -> PublicKey:
        """The key of a key note, its signatures unchecked. Raises BadNote."""
        body, _ = split(note)
        found = re.fullmatch(r"([^\n]+)\nkey ([A-Za-z0-9+/]{43}=)\nsince ([^\n]+)\n", body)
        if not found:
            raise BadNote("it is not a key")
        return cls(found[1], base64.b64decode(found[2]), heard(found[3]))


def is_key_note(note: str) -> bool:
    """Whether a note announces a key rather than a checkpoint."""
    return note.partition("\n")[2].startswith("key ")


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys a ledger was ever signed with, each vouched for by the one before it."""

    keys: tuple[PublicKey, ...]

    @classmethod
    def read(cls, notes: Iterable[str]) -> Keys:
        """From key notes in order. Raises BadNote where the chain of vouching breaks."""
        known: list[PublicKey] = []
        for note in notes:
            key = PublicKey.read(note)
            if not is_signed(note, key.public):
                raise BadNote("a key did not sign its own announcement")
            if known and not (key.origin == known[-1].origin and key.since > known[-1].since):
                raise BadNote("a key does not follow the one before it")
            if known and not is_signed(note, known[-1].public):
                raise BadNote("a key is not vouched for by the one before it")
            known.append(key)
        return cls(tuple(known))

    def signer_of(self, note: str) -> PublicKey | None:
        """The key whose signature this note carries, if it is good."""
        return next((key for key in reversed(self.keys) if is_signed(note, key.public)), None)

    def term_ended(self, key: PublicKey) -> dt.datetime | None:
        """When the next key took over from this one."""
        after = self.keys.index(key) + 1
        return self.keys[after].since if after < len(self.keys) else None

    def by_id(self) -> Mapping[str, PublicKey]:
        return {key.key_id: key for key in self.keys}
