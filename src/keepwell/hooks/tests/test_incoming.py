"""Faxes and voicemail by a carrier's signed call: proved before anything is kept, kept sealed, once, and checked."""

from __future__ import annotations

import hashlib
import io
import tempfile
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import SkipFile, StopUpload

from keepwell.access.tests.test_actions import verbs
from keepwell.base.actor import Actor, Purpose
from keepwell.base.ids import new_id
from keepwell.base.sending import Channel, Topic
from keepwell.hooks import uploads, views
from keepwell.ledger.doorway import present
from keepwell.messaging import actions, matching, recordings, voicemail
from keepwell.messaging.models import Post, Recording, Thread
from keepwell.messaging.tests.desk import acts, arrives_while_it_moves, has_mobile, reads
from keepwell.outbound import callbacks, connections, gate
from keepwell.outbound.callbacks import Call
from keepwell.outbound.connectors import answers
from keepwell.outbound.gate import Leaving
from keepwell.outbound.models import Connection, ServiceKind
from keepwell.outbound.tests import firms
from keepwell.outbound.tests.sending import carries, writes
from keepwell.outbound.tests.servers import Desk, https
from keepwell.patients.tests.people import again, entries
from keepwell.records import documents
from keepwell.records.models import Document
from keepwell.records.tests.papers import HTML, PDF, png
from keepwell.records.tests.test_documents import clamd
from keepwell.tasks.asks import For
from tests.browse import ask, text
from tests.cast import Clinic

FAX = {"direction": "received", "id": "77", "from_number": "+16175550188"}
CALLED = {"RecordingSid": "RE7", "From": "+16175550142", "RecordingDuration": "2"}


def sound(seconds: int = 1) -> bytes:
    """A recording in which nobody says anything."""
    made = io.BytesIO()
    with wave.open(made, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(bytes(16000 * seconds))
    return made.getvalue()


@pytest.fixture
def faxes(pat: Actor) -> Iterator[Desk]:
    with https() as desk:
        carries(pat, Channel.FAX, desk.secrets())
        writes(pat)
        yield desk


@pytest.fixture
def machine(pat: Actor) -> Iterator[Desk]:
    with https() as desk:
        service = firms.cleared(pat, ServiceKind.VOICE, "Acme voice")
        firms.did(pat, connections.connect, service.id, "voice", desk.secrets())
        writes(pat)
        yield desk


def calls(
    clinic: Clinic,
    by: Actor,
    fields: dict[str, str],
    file: bytes | None = None,
    token: str = "token",
    signed: bytes = b"",
) -> Any:
    """A carrier calls, with a file or without; `signed` is what it signed instead of the file."""
    with present(again(by)) as here:
        connection = Connection.objects.get(ended_at=None).id
        url = callbacks.address(connection, by=here)
    files = {"file": hashlib.sha1(signed or file, usedforsecurity=False).hexdigest()} if file is not None else {}
    signature = callbacks.signatures(token, Call(url, fields, "", files))[1]
    data: dict[str, Any] = dict(fields)
    if file is not None:
        data["file"] = SimpleUploadedFile("fax.pdf", file, "application/pdf")
    return ask(None, f"/hooks/{clinic.practice.id}/{connection}/", data, **{"X-Phaxio-Signature": signature})


def kept(clinic: Clinic) -> list[Document]:
    with present(clinic.system):
        return list(Document.objects.order_by("id"))


def on_disk() -> set[Path]:
    return {each for each in settings.PLACES.media.rglob("*") if each.is_file()}


def test_a_fax_lands_sealed_in_the_tray(willow: Clinic, pat: Actor, rosa: Actor, faxes: Desk):
    assert calls(willow, pat, FAX, PDF).status_code == 204
    (row,) = kept(willow)
    assert (row.source, row.type, row.size, row.patient_id) == ("fax", "application/pdf", len(PDF), None)
    assert PDF not in documents.path_of(row.id).read_bytes()
    assert {"document.received", "callback.heard"} <= set(verbs(willow))
    page = text(ask(rosa, "/documents/"))
    assert "+16175550188" in page
    assert ask(rosa, f"/documents/{row.id}/content/").content == PDF


def test_or_is_fetched_from_the_carriers_own_host(willow: Clinic, pat: Actor, faxes: Desk):
    faxes.files["/v1/faxes/77.pdf"] = (200, {}, PDF)
    assert calls(willow, pat, FAX | {"media_url": f"{faxes.url}/v1/faxes/77.pdf"}).status_code == 204
    (row,) = kept(willow)
    assert row.size == len(PDF)


def test_the_same_call_again_is_answered_and_keeps_nothing_more(willow: Clinic, pat: Actor, faxes: Desk):
    for _time in range(2):
        assert calls(willow, pat, FAX, PDF).status_code == 204
    assert calls(willow, pat, FAX | {"again": "1"}, PDF).status_code == 204
    assert len(kept(willow)) == 1


def test_the_same_call_again_asks_the_carrier_for_nothing(willow: Clinic, pat: Actor, faxes: Desk):
    faxes.files["/1"] = (200, {}, PDF)
    for _time in range(2):
        assert calls(willow, pat, FAX | {"media_url": f"{faxes.url}/1"}).status_code == 204
    assert len(faxes.asked) == 1


@pytest.mark.attack
def test_a_forged_signature_keeps_nothing_of_its_file(
    willow: Clinic, pat: Actor, faxes: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """What a stranger sends is never a file with a name, never in the clear, and gone with the answer."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = on_disk()
    for answer in (
        calls(willow, pat, FAX, PDF, token="guess"),
        calls(willow, pat, FAX, PDF + b"%more", signed=PDF),
        calls(willow, pat, FAX | {"media_url": f"{faxes.url}/1"}, token="guess"),
    ):
        assert answer.status_code == 403
        assert b"PAYLOAD_TAMPERED" in answer.content
    assert on_disk() == before
    assert list(tmp_path.iterdir()) == []
    assert kept(willow) == []
    assert faxes.asked == []
    with present(willow.system):
        assert not Thread.objects.exists()


@pytest.mark.attack
def test_a_second_file_breaks_the_signature(willow: Clinic, pat: Actor, faxes: Desk):
    handler = uploads.AwaitedFile(None, 10)
    handler.new_file("file", "a", "b", 1)
    handler.receive_data_chunk(b"x" * 10, 0)
    taken = handler.file_complete(10)
    assert (taken.size, taken.sha1) == (10, hashlib.sha1(b"x" * 10, usedforsecurity=False).hexdigest())
    with pytest.raises(SkipFile):
        handler.new_file("more", "a", "b", 1)
    taken.close()


@pytest.mark.attack
def test_elsewhere_no_files_of_strangers_are_read(willow: Clinic, pat: Actor):
    """A connection that receives nothing reads no file, however its call is signed."""
    with https() as desk:
        carries(pat, Channel.SMS, desk.secrets())
        writes(pat)
        assert calls(willow, pat, FAX, PDF).status_code == 403


@pytest.mark.attack
@pytest.mark.parametrize(
    ("file", "code"),
    [(HTML, "DOCUMENT_TYPE"), (b"PK\x03\x04" + bytes(64), "DOCUMENT_TYPE"), (png(60_000, 60_000), "DOCUMENT_SWELLS"),
     (b"", "FILES_MISSING")],
)  # fmt: skip
def test_what_lies_about_its_type_or_swells_is_refused_and_the_inbox_says_that_it_came(
    willow: Clinic, pat: Actor, rosa: Actor, faxes: Desk, file: bytes, code: str
):
    for _time in range(2):
        answer = calls(willow, pat, FAX, file)
        assert code.encode() in answer.content
    assert kept(willow) == []
    with present(willow.system):
        (thread,) = Thread.objects.all()
    assert thread.channel == "fax"
    (said,) = reads(rosa, thread)
    assert code in said


@pytest.mark.attack
def test_one_that_is_too_large_is_refused(
    willow: Clinic, pat: Actor, rosa: Actor, faxes: Desk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(documents, "MOST", 20)
    answer = calls(willow, pat, FAX, PDF)
    assert (answer.status_code, b"DOCUMENT_TOO_LARGE" in answer.content) == (413, True)
    with present(again(rosa)):
        thread = Thread.objects.get()
    assert "{limit}" not in reads(rosa, thread)[0]


@pytest.mark.attack
def test_of_what_is_too_long_no_more_is_read():
    handler = uploads.AwaitedFile(None, 10)
    assert handler.handle_raw_input(None, {}, 10 + uploads.FIELDS, b"") is None
    assert handler.handle_raw_input(None, {}, 11 + uploads.FIELDS, b"") is not None
    handler.new_file("file", "a", "b", 1)
    handler.receive_data_chunk(b"x" * 10, 0)
    with pytest.raises(StopUpload) as stopped:
        handler.receive_data_chunk(b"x", 10)
    assert stopped.value.connection_reset
    assert handler.over


@pytest.mark.attack
@pytest.mark.parametrize("beside", [0, uploads.FIELDS])
def test_what_goes_past_the_limit_is_not_read_to_its_end(
    willow: Clinic, pat: Actor, faxes: Desk, monkeypatch: pytest.MonkeyPatch, beside: int
):
    """Neither where the call says how long it is nor where its file only turns out to be."""
    monkeypatch.setattr(views, "MOST", 20)
    monkeypatch.setattr(uploads, "FIELDS", beside)
    assert calls(willow, pat, FAX, bytes(20)).status_code == (422 if beside else 413)
    answer = calls(willow, pat, FAX, bytes(300_000), token="guess")
    assert (answer.status_code, b"DOCUMENT_TOO_LARGE" in answer.content) == (413, True)
    assert kept(willow) == []


@pytest.mark.attack
def test_a_field_that_is_folded_without_end_is_a_forged_call_too(willow: Clinic, pat: Actor, faxes: Desk):
    for fax in ("[" * 50_000, "[" * 200_000):
        assert calls(willow, pat, {"fax": fax}, token="guess").status_code == 403
        assert calls(willow, pat, {"fax": fax}).status_code == 204


@pytest.mark.attack
def test_nothing_of_a_forged_call_is_read(willow: Clinic, pat: Actor, faxes: Desk, monkeypatch: pytest.MonkeyPatch):
    read: list[str] = []

    def inside(said: str) -> dict[str, Any]:
        read.append(said)
        return {}

    monkeypatch.setattr(answers, "inside", inside)
    assert calls(willow, pat, {"fax": "{}"}, token="guess").status_code == 403
    assert read == []
    assert calls(willow, pat, {"fax": "{}"}).status_code == 204
    assert read == ["{}"]


@pytest.mark.attack
def test_malware_is_refused_and_a_silent_scanner_takes_nothing(
    willow: Clinic, pat: Actor, faxes: Desk, monkeypatch: pytest.MonkeyPatch
):
    with clamd(b"stream: Eicar FOUND\0") as address:
        monkeypatch.setenv("KEEPWELL_CLAMAV", address)
        assert b"FILE_QUARANTINED" in calls(willow, pat, FAX, PDF).content
    monkeypatch.setenv("KEEPWELL_CLAMAV", "unix:/nonexistent")
    assert b"SCANNER_UNAVAILABLE" in calls(willow, pat, FAX | {"id": "78"}, PDF).content
    monkeypatch.delenv("KEEPWELL_CLAMAV")
    assert calls(willow, pat, FAX | {"id": "78"}, PDF).status_code == 204, "what was refused for now may come again"


@pytest.mark.attack
def test_a_signed_address_elsewhere_is_not_fetched(willow: Clinic, pat: Actor, faxes: Desk):
    with https() as inside:
        inside.files["/secret"] = (200, {}, PDF)
        answer = calls(willow, pat, FAX | {"media_url": f"{inside.url}/secret"})
        assert inside.asked == []
    assert (answer.status_code, b"MEDIA_ELSEWHERE" in answer.content) == (403, True)
    assert b"MEDIA_UNREADABLE" in calls(willow, pat, FAX | {"media_url": f"{faxes.url}/none"}).content
    with present(willow.system):
        assert Thread.objects.get().channel == "fax", "and the inbox is told of both, once"


def test_a_voicemail_is_a_message_of_whoever_has_the_number(
    willow: Clinic, pat: Actor, cleo: Actor, imani: Actor, rosa: Actor, ada: UUID, machine: Desk
):
    has_mobile(willow, ada)
    machine.files["/Recordings/RE7"] = (200, {}, sound())
    spoken = CALLED | {"RecordingUrl": f"{machine.url}/Recordings/RE7"}
    assert calls(willow, pat, spoken).status_code == 204
    assert calls(willow, pat, {"RecordingSid": "RE7", "TranscriptionText": "Please call me back."}).status_code == 204
    assert calls(willow, pat, {"RecordingSid": "RE7", "TranscriptionText": "Please  call."}).status_code == 204
    with present(willow.system):
        thread, row = Thread.objects.get(), Recording.objects.get()
    assert (thread.patient_id, thread.channel, row.type, row.seconds) == (ada, "voice", "audio/wav", 2)
    assert sound() not in recordings.path_of(row.file).read_bytes()
    assert "voicemail.transcribed" in verbs(willow)
    acts(actions.hand_over, cleo, thread, For(member=imani.id))
    assert reads(imani, thread) == ["Voicemail, not written out.", "Please call me back."]
    here = f"/inbox/{thread.id}/recording/{row.id}/"
    assert here in text(ask(imani, f"/inbox/{thread.id}/"))
    before = len(entries(imani, "kind = 'open'"))
    answer = ask(imani, here)
    assert (answer.content, answer.headers["Content-Type"]) == (sound(), "audio/wav")
    assert len(entries(imani, "kind = 'open'")) == before + 1, "listening is an opening"
    part = ask(imani, here, None, Range="bytes=4-7")
    assert (part.status_code, part.content, part.headers["Content-Range"]) == (206, sound()[4:8], "bytes 4-7/16044")
    assert ask(imani, here, None, Range="bytes=99999-").status_code == 416
    assert ask(rosa, here).status_code == 403


def test_a_voicemail_of_somebody_unknown_moves_with_its_thread(
    willow: Clinic, pat: Actor, cleo: Actor, imani: Actor, rosa: Actor, ada: UUID, machine: Desk
):
    calls(willow, pat, CALLED | {"RecordingUrl": ""}, sound())
    with present(willow.system):
        thread, before = Thread.objects.get(), Recording.objects.get()
    here = f"/inbox/{thread.id}/recording/{before.id}/"
    assert ask(rosa, here).content == sound()
    acts(matching.match, rosa, thread, ada)
    assert not recordings.path_of(before.file).exists()
    assert ask(rosa, here).status_code == 403
    acts(actions.hand_over, cleo, thread, For(member=imani.id))
    assert ask(imani, here).content == sound()
    acts(matching.unmatch, imani, thread)
    assert ask(rosa, here).content == sound()


@pytest.mark.attack
def test_what_could_not_be_kept_for_now_is_told_once_and_its_words_are_kept(
    willow: Clinic, pat: Actor, cleo: Actor, imani: Actor, ada: UUID, machine: Desk
):
    has_mobile(willow, ada)
    spoken = CALLED | {"RecordingUrl": f"{machine.url}/Recordings/RE7"}
    said = spoken | {"TranscriptionText": "I cannot breathe."}
    for fields in (spoken, said, said):
        assert b"MEDIA_UNREADABLE" in calls(willow, pat, fields).content
    with present(willow.system):
        thread = Thread.objects.get()
    acts(actions.hand_over, cleo, thread, For(member=imani.id))
    lost, words = reads(imani, thread)
    assert ("MEDIA_UNREADABLE" in lost, words) == (True, "I cannot breathe.")
    machine.files["/Recordings/RE7"] = (200, {}, sound())
    for fields in (said, spoken | {"again": "1"}):
        assert calls(willow, pat, fields).status_code == 204
    with present(willow.system):
        row = Recording.objects.get()
    assert reads(imani, thread) == [lost, words]
    assert "voicemail.recorded" in verbs(willow)
    assert ask(imani, f"/inbox/{thread.id}/recording/{row.id}/").content == sound()
    assert f"/inbox/{thread.id}/recording/{row.id}/" in text(ask(imani, f"/inbox/{thread.id}/"))


@pytest.mark.attack
def test_a_recording_that_is_kept_is_not_told_as_lost(willow: Clinic, pat: Actor, rosa: Actor, machine: Desk):
    spoken = CALLED | {"RecordingUrl": f"{machine.url}/Recordings/RE7"}
    machine.files["/Recordings/RE7"] = (200, {}, sound())
    assert calls(willow, pat, spoken).status_code == 204
    machine.files.clear()
    assert b"MEDIA_UNREADABLE" in calls(willow, pat, spoken | {"TranscriptionText": "Call me."}).content
    with present(willow.system):
        thread = Thread.objects.get()
    assert reads(rosa, thread) == ["Voicemail, not written out.", "Call me."]


def test_a_recording_that_comes_after_its_words_joins_them(willow: Clinic, rosa: Actor):
    speaks(willow, "Call me.")
    for _time in range(2):
        speaks(willow, "", lambda: [sound()])
        speaks(willow, "Call me.")
    with present(willow.system):
        thread, row = Thread.objects.get(), Recording.objects.get()
    assert reads(rosa, thread) == ["Call me."]
    assert ask(rosa, f"/inbox/{thread.id}/recording/{row.id}/").content == sound()


def speaks(clinic: Clinic, words: str, chunks: Any = None) -> None:
    """Something of one voicemail comes in."""
    with present(again(clinic.system, Purpose.TREAT)) as by:
        voicemail.take(voicemail.Call("RE7", "+16175550142", words, None, chunks), by=by)


@pytest.mark.attack
def test_words_that_come_while_a_voicemail_moves_are_kept_with_the_patient(
    willow: Clinic, rosa: Actor, cleo: Actor, imani: Actor, ada: UUID, monkeypatch: pytest.MonkeyPatch
):
    speaks(willow, "", lambda: [sound()])
    with present(willow.system):
        thread = Thread.objects.get()
    other = arrives_while_it_moves(monkeypatch, lambda: speaks(willow, "I cannot breathe."))
    acts(matching.match, rosa, thread, ada)
    other.join()
    acts(actions.hand_over, cleo, thread, For(member=imani.id))
    assert reads(imani, thread) == ["Voicemail, not written out.", "I cannot breathe."]


@pytest.mark.attack
@pytest.mark.parametrize("file", [PDF, HTML, b"RIFF1234AVI "])
def test_what_is_no_recording_is_refused(willow: Clinic, pat: Actor, machine: Desk, file: bytes):
    assert b"RECORDING_TYPE" in calls(willow, pat, CALLED, file).content
    with present(willow.system):
        assert not Recording.objects.exists()
        assert Post.objects.count() == 1


def test_nothing_is_cleared_to_leave_by_the_answering_machine(willow: Clinic, pat: Actor, rosa: Actor, machine: Desk):
    with present(again(rosa)) as by:
        leaving = Leaving(new_id(), None, rosa.id, Channel.VOICE, Topic.ACCESS, "please.call", False, None, True, "UTC")
        (answer,) = gate.ask([leaving], by=by)
    assert getattr(answer, "code", "") == "CARRIER_NOT_CONNECTED"
