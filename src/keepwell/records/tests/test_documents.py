"""Documents: what is taken in and what is not, who reads them before and after they are filed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest

from keepwell.access import actions as access
from keepwell.access import part2
from keepwell.access.tests.test_actions import verbs
from keepwell.base import filetypes
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from keepwell.patients.tests.people import again, looks_after
from keepwell.records import documents
from keepwell.records.documents import Coming
from keepwell.records.models import Document
from keepwell.records.tests.papers import HTML, PDF, ZIP, behind, jpeg, png, tiff
from tests.cast import Clinic

FAX = Document.Source.FAX
EICAR_LIKE = PDF + b"looks like malware"


def comes(clinic: Clinic, content: bytes = PDF, name: str = "scan.pdf", outside: str = "") -> Document:
    """A fax comes in."""
    by = access.system_actor(clinic.practice.id, Purpose.HOPERAT)
    with present(by):
        return documents.take_in(Coming(lambda: [content], FAX, name, "+16175550100", outside), by=by)


def files(by: Actor, document: Document, patient: UUID, kind: str, name: str = "Card", **more: Any) -> Document:
    with present(again(by, Purpose.TREAT)) as here:
        return documents.file_to(Document.objects.get(id=document.id), patient, kind, name, by=here, **more)


def reads(by: Actor, document: Document) -> bytes:
    with present(again(by, Purpose.TREAT)) as here, documents.opened(document, here) as plain:
        return plain.read()


def refused(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        call(*args, **kwargs)
    return refusal.value.code


def test_a_fax_waits_sealed_and_the_desk_reads_it(willow: Clinic, rosa: Actor):
    document = comes(willow)
    assert verbs(willow)[-1] == "document.received"
    assert (document.whose, document.patient_id, document.phi) == (document.id, None, "contact")
    assert PDF not in documents.path_of(document.id).read_bytes()
    assert reads(rosa, document) == PDF


def test_what_the_carrier_brings_twice_is_kept_once(willow: Clinic):
    assert comes(willow, outside="FX1").id == comes(willow, outside="FX1").id


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "FILES_MISSING"), (ZIP, "DOCUMENT_TYPE"), (HTML, "DOCUMENT_TYPE"),
        (png(60_000, 60_000), "DOCUMENT_SWELLS"), (jpeg(40_000, 40_000), "DOCUMENT_SWELLS"),
        (behind(jpeg(65_000, 65_000)), "DOCUMENT_SWELLS"), (behind(jpeg(65_000, 65_000), 9), "DOCUMENT_SWELLS"),
        (tiff((1728, 2200), (60_000, 60_000)), "DOCUMENT_SWELLS"), (tiff((9, 9), back=True), "DOCUMENT_SWELLS"),
        (b"\xff\xd8\xff", "DOCUMENT_SWELLS"), (png(0, 9), "DOCUMENT_SWELLS"), (jpeg(9, 0), "DOCUMENT_SWELLS"),
        (b"II*\x00" + bytes(9), "DOCUMENT_SWELLS"), (PDF + bytes(documents.MOST), "DOCUMENT_TOO_LARGE"),
    ],
    ids=[
        "empty", "zip", "html", "png", "jpeg", "behind one", "behind many", "tiff", "tiff in a circle", "no size",
        "png without width", "jpeg without height", "tiff without pages", "large",
    ],
)  # fmt: skip
def test_what_is_not_kept_is_refused_by_its_own_bytes(willow: Clinic, content: bytes, code: str):
    assert refused(comes, willow, content, "card.png") == code
    with present(willow.system):
        assert not Document.objects.exists()


def test_a_large_color_profile_keeps_no_picture_out(willow: Clinic):
    assert comes(willow, behind(jpeg(400, 300), 2)).type == "image/jpeg"


def test_a_photo_id_filed_is_identity_and_a_record_is_clinical(willow: Clinic, rosa: Actor, imani: Actor, ada: UUID):
    card = files(rosa, comes(willow, png()), ada, "photo-id", "Driver's license")
    assert verbs(willow)[-1] == "document.filed"
    assert (card.phi, card.patient_id) == ("identity", ada)
    assert reads(rosa, card) == png()
    record = files(rosa, comes(willow), ada, "outside-record", "Discharge summary")
    assert refused(reads, rosa, record) == "POLICY_DENY"
    looks_after(willow, imani, ada)
    assert reads(imani, record) == PDF


def test_filing_leaves_nothing_where_it_lay(willow: Clinic, rosa: Actor, ada: UUID):
    waiting = comes(willow)
    filed = files(rosa, waiting, ada, "insurance-card", "Front and back")
    assert not documents.path_of(waiting.id).exists()
    assert refused(reads, rosa, waiting) == "DOCUMENT_GONE"
    assert reads(rosa, filed) == PDF
    assert refused(files, rosa, waiting, ada, "lab") == "DOCUMENT_GONE"


def test_filed_with_the_wrong_patient_it_moves_by_whoever_may_read_it(
    willow: Clinic, rosa: Actor, imani: Actor, ada: UUID, bo: UUID
):
    filed = files(rosa, comes(willow), ada, "lab", "Blood count")
    assert refused(files, rosa, filed, bo, "lab") == "POLICY_DENY"
    looks_after(willow, imani, ada)
    moved = files(imani, filed, bo, "lab", "Blood count")
    assert moved.patient_id == bo
    assert refused(reads, imani, filed) == "DOCUMENT_GONE"


def test_a_record_of_a_part_2_program_has_its_own_class(
    willow: Clinic, rosa: Actor, cleo: Actor, imani: Actor, ada: UUID, bo: UUID
):
    with present(willow.system):
        assert not part2.known([ada])
    filed = files(rosa, comes(willow), ada, "outside-record", "Summary", part2=True)
    assert filed.phi == "part2"
    with present(willow.system):
        assert part2.known([bo, ada]) and not part2.known([bo])
    looks_after(willow, cleo, ada)
    looks_after(willow, imani, ada)
    assert refused(reads, cleo, filed) == "POLICY_DENY"
    assert reads(imani, filed) == PDF


def test_it_is_named_and_of_a_kind(willow: Clinic, rosa: Actor, ada: UUID):
    document = comes(willow)
    assert refused(files, rosa, document, ada, "unsorted") == "CHOICE_UNKNOWN"
    assert refused(files, rosa, document, ada, "lab", "  ") == "FIELD_EMPTY"


def test_junk_is_discarded_and_gone(willow: Clinic, rosa: Actor):
    document = comes(willow)
    with present(again(rosa)) as by:
        documents.discard(document, by=by)
    assert verbs(willow)[-1] == "document.discarded"
    assert not documents.path_of(document.id).exists()
    with present(again(rosa)) as by:
        assert refused(documents.discard, document, by=by) == "DOCUMENT_SETTLED"


def test_the_content_of_one_document_is_not_anothers(willow: Clinic, rosa: Actor, ada: UUID):
    one, other = comes(willow), comes(willow, png())
    documents.path_of(one.id).write_bytes(documents.path_of(other.id).read_bytes())
    assert refused(reads, rosa, one) in ("INTEGRITY_FAILURE", "KEY_UNAVAILABLE")


def test_another_practice_reads_nothing(willow: Clinic, olu: Actor):
    assert refused(reads, olu, comes(willow)) in ("POLICY_DENY", "KEY_UNAVAILABLE")


@contextmanager
def clamd(answer: bytes) -> Iterator[str]:
    """Something that speaks clamd's INSTREAM and answers so; it yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            link, _ = server.accept()
            with link:
                assert link.recv(10) == b"zINSTREAM\0"
                while size := int.from_bytes(_exactly(link, 4), "big"):
                    _exactly(link, size)
                link.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        thread.join(5)


def _exactly(link: socket.socket, size: int) -> bytes:
    held = b""
    while len(held) < size:
        held += link.recv(size - len(held))
    return held


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"stream: OK\0", ""),
        (b"stream: Eicar FOUND\0", "FILE_QUARANTINED"),
        (b"INSTREAM size limit\0", "SCANNER_UNAVAILABLE"),
    ],
)
def test_a_scanner_decides_where_there_is_one(
    willow: Clinic, monkeypatch: pytest.MonkeyPatch, answer: bytes, code: str
):
    with clamd(answer) as address:
        monkeypatch.setenv("KEEPWELL_CLAMAV", address)
        if code:
            assert refused(comes, willow, EICAR_LIKE) == code
        else:
            assert comes(willow).screened == "ClamAV"


def test_a_scanner_that_does_not_answer_lets_nothing_in(willow: Clinic, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KEEPWELL_CLAMAV", "unix:/nonexistent/clamd.ctl")
    assert refused(comes, willow) == "SCANNER_UNAVAILABLE"


def test_what_a_file_is_and_how_large_a_picture_is():
    assert filetypes.type_of(b"II*\x00") == "image/tiff"
    assert filetypes.pixels(png(30, 20)) == 600
    assert filetypes.pixels(jpeg(400, 300)) == 120_000
    assert filetypes.pixels(behind(jpeg(400, 300), 3)) == 120_000
    assert filetypes.pixels(b"\xff\xd8\xff\xff\xff" + jpeg(400, 300)[3:]) == 120_000
    assert filetypes.pixels(tiff((1728, 2200), (1728, 1100))) == 1728 * 2200
    assert filetypes.pixels(tiff((300, 200), order=">")) == 60_000
    assert filetypes.pixels(b"\xff\xd8\xff") is None
    assert filetypes.pixels(PDF) is None
