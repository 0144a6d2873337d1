"""The root key in a file of its own, outside the data folder.

One line for each key version; the newest wraps, every one of them unwraps. AES-256-GCM with a random 96-bit nonce
(NIST SP 800-38D) and the context as associated data. Whoever can read the file can read the practice, so a file that
group or others can read is refused.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keepwell.base.refusal import Refusal
from keepwell.vault.roots import keyfile

FORMAT: Final = b"\x01"
NONCE: Final = 12


class FileRoot:
    """A root key kept in `root.key`. Looks again when the file changes, so a rotation reaches running processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, ...] = ()
        self._ring: dict[int, AESGCM] = {}
        self._id = ""
        self._refresh()

    @classmethod
    def load(cls, where: str) -> FileRoot:
        """From the part of a spec after `file:`."""
        return cls(Path(where).expanduser())

    @property
    def id(self) -> str:
        return self._id

    def wrap(self, plain: bytes, context: bytes) -> bytes:
        self._refresh()
        version = max(self._ring)
        head = FORMAT + version.to_bytes(4, "big")
        nonce = os.urandom(NONCE)
        return head + nonce + self._ring[version].encrypt(nonce, plain, self._bound(head, context))

    def unwrap(self, blob: bytes, context: bytes) -> bytes:
        self._refresh()
        head, nonce, body = blob[:5], blob[5 : 5 + NONCE], blob[5 + NONCE :]
        cipher = self._ring.get(self._number(blob))
        if cipher is None:
            raise Refusal("ROOT_BLOB_REFUSED", why="it names a key version that is not in the key file")
        try:
            return cipher.decrypt(nonce, body, self._bound(head, context))
        except (InvalidTag, ValueError):
            raise Refusal("ROOT_BLOB_REFUSED", why="it was changed, or belongs to something else") from None

    def current(self) -> str:
        self._refresh()
        return str(max(self._ring))

    def version_of(self, blob: bytes) -> str:
        return str(self._number(blob))

    def _refresh(self) -> None:
        seen = keyfile.fingerprint(self._path)
        if seen == self._seen:
            return
        ring = keyfile.read(self._path)
        self._ring = {version: AESGCM(key) for version, key in ring.keys.items()}
        self._id, self._seen = f"file:{ring.id}", seen

    def _bound(self, head: bytes, context: bytes) -> bytes:
        return b"keepwell root" + head + len(self._id).to_bytes(2, "big") + self._id.encode() + context

    @staticmethod
    def _number(blob: bytes) -> int:
        if len(blob) < 5 + NONCE + 16 or blob[:1] != FORMAT:
            raise Refusal("ROOT_BLOB_REFUSED", why="it was not made by a key file")
        return int.from_bytes(blob[1:5], "big")

    def __repr__(self) -> str:
        return f"<FileRoot {self._id}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A root key does not travel.")
