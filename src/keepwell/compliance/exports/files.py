"""The pieces of an export on disk: ciphertext only, under the practice's own key, readable in an action that seals."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from django.conf import settings

from keepwell.base.refusal import Refusal
from keepwell.vault import files
from keepwell.vault.phi import PhiClass

if TYPE_CHECKING:
    from keepwell.vault.crypto import ClassKey, Place

CONTENT = PhiClass.OFFICE
"""What an export is sealed as: ids and codes, which everybody who reads the log may see."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the pieces of one export are, readable while the key is at hand."""

    practice: UUID
    export: UUID
    key: ClassKey = field(repr=False)

    def keep(self, number: int, plain: bytes) -> None:
        """Seals a piece. One of the same number, of a step that did not finish, is replaced."""
        folder_of(self.export).mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._path(number), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as sealed:
            files.seal_stream(io.BytesIO(plain), sealed, self.key, self._place(number))
            sealed.flush()
            os.fsync(sealed.fileno())

    def read(self, number: int) -> bytes:
        """The plain bytes of a piece. Raises Refusal EXPORT_EXPIRED or INTEGRITY_FAILURE."""
        try:
            sealed = self._path(number).open("rb")
        except OSError:
            raise Refusal("EXPORT_EXPIRED") from None
        with sealed, files.open_stream(sealed, self.key, self._place(number)) as plain:
            return plain.read()

    def _path(self, number: int) -> Path:
        return folder_of(self.export) / str(number)

    def _place(self, number: int) -> Place:
        return files.place(self.practice, self.practice, uuid5(self.export, str(number)), CONTENT)


def folder_of(export: UUID) -> Path:
    """Where an export waits. The names on disk are an id and numbers."""
    media: Path = settings.PLACES.media
    return media / "exports" / str(export)


def remove(export: UUID) -> Callable[[], None]:
    """Takes an export off the disk; for when the transaction has committed."""
    return lambda: shutil.rmtree(folder_of(export), ignore_errors=True)
