"""A file that comes with a carrier's call: sealed and without a name until the call is proved, gone when it is not.

What carriers sign of a file is its SHA-1 (callbacks.signatures), taken here over every byte as it comes.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from keepwell.vault.uploads import SealedUpload, Spool

FIELDS = 1024 * 1024
"""Bytes of a call beside its file."""


class Awaited(SealedUpload):
    """A file of a call, and what its carrier signed of it."""

    def __init__(self, spool: Spool, sha1: str) -> None:
        super().__init__(spool, "came", None)  # without a name Django takes it for none
        self.sha1 = sha1


class AwaitedFile(FileUploadHandler):
    """Takes one file of `most` bytes; every further one goes by, and with it the call's signature.

    Of more nothing is read to its end, for anybody can send it: `over` says so. Where the call says how long it is,
    nothing of it is read.
    """

    def __init__(self, request: Any, most: int) -> None:
        super().__init__(request)
        self._most, self._taken, self.over = most, False, False

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 - as Django calls it
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> tuple[QueryDict, MultiValueDict[str, Any]] | None:
        self.over = content_length > self._most + FIELDS
        return (QueryDict(), MultiValueDict()) if self.over else None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self._taken:
            raise SkipFile
        self._taken, self._spool, self._sha1 = True, Spool(), hashlib.sha1(usedforsecurity=False)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self._spool.size + len(raw_data) > self._most:
            self.over = True
            self._spool.close()
            raise StopUpload(connection_reset=True)
        self._sha1.update(raw_data)
        self._spool.write(raw_data)

    def file_complete(self, file_size: int) -> Awaited:
        return Awaited(self._spool, self._sha1.hexdigest())
