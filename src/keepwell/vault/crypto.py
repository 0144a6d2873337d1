"""Envelope encryption: root key → practice key → key per (subject, class) → value. Protected: few may import this.

AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces. Every ciphertext is bound to its place by associated data
built in one function here, so it opens nowhere else. AES-GCM does not commit to its key, so each wrapped key carries
a commitment that is checked before the key is used.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keepwell.base.refusal import Refusal
from keepwell.vault.phi import PhiClass

FORMAT = 1
_HEADER = 1 + 4 + 8 + 12
_COMMIT = b"keepwell-commit"


def derive(key: bytes, info: str, length: int = 32) -> bytes:
    """A subkey for one purpose (HKDF-SHA256, RFC 5869)."""
    return HKDF(hashes.SHA256(), length, None, info.encode()).derive(key)


def _join(*parts: bytes) -> bytes:
    """Length-prefixed concatenation: no two different lists of parts give the same bytes."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


class Place(NamedTuple):
    """Where a value lives. A ciphertext opens in this place and in no other."""

    practice: UUID
    table: str
    column: str
    row: UUID
    subject: UUID
    phi: PhiClass

    def bound(self, version: int) -> bytes:
        """The associated data of one version of the value here: parts of fixed length, then the framed names."""
        return b"".join(
            (
                b"kw1",
                self.practice.bytes,
                self.row.bytes,
                self.subject.bytes,
                version.to_bytes(8, "big"),
                _named(self.table, self.column, self.phi),
            )
        )


@lru_cache(maxsize=4096)
def _named(table: str, column: str, phi: str) -> bytes:
    return _join(table.encode(), column.encode(), phi.encode())


def key_context(practice: UUID, subject: UUID, phi: str, version: int) -> bytes:
    """What a wrapped key is bound to."""
    return _join(b"kw-key1", practice.bytes, subject.bytes, phi.encode(), version.to_bytes(4, "big"))


def commitment(context: bytes, key: bytes) -> bytes:
    """SHA-256 over the context and the key: the wrapped blob names exactly one key."""
    return hashlib.sha256(_COMMIT + context + key).digest()


def wrap(wrapping: AESGCM, key: bytes, context: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + wrapping.encrypt(nonce, key, context)


def unwrap(wrapping: AESGCM, wrapped: bytes, context: bytes, committed: bytes) -> bytes:
    """The key inside. Raises Refusal INTEGRITY_FAILURE if blob, context or commitment do not fit."""
    try:
        key = wrapping.decrypt(wrapped[:12], wrapped[12:], context)
    except InvalidTag:
        raise Refusal("INTEGRITY_FAILURE") from None
    if not hmac.compare_digest(commitment(context, key), committed):
        raise Refusal("INTEGRITY_FAILURE")
    return key


@dataclass(frozen=True, slots=True, repr=False)
class ClassKey:
    """An opened key of one (subject, class), for the length of one chart or action."""

    version: int
    cipher: AESGCM
    raw: bytes

    @classmethod
    def of(cls, raw: bytes, version: int) -> ClassKey:
        return cls(version, AESGCM(raw), raw)


def _padded(plain: bytes) -> bytes:
    """Pad to 32-byte buckets (64 past 256 bytes): the length of a name is a hint at the name."""
    bucket = 32 if len(plain) < 256 else 64
    return plain + b"\x80" + b"\x00" * (-(len(plain) + 1) % bucket)


def seal(key: ClassKey, place: Place, version: int, plain: bytes) -> bytes:
    """Header (format, key version, value version, nonce) and ciphertext."""
    nonce = os.urandom(12)
    header = bytes([FORMAT]) + key.version.to_bytes(4, "big") + version.to_bytes(8, "big") + nonce
    return header + key.cipher.encrypt(nonce, _padded(plain), place.bound(version))


def unseal(key: ClassKey, place: Place, blob: bytes) -> bytes:
    """The value. Raises Refusal INTEGRITY_FAILURE if it was moved, altered or sealed under another key."""
    if len(blob) < _HEADER + 16 or blob[0] != FORMAT or key_version(blob) != key.version:
        raise Refusal("INTEGRITY_FAILURE", place=f"{place.table}.{place.column}")
    try:
        padded = key.cipher.decrypt(blob[13:25], blob[25:], place.bound(value_version(blob)))
    except InvalidTag:
        raise Refusal("INTEGRITY_FAILURE", place=f"{place.table}.{place.column}") from None
    return padded[: padded.rindex(b"\x80")]


def key_version(blob: bytes) -> int:
    return int.from_bytes(blob[1:5], "big")


def value_version(blob: bytes) -> int:
    """Microseconds since the epoch at which this version of the value was sealed."""
    return int.from_bytes(blob[5:13], "big")
