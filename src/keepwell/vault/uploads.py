"""What a browser sends, on disk as ciphertext only: sealed chunk by chunk under a key that never leaves this process.

Django would write large uploads to a temporary file in the clear. Here each upload has a key of its own, made when it
starts and forgotten with the request (AES-256-GCM, NIST SP 800-38D; the nonce counts the chunks), and the file has no
name. Whoever keeps an upload seals it again, under a key that lasts.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

if TYPE_CHECKING:
    _UploadedFile = UploadedFile[bytes]
else:
    _UploadedFile = UploadedFile

MOST = 100 * 1024 * 1024 + 1
"""Bytes kept of one upload; what is longer is longer than anything we take, and its reader says so."""


class Spool:
    """Sealed chunks in a nameless file. Write first; then read from the start as often as needed."""

    def __init__(self) -> None:
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the request
        self._lengths: list[int] = []
        self.size = 0

    def write(self, plain: bytes) -> None:
        """One more chunk; nothing beyond MOST is kept."""
        kept = plain[: max(0, MOST - self.size)]
        if kept:
            sealed = self._cipher.encrypt(_nonce(len(self._lengths)), kept, None)
            self._file.write(sealed)
            self._lengths.append(len(sealed))
            self.size += len(kept)

    def chunks(self) -> Iterator[bytes]:
        """The plain chunks, one at a time."""
        self._file.flush()
        at = 0
        for number, length in enumerate(self._lengths):
            yield self._cipher.decrypt(_nonce(number), os.pread(self._file.fileno(), length, at), None)
            at += length

    def open(self) -> BinaryIO:
        """A stream of the plain bytes from the start."""
        return cast(BinaryIO, io.BufferedReader(_Reader(self.chunks())))

    def close(self) -> None:
        self._file.close()


class SealedUpload(_UploadedFile):
    """An uploaded file as views get it: its name is what the browser said, its content is in the spool."""

    def __init__(self, spool: Spool, name: str | None, content_type: str | None) -> None:
        super().__init__(file=spool.open(), name=name, content_type=content_type, size=spool.size)
        self.spool = spool

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        return self.spool.chunks()

    def close(self) -> None:
        super().close()
        self.spool.close()


class SealingHandler(FileUploadHandler):
    """Django's upload handler for every file this site takes.

    A form is read before its page decides anything, so a stranger's files are let go by as they come.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if getattr(self.request, "signed_in", self) is None:
            raise SkipFile
        self._spool = Spool()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._spool.write(raw_data)

    def file_complete(self, file_size: int) -> SealedUpload:
        return SealedUpload(self._spool, self.file_name, self.content_type)


class _Reader(io.RawIOBase):
    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any, /) -> int:
        if not self._left:
            self._left = next(self._chunks, b"")
        view = memoryview(into).cast("B")
        piece, self._left = self._left[: len(view)], self._left[len(view) :]
        view[: len(piece)] = piece
        return len(piece)


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")
