"""A box for small secrets that belong to no patient: a second factor, a session. One key, one purpose.

AES-256-GCM (NIST SP 800-38D) with a random nonce; `bound` says what the content belongs to, and must be the same to
open it.
"""

from __future__ import annotations

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keepwell.base.refusal import Refusal


class Box:
    """Seals to text and opens again. Shows nothing."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, bound: bytes) -> str:
        """Text that can stand in a column."""
        nonce = os.urandom(12)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, plain, bound)).decode()

    def open(self, text: str, bound: bytes) -> bytes:
        """What was sealed. Raises Refusal INTEGRITY_FAILURE if it was altered, moved or sealed by another key."""
        try:
            raw = base64.b64decode(text, validate=True)
            return self._cipher.decrypt(raw[:12], raw[12:], bound)
        except (InvalidTag, ValueError):
            raise Refusal("INTEGRITY_FAILURE") from None
