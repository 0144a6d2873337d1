"""Where a bundle comes from: a file named on the command line, or bytes a browser sent. Each can be read twice."""

from __future__ import annotations

import errno
import io
import os
import stat
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from keepwell.base.refusal import Refusal


class Source(Protocol):
    """Something that can be read from the start as often as asked. Its name may itself identify a patient."""

    @property
    def name(self) -> str: ...

    def open(self) -> AbstractContextManager[BinaryIO]: ...


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file on this machine. Opening never waits on a pipe and never reads a device."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    def open(self) -> BinaryIO:
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise Refusal(_code(error)) from None
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise Refusal("FHIR_NOT_A_FILE")
        return os.fdopen(handle, "rb", buffering=0)


def _code(error: OSError) -> str:
    if error.errno in (errno.EISDIR, errno.ENXIO, errno.ENODEV):
        return "FHIR_NOT_A_FILE"
    return "FHIR_UNREADABLE"


@dataclass(frozen=True, slots=True)
class BytesSource:
    """Bytes already in memory, for small uploads and tests."""

    name: str
    data: bytes = field(repr=False)

    def open(self) -> BinaryIO:
        return io.BytesIO(self.data)
