"""Cuts a bundle into its entries exactly as received, holding one entry at a time (JSON: RFC 8259).

Counting brackets before parsing anything is what keeps memory bounded: a parser would first build the whole tree.
What lies outside the entries is kept as the *skeleton*, each entry replaced by 0; parsing it proves the file is JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from keepwell.base.refusal import Refusal
from keepwell.fhir.limits import STANDARD, Limits, megabytes

_to_bracket = re.compile(rb'(?s)(?:[^"{}\[\]]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+[{}\[\]]').match
_ENTRY_KEY = re.compile(rb'(?<!\\)"entry"[ \t\r\n]*:[ \t\r\n]*\[\Z')
_BOM = b"\xef\xbb\xbf"
_OPEN = b"{["


class Slices:
    """Iterate to get (place in the file, bytes) of each entry; afterwards `skeleton` holds the rest of the file."""

    def __init__(self, stream: BinaryIO, limits: Limits = STANDARD) -> None:
        self.skeleton = bytearray()
        self._stream = stream
        self._limits = limits
        self._buffer = b""
        self._mark = 0  # what lies before it has been handed on
        self._at = 0  # what lies before it has been looked at
        self._read = 0
        self._base = 0  # where in the file the buffer starts
        self._depth = 0
        self._inside = False

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        self._more()
        if self._buffer.startswith(_BOM):
            self._mark = self._at = len(_BOM)
        while self._seek_entry():
            yield self._base + self._mark, self._take_entry()
            self._outside(b"0")

    def _seek_entry(self) -> bool:
        """Move what lies before the next entry to the skeleton; False at the end of the file."""
        while end := self._next():
            opening = self._buffer[end - 1] in _OPEN
            if opening and self._inside and self._depth == 2:
                self._outside(self._buffer[self._mark : end - 1])
                self._mark, self._at = end - 1, end
                return True
            self._outside(self._buffer[self._mark : end])
            self._mark = self._at = end
            self._step(opening)
        self._outside(self._buffer[self._mark :])
        return False

    def _step(self, opening: bool) -> None:
        self._depth += 1 if opening else -1
        if self._depth > self._limits.depth:
            raise Refusal("FHIR_TOO_DEEP", limit=self._limits.depth)
        if self._depth < 2:
            self._inside = False
        elif opening and self._depth == 2:
            self._inside = bool(_ENTRY_KEY.search(self.skeleton[-256:]))

    def _take_entry(self) -> bytes:
        depth = brackets = 1
        while depth:
            end = self._next()
            if not end:
                raise Refusal("FHIR_NOT_JSON")
            self._at = end
            brackets += 1
            depth += 1 if self._buffer[end - 1] in _OPEN else -1
            if depth > self._limits.depth:
                raise Refusal("FHIR_TOO_DEEP", limit=self._limits.depth)
            if brackets > self._limits.brackets:
                raise Refusal("FHIR_TOO_LARGE", limit=megabytes(self._limits.entry))
        entry = self._buffer[self._mark : self._at]
        self._mark = self._at
        return entry

    def _next(self) -> int:
        """Just after the next bracket that is not inside a string; 0 when there is none."""
        while not (match := _to_bracket(self._buffer, self._at)):
            if not self._more():
                return 0
        return match.end()

    def _more(self) -> bool:
        pending = self._buffer[self._mark :]
        if len(pending) > self._limits.entry:
            raise Refusal("FHIR_TOO_LARGE", limit=megabytes(self._limits.entry))
        chunk = self._stream.read(max(self._limits.chunk, len(pending))) or b""
        self._read += len(chunk)
        if self._read > self._limits.file:
            raise Refusal("FHIR_TOO_LARGE", limit=megabytes(self._limits.file))
        self._buffer = pending + chunk
        self._base += self._mark
        self._at -= self._mark
        self._mark = 0
        return bool(chunk)

    def _outside(self, piece: bytes) -> None:
        self.skeleton += piece
        if len(self.skeleton) > self._limits.outside:
            raise Refusal("FHIR_TOO_LARGE", limit=megabytes(self._limits.outside))
