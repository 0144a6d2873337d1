"""The list itself and its rows in pieces, on disk as ciphertext only, under the practice's own key."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from uuid import UUID, uuid5

from django.conf import settings

from keepwell.base.refusal import Refusal
from keepwell.base.tables.shapes import Row
from keepwell.vault import files
from keepwell.vault.phi import PhiClass

if TYPE_CHECKING:
    from keepwell.vault.crypto import ClassKey, Place

CONTENT = PhiClass.COVERAGE
"""What a list is sealed as: whoever may read it may see who somebody is, how to reach them and who pays."""

PIECE = 250
"""Rows of one step: one transaction, one entry."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where one list's file and pieces are, readable while the key is at hand."""

    practice: UUID
    run: UUID
    key: ClassKey = field(repr=False)

    def keep(self, name: str, plain: BinaryIO) -> None:
        """Seals what `plain` holds. What was there under this name before is replaced."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as sealed:
            files.seal_stream(plain, sealed, self.key, self._place(name))
            sealed.flush()
            os.fsync(sealed.fileno())

    def read(self, name: str) -> bytes:
        """The whole plain content. Raises Refusal MOVEIN_FILE_GONE or INTEGRITY_FAILURE."""
        try:
            sealed = (self.folder / name).open("rb")
        except OSError:
            raise Refusal("MOVEIN_FILE_GONE") from None
        with sealed, files.open_stream(sealed, self.key, self._place(name)) as plain:
            return plain.read()

    def keep_piece(self, number: int, rows: list[Row]) -> None:
        said = [[row.number, row.long, row.cells] for row in rows]
        self.keep(f"piece-{number}", io.BytesIO(json.dumps(said, ensure_ascii=False).encode()))

    def piece(self, number: int) -> list[Row]:
        said: list[list[Any]] = json.loads(self.read(f"piece-{number}"))
        return [Row(number, cells, long) for number, long, cells in said]

    @property
    def folder(self) -> Path:
        return folder_of(self.run)

    def _place(self, name: str) -> Place:
        return files.place(self.practice, self.practice, uuid5(self.run, name), CONTENT)


def folder_of(run: UUID) -> Path:
    """Where a list waits. The names on disk are an id and numbers."""
    media: Path = settings.PLACES.media
    return media / "lists" / str(run)


def remove(run: UUID, *names: str) -> Callable[[], None]:
    """Takes these files away, or all of a list's if none is named; for when the transaction has committed."""

    def gone() -> None:
        for name in names:
            (folder_of(run) / name).unlink(missing_ok=True)
        if not names:
            shutil.rmtree(folder_of(run), ignore_errors=True)

    return gone
