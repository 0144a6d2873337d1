"""Nothing a browser sends is on disk in the clear."""

from __future__ import annotations

import os

import pytest
from cryptography.exceptions import InvalidTag
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory, override_settings

from keepwell.vault import uploads
from keepwell.vault.uploads import SealedUpload, Spool

SECRET = b"Ada Lovelace has a fever. " * 20_000
HANDLER = override_settings(FILE_UPLOAD_HANDLERS=["keepwell.vault.uploads.SealingHandler"])


def received(rf: RequestFactory, content: bytes) -> SealedUpload:
    request = rf.post("/x", {"file": SimpleUploadedFile("ada.json", content, "application/json")})
    upload = request.FILES["file"]
    assert isinstance(upload, SealedUpload)
    return upload


@HANDLER
def test_an_upload_reads_back_as_often_as_needed(rf: RequestFactory):
    upload = received(rf, SECRET)
    assert (upload.name, upload.size, upload.content_type) == ("ada.json", len(SECRET), "application/json")
    assert upload.read() == SECRET
    assert b"".join(upload.chunks()) == SECRET
    with upload.spool.open() as stream:
        assert stream.read(7) + stream.read() == SECRET
    upload.close()


@HANDLER
def test_what_lies_on_disk_is_ciphertext_and_has_no_name(rf: RequestFactory):
    upload = received(rf, SECRET)
    number = upload.spool._file.fileno()
    assert os.fstat(number).st_nlink == 0
    on_disk = os.pread(number, 10_000_000, 0)
    assert len(on_disk) > len(SECRET)
    assert b"Lovelace" not in on_disk
    upload.close()


def test_a_chunk_that_was_changed_does_not_open():
    spool = Spool()
    spool.write(SECRET)
    spool._file.flush()
    os.pwrite(spool._file.fileno(), b"x", 100)
    with pytest.raises(InvalidTag):
        list(spool.chunks())
    spool.close()


def test_nothing_beyond_the_limit_is_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(uploads, "MOST", 10)
    spool = Spool()
    for _ in range(4):
        spool.write(b"1234")
    assert spool.size == 10
    assert spool.open().read() == b"1234123412"
    spool.close()


@HANDLER
def test_an_empty_upload_is_empty(rf: RequestFactory):
    upload = received(rf, b"")
    assert (upload.size, upload.read()) == (0, b"")
    upload.close()
