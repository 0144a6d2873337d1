"""Documents: taken in sealed, named and filed by somebody, read through a chart like everything else.

Filing seals the content anew, under the patient's own key of the class its kind says: what the desk could read while it
sorted is then read by those whose role includes that class.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from keepwell import charts
from keepwell.base import clock, filetypes
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action, key_for_file
from keepwell.patients.merging import require_standing
from keepwell.records.excerpts import CALLED
from keepwell.records.models import Document
from keepwell.records.screening import screened
from keepwell.tasks import kinds
from keepwell.tasks.actions import raise_task
from keepwell.tasks.asks import For
from keepwell.tasks.models import Task
from keepwell.vault import files
from keepwell.vault.phi import PhiClass

MOST = 25 * 1024 * 1024
MOST_PIXELS = 120_000_000
"""A page of 300 dpi has 9 million; what claims more, or does not say, swells in whoever's browser shows it."""
LONGEST_NAME = 120
TO_SORT = kinds.kind("document.to_sort", _("Sort a document that came in."), icon="file-question", page="document")
TO_READ = kinds.kind("document.to_read", _("Look at a document."), icon="file-text", page="document")
K, C = Document.Kind, PhiClass
CLASS_OF: dict[str, PhiClass] = {
    K.UNSORTED: C.CONTACT, K.PHOTO_ID: C.IDENTITY, K.INSURANCE_CARD: C.COVERAGE, K.CONSENT: C.CONTACT,
    K.OUTSIDE_RECORD: C.CLINICAL, K.LAB: C.CLINICAL, K.IMAGING: C.CLINICAL, K.LETTER: C.CLINICAL, K.OTHER: C.CLINICAL,
}  # fmt: skip
"""What a document's content is sealed under, by its kind; records of a Part 2 program (42 CFR § 2.11) apart."""
SEALS = frozenset({*CLASS_OF.values(), C.PART2})


@dataclass(frozen=True, slots=True, repr=False)
class Coming:
    """A document on its way in: its pieces, as often as asked for, and where it came from."""

    chunks: Callable[[], Iterable[bytes]] = field(repr=False)
    source: Document.Source
    name: str = ""
    sender: str = ""
    outside: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a document is found to be: its type by its own bytes, its size, and what screened it."""

    type: str
    size: int
    screened: str


def take_in(coming: Coming, *, by: Actor) -> Document:
    """Keeps a document nobody has sorted yet. The same number of the carrier's again gives the one there is.

    Raises Refusal FILES_MISSING, DOCUMENT_TYPE, DOCUMENT_TOO_LARGE, DOCUMENT_SWELLS, FILE_QUARANTINED,
    SCANNER_UNAVAILABLE.
    """
    before = Document.objects.filter(outside=coming.outside).first() if coming.outside else None
    return before or _taken_in(None, coming, check(coming), by=by)


def take_whole(coming: Coming, *, by: Actor) -> Document:
    """Keeps an e-mail as it came, because it could not be read or not whole. It waits to be sorted like the others.

    Raises Refusal FILE_QUARANTINED, SCANNER_UNAVAILABLE.
    """
    before = Document.objects.filter(outside=coming.outside).first()
    size = sum(map(len, coming.chunks()))
    return before or _taken_in(None, coming, Checked(filetypes.MAIL, size, screened(coming.chunks())), by=by)


def check(coming: Coming) -> Checked:
    """Reads a document once before anything of it is kept. Raises what `take_in` raises."""
    head, size = b"", 0
    for chunk in coming.chunks():
        head, size = (head + chunk)[: filetypes.HEAD], size + len(chunk)
        if size > MOST:
            raise Refusal("DOCUMENT_TOO_LARGE", field="file", limit="25 MB")
    if not size:
        raise Refusal("FILES_MISSING", field="file")
    kind = filetypes.type_of(head)
    if kind is None:
        raise Refusal("DOCUMENT_TYPE", field="file")
    if kind in filetypes.PICTURES and not 0 < (filetypes.pixels(b"".join(coming.chunks())) or 0) <= MOST_PIXELS:
        raise Refusal("DOCUMENT_SWELLS", field="file")
    return Checked(kind, size, screened(coming.chunks()))


@action("document.received", about="whose", seals={C.CONTACT})
def _taken_in(whose: UUID | None, coming: Coming, checked: Checked, *, by: Actor) -> Document:
    "A document came in, by fax or from somebody's hand. It waits to be named and filed."
    assert whose is not None
    row = Document(
        id=whose, whose=whose, phi=C.CONTACT, label=coming.name.strip()[:LONGEST_NAME] or None,
        sender=coming.sender or None, type=checked.type, size=checked.size, screened=checked.screened,
        source=coming.source, outside=coming.outside, came_at=clock.now(),
        came_by_id=by.id if coming.source in (Document.Source.UPLOAD, Document.Source.PHOTO) else None,
    )  # fmt: skip
    _put(row, by, coming.chunks())
    row.save(force_insert=True)
    return row


def file_to(document: Document, patient: UUID, kind: str, name: str, *, by: Actor, part2: bool = False) -> Document:
    """Says whose a document is and what it is. Filed already, whoever may read it may file it elsewhere.

    Raises Refusal CHOICE_UNKNOWN, FIELD_EMPTY, POLICY_DENY, RESTRICTION_BLOCK, ALREADY_MERGED.
    """
    if kind not in CLASS_OF or kind == K.UNSORTED:
        raise Refusal("CHOICE_UNKNOWN", field="kind")
    if not name.strip():
        raise Refusal("FIELD_EMPTY", field="name")
    require_standing(patient)
    with opened(document, by) as plain:
        content = plain.read()
    said = " ".join(name.split())[:LONGEST_NAME]
    phi = C.PART2 if part2 else CLASS_OF[kind]
    return _filed((document.whose, patient), document, patient, (kind, phi, said), content, by=by)


@action("document.filed", about="whose", seals=SEALS)
def _filed(
    whose: tuple[UUID, UUID], document: Document, patient: UUID, said: tuple[str, PhiClass, str], content: bytes,
    *, by: Actor,
) -> Document:  # fmt: skip
    "A document is a patient's: it is named, and its content sealed under the key of its kind."
    row = _waiting_or_filed(document)
    old, (kind, phi, name) = row.id, said
    new = Document(
        id=new_id(), whose=patient, patient_id=patient, kind=kind, phi=phi, type=row.type, size=row.size,
        source=row.source, status=Document.Status.FILED, screened=row.screened, came_at=row.came_at,
        came_by_id=row.came_by_id, settled_at=clock.now(), settled_by_id=by.id, **{CALLED[phi][1]: name},
    )  # fmt: skip
    _put(new, by, [content])
    new.save(force_insert=True)
    row.status, row.settled_at, row.settled_by_id = Document.Status.DISCARDED, clock.now(), by.id
    row.save(update_fields=["status", "settled_at", "settled_by"])
    transaction.on_commit(lambda: path_of(old).unlink(missing_ok=True))
    return new


@action("document.discarded", about="document")
def discard(document: Document, *, by: Actor) -> Document:
    "A document that came in is none of ours: it is taken out of the tray, and its content destroyed."
    row = _waiting_or_filed(document)
    if row.status != Document.Status.WAITING:
        raise Refusal("DOCUMENT_SETTLED")
    row.status, row.settled_at, row.settled_by_id = Document.Status.DISCARDED, clock.now(), by.id
    row.save(update_fields=["status", "settled_at", "settled_by"])
    transaction.on_commit(lambda: path_of(row.id).unlink(missing_ok=True))
    return row


def waits() -> bool:
    """Whether anything waits in the tray."""
    waiting = Document.objects.filter(status=Document.Status.WAITING).order_by("came_at")
    return bool(waiting.values_list("id")[:1])


def give(document: Document, goes_to: For, *, by: Actor) -> Task:
    """Somebody is asked to look at a document: to sort it, or as a patient's, whom they then look after meanwhile.

    Raises Refusal TASK_FOR_NOBODY.
    """
    kind = TO_SORT if document.patient_id is None else TO_READ
    return raise_task(
        kind, by=by, goes_to=goes_to, patient=document.patient_id, origin="document.received", origin_id=document.id
    )


@contextmanager
def opened(document: Document, by: Actor) -> Iterator[BinaryIO]:
    """The content of a document, through an opening of its class. Raises POLICY_DENY, DOCUMENT_GONE and others."""
    phi = PhiClass(document.phi)
    chart = charts.open(document.whose, CALLED[phi][0], by=by, listed=False)
    try:
        sealed = path_of(document.id).open("rb")
    except OSError:
        raise Refusal("DOCUMENT_GONE") from None
    with sealed, chart.stream(sealed, document.whose, document.id, phi) as plain:
        yield plain


def path_of(document: UUID) -> Path:
    """Where the sealed content lies. The name on disk is an id."""
    media: Path = settings.PLACES.media
    return media / "documents" / str(document)


def _waiting_or_filed(document: Document) -> Document:
    row = Document.objects.select_for_update().get(id=document.id)
    if row.status == Document.Status.DISCARDED:
        raise Refusal("DOCUMENT_SETTLED")
    return row


def _put(row: Document, by: Actor, chunks: Iterable[bytes]) -> None:
    """Written whole before the row is. Should the row not stay, what lies there is ciphertext nobody points at."""
    phi, path = PhiClass(row.phi), path_of(row.id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as sealed:
        files.seal_stream(
            files.pieces(chunks), sealed, key_for_file(row.whose, phi), files.place(by.practice, row.whose, row.id, phi)
        )
        sealed.flush()
        os.fsync(sealed.fileno())
