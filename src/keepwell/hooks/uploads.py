"""A file that comes with a carrier's call: sealed and without a name until the call is proved, gone when it is not.

What carriers sign of a file is its SHA-1 (callbacks.signatures), taken here over every byte as it comes.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from keepwell.vault.uploads import SealedUpload, Spool


class Awaited(SealedUpload):
    """A file of a call, and what its carrier signed of it."""

    def __init__(self, spool: Spool, sha1: str) -> None:
        super().__init__(spool, "came", None)  # without a name Django takes it for none
        self.sha1 = sha1


class AwaitedFile(FileUploadHandler):
    """Takes one file, `most` bytes and one of it; every further one goes by, and with it the call's signature."""

    def __init__(self, request: Any, most: int) -> None:
        super().__init__(request)
        self._most, self._taken = most, False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self._taken:
            raise SkipFile
        self._taken, self._spool, self._sha1 = True, Spool(), hashlib.sha1(usedforsecurity=False)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._sha1.update(raw_data)
        self._spool.write(raw_data[: max(0, self._most + 1 - self._spool.size)])

    def file_complete(self, file_size: int) -> Awaited:
        return Awaited(self._spool, self._sha1.hexdigest())
