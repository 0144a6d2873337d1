"""Recordings: what they are found to be, the sealed file, and reading it through a chart like the words beside it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from keepwell.base import filetypes
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.charts import Chart
from keepwell.ledger.actions import key_for_file
from keepwell.messaging.models import Post, Recording
from keepwell.records.screening import screened
from keepwell.vault import files
from keepwell.vault.phi import PhiClass

MOST = 25 * 1024 * 1024


@dataclass(frozen=True, slots=True, repr=False)
class Sound:
    """A recording that was looked at: its pieces as often as asked for, its type by its own bytes, what screened it."""

    chunks: Callable[[], Iterable[bytes]] = field(repr=False)
    type: str
    size: int
    screened: str
    seconds: int | None = None


def check(chunks: Callable[[], Iterable[bytes]], seconds: int | None = None) -> Sound:
    """Reads a recording once before anything of it is kept.

    Raises Refusal FILES_MISSING, RECORDING_TYPE, DOCUMENT_TOO_LARGE, FILE_QUARANTINED, SCANNER_UNAVAILABLE.
    """
    head, size = b"", 0
    for chunk in chunks():
        head, size = (head + chunk)[: filetypes.HEAD], size + len(chunk)
        if size > MOST:
            raise Refusal("DOCUMENT_TOO_LARGE", field="file", limit="25 MB")
    if not size:
        raise Refusal("FILES_MISSING", field="file")
    kind = filetypes.sound_of(head)
    if kind is None:
        raise Refusal("RECORDING_TYPE", field="file")
    return Sound(chunks, kind, size, screened(chunks()), seconds)


def put(post: Post, sound: Sound, by: Actor) -> Recording:
    """Kept with a post, inside an action about it that seals the class of its words."""
    row = Recording(
        whose=post.whose, post=post, type=sound.type, size=sound.size, seconds=sound.seconds, screened=sound.screened
    )
    _write(row, class_of(post.thread.patient_id), sound.chunks(), by)
    row.save(force_insert=True)
    return row


def opened(row: Recording, chart: Chart, patient: UUID | None) -> bytes:
    """The recording, from an opening of its thread. Raises Refusal DOCUMENT_GONE, KEY_UNAVAILABLE."""
    try:
        sealed = path_of(row.file).open("rb")
    except OSError:
        raise Refusal("DOCUMENT_GONE") from None
    with sealed, chart.stream(sealed, row.whose, row.file, class_of(patient)) as plain:
        return plain.read()


def moved(row: Recording, post: Post, content: bytes, patient: UUID | None, by: Actor) -> None:
    """Sealed anew with its post, inside the action that moves it. What lay under the old key goes when that stands."""
    old, row.file, row.whose = row.file, new_id(), post.whose
    _write(row, class_of(patient), [content], by)
    row.save(update_fields=["file", "whose"])
    transaction.on_commit(lambda: path_of(old).unlink(missing_ok=True))


def class_of(patient: UUID | None) -> PhiClass:
    """What it is sealed under: a patient's message, or contact while nobody is known to have called."""
    return PhiClass.MESSAGE if patient else PhiClass.CONTACT


def path_of(file: UUID) -> Path:
    """Where a sealed recording lies. The name on disk is an id."""
    media: Path = settings.PLACES.media
    return media / "recordings" / str(file)


def _write(row: Recording, phi: PhiClass, chunks: Iterable[bytes], by: Actor) -> None:
    path = path_of(row.file)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as sealed:
        place = files.place(by.practice, row.whose, row.file, phi)
        files.seal_stream(files.pieces(chunks), sealed, key_for_file(row.whose, phi), place)
        sealed.flush()
        os.fsync(sealed.fileno())
