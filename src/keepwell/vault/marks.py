"""A mark tells whether the same content came again, to whoever holds the subject's key and to nobody else."""

from __future__ import annotations

import hmac

from keepwell.vault.crypto import ClassKey, derive

LENGTH = 16


class Marker:
    """Marks under one class key. They end with the key when a record is destroyed for good."""

    def __init__(self, key: ClassKey) -> None:
        self._key = derive(key.raw, "keepwell mark 1")

    def mark(self, content: bytes) -> bytes:
        """HMAC-SHA256 (RFC 2104), cut to 128 bits."""
        return hmac.digest(self._key, content, "sha256")[:LENGTH]
