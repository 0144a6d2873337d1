"""Files about vendors, on disk as ciphertext only: signed agreements, reports, certificates.

What a file is is read from its first bytes, never from its name.
"""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from django.conf import settings

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action, key_for_file
from keepwell.outbound.agreements import today_at
from keepwell.outbound.models import Assurance, Paper, Subcontractor, Vendor
from keepwell.outbound.vendors import days, pauses
from keepwell.outbound.vendors.whom import who
from keepwell.vault import files
from keepwell.vault.phi import PhiClass

if TYPE_CHECKING:
    import datetime as dt

    from keepwell.vault.crypto import Place

OFFICE = PhiClass.OFFICE
MOST = 20 * 1024 * 1024
BEGINS = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
SUFFIX = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


@action("vendor.paper_kept", seals={OFFICE})
def keep(vendor: Vendor, name: str, content: bytes, *, by: Actor) -> Paper:
    "A file about a vendor is kept, sealed. Raises Refusal PAPER_TYPE, FILES_MISSING, PAPER_TOO_LARGE."
    if not content:
        raise Refusal("FILES_MISSING", field="file")
    if len(content) > MOST:
        raise Refusal("PAPER_TOO_LARGE", field="file", limit="20 MB")
    kind = next((kind for begins, kind in BEGINS.items() if content.startswith(begins)), None)
    if kind is None:
        raise Refusal("PAPER_TYPE", field="file")
    row = Paper(
        id=new_id(), vendor=vendor, name=name[:200] or "file", type=kind, size=len(content), kept_by_id=who(by),
        digest=hashlib.sha256(content).digest(),
    )  # fmt: skip
    _put(row.id, by.practice, content)
    row.save(force_insert=True)
    return row


@action("vendor.paper_read", seals={OFFICE})
def read(paper: Paper, *, by: Actor) -> bytes:
    "Somebody reads a file about a vendor. Raises Refusal PAPER_GONE, INTEGRITY_FAILURE."
    key = key_for_file(by.practice, OFFICE)
    try:
        sealed: BinaryIO = _path(paper.id).open("rb")
    except OSError:
        raise Refusal("PAPER_GONE") from None
    with sealed, files.open_stream(sealed, key, _place(by.practice, paper.id)) as plain:
        return plain.read()


@action("vendor.assured", seals={OFFICE})
def assure(
    vendor: Vendor, kind: str, covers: list[str], dates: tuple[dt.date, dt.date], says: str = "",
    file: Paper | None = None, *, by: Actor,
) -> Assurance:  # fmt: skip
    "Somebody attests something about a vendor's safeguards, from a day until a day. Raises DATES_REVERSED, DATE_FAR."
    if kind not in Assurance.Kind.values:
        raise Refusal("CHOICE_UNKNOWN", field="kind")
    if dates[1] < dates[0]:
        raise Refusal("DATES_REVERSED", field="ends_on")
    days.past(dates[0], "issued_on", today_at(vendor.practice))
    days.to_come(dates[1], "ends_on", today_at(vendor.practice))
    if file is None and not says.strip():
        raise Refusal("VENDOR_NO_EVIDENCE", field="says")
    row = Assurance(vendor=vendor, kind=kind, covers=covers, issued_on=dates[0], ends_on=dates[1],
                    says=says.strip() or None, file=file, noted_by_id=who(by))  # fmt: skip
    row.save(force_insert=True)
    return row


@action("vendor.assurance_withdrawn")
def withdraw(assurance: Assurance, *, by: Actor) -> Assurance:
    "An attestation counts no longer: it was noted by mistake, or whoever gave it took it back. Raises NOT_FOUND."
    if assurance.withdrawn_at is not None:
        raise Refusal("NOT_FOUND")
    assurance.withdrawn_at = clock.now()
    assurance.save(update_fields=["withdrawn_at"])
    return assurance


@action("vendor.subcontractor_named", seals={OFFICE})
def subcontract(
    vendor: Vendor, name: str, place: str, does: str = "", agreed_on: dt.date | None = None, *, by: Actor
) -> Subcontractor:
    "A vendor gives our data to somebody in turn, or such an agreement is dated. Raises FIELD_EMPTY, DATE_IN_FUTURE."
    said = " ".join(name.split())
    if not said:
        raise Refusal("FIELD_EMPTY", field="name")
    days.past(agreed_on, "agreed_on", today_at(vendor.practice))
    row = Subcontractor.objects.filter(vendor=vendor, name__iexact=said, ended_at=None).first()
    row = row or Subcontractor(vendor=vendor, name=said, noted_by_id=who(by))
    row.place, row.does, row.agreed_on = place.strip(), does.strip() or None, agreed_on
    row.save()
    pauses.look(by=by)
    return row


@action("vendor.subcontractor_ended")
def end_subcontractor(row: Subcontractor, *, by: Actor) -> Subcontractor:
    "Somebody gets nothing of our data from a vendor any more. Raises Refusal NOT_FOUND."
    if row.ended_at is not None:
        raise Refusal("NOT_FOUND")
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    pauses.look(by=by)
    return row


def _put(paper: UUID, practice: UUID, content: bytes) -> None:
    """Written whole before the row is. Should the row not stay, what lies there is ciphertext nobody points at."""
    path = _path(paper)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as sealed:
        key = key_for_file(practice, OFFICE)
        files.seal_stream(io.BytesIO(content), sealed, key, _place(practice, paper))
        sealed.flush()
        os.fsync(sealed.fileno())


def _place(practice: UUID, paper: UUID) -> Place:
    return files.place(practice, practice, paper, OFFICE)


def _path(paper: UUID) -> Path:
    media: Path = settings.PLACES.media
    return media / "papers" / str(paper)
