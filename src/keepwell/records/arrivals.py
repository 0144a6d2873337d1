"""Files sent to be brought in. Their content waits on disk, sealed under the practice's own key, until it was read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import transaction

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action, key_for_file
from keepwell.records.models import Arrival
from keepwell.vault import files
from keepwell.vault.phi import PhiClass
from keepwell.vault.uploads import SealedUpload

CONTENT = PhiClass.CLINICAL
"""What a file that waits is sealed as, whatever turns out to be in it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The content of a file that waits, readable as often as needed while the key is at hand."""

    name: str
    file: UUID
    unseal: Callable[[BinaryIO], BinaryIO] = field(repr=False)

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        try:
            sealed = path_of(self.file).open("rb")
        except OSError:
            raise Refusal("FHIR_UNREADABLE") from None
        with sealed, self.unseal(sealed) as plain:
            yield plain


@action("import.sent", seals={PhiClass.IDENTITY, CONTENT})
def send(uploads: Iterable[SealedUpload], *, by: Actor, team: UUID | None = None) -> list[Arrival]:
    "Somebody sends files to be brought in. Each is sealed under the practice's own key until a worker has read it."
    run, key = new_id(), key_for_file(by.practice, CONTENT)
    sent = []
    for number, upload in enumerate(uploads, start=1):
        row = Arrival(run=run, number=number, name=upload.name or "", team_id=team, sent_by_id=by.id)
        with upload:
            seal = partial(files.seal_stream, key=key, at=files.place(by.practice, by.practice, row.id, CONTENT))
            _keep(upload, row.id, seal)
        row.save(force_insert=True)
        sent.append(row)
    return sent


@action("import.opened", seals={CONTENT})
def opened(file: UUID, *, by: Actor) -> Waiting:
    "A worker reads a file that was sent."
    place, key = files.place(by.practice, by.practice, file, CONTENT), key_for_file(by.practice, CONTENT)
    return Waiting("", file, partial(files.open_stream, key=key, at=place))


@action("import.finished")
def finish(file: UUID, facts: dict[str, Any], *, by: Actor) -> None:
    "What became of a file is written down, and the file itself is gone."
    state = Arrival.State.DONE if facts["ok"] else Arrival.State.REFUSED
    Arrival.objects.filter(id=file).update(state=state, facts=facts, done_at=clock.now())
    transaction.on_commit(lambda: path_of(file).unlink(missing_ok=True))


def path_of(file: UUID) -> Path:
    """Where a file waits. The name on disk is an id."""
    folder: Path = settings.PLACES.media / "arrivals"
    return folder / str(file)


def _keep(upload: SealedUpload, file: UUID, seal: Callable[[BinaryIO, BinaryIO], int]) -> None:
    path = path_of(file)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as sealed, upload.spool.open() as plain:
        seal(plain, sealed)
        sealed.flush()
        os.fsync(sealed.fileno())
