"""An anchor in one file of JSON lines, opened only for appending and flushed to the disk line by line.

On Linux `chattr +a` makes the kernel hold everyone to that; copying the file to another machine is better still.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from keepwell.base.refusal import Refusal

TAIL = 64 * 1024


class FileAnchor:
    """Notes at the end of a file. Only the sequencer writes, and there is only one sequencer."""

    name = "file"

    def __init__(self, path: Path) -> None:
        self.path = path

    def put(self, note: str) -> None:
        try:
            self._append(line_of(note))
        except OSError as error:
            raise Refusal("ANCHOR_UNAVAILABLE", why=error.strerror) from None

    def recent(self) -> list[str]:
        return [note for note in map(read_line, self._tail()) if note is not None]

    def length(self) -> int:
        """Bytes, up to the end of the last whole line."""
        try:
            return self.path.stat().st_size - len(b"".join(self._tail()).rpartition(b"\n")[2])
        except FileNotFoundError:
            return 0

    def notes(self, length: int | None = None) -> Iterator[str | None]:
        """A line cut short by a crash is passed over when the line after it begins the same way and is whole."""
        torn = b""
        for line in self._lines(length):
            note = read_line(line)
            if torn and not (note is not None and line.startswith(torn)):
                yield None
            torn = b""
            if note is not None:
                yield note
            else:
                torn = line.rstrip(b"\n") or b"\n"
        if torn:
            yield None

    def _append(self, line: bytes) -> None:
        new = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            if size and os.pread(descriptor, 1, size - 1) != b"\n":
                line = b"\n" + line
            if os.write(descriptor, line) != len(line):
                raise OSError(0, "the line was not written whole")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if new:
            flush_folder(self.path.parent)

    def _tail(self) -> list[bytes]:
        try:
            with self.path.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL))
                return file.read().splitlines(keepends=True)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise Refusal("ANCHOR_UNAVAILABLE", why=error.strerror) from None

    def _lines(self, length: int | None) -> Iterator[bytes]:
        try:
            with self.path.open("rb") as file:
                read = 0
                for line in file:
                    read += len(line)
                    if length is not None and read > length:
                        return
                    yield line
        except FileNotFoundError:
            return
        except OSError as error:
            raise Refusal("ANCHOR_UNAVAILABLE", why=error.strerror) from None


def line_of(note: str) -> bytes:
    """One JSON line, the same for the same note, so that a torn line can be told from a changed one."""
    return json.dumps({"note": note}, ensure_ascii=False).encode() + b"\n"


def read_line(line: bytes) -> str | None:
    """The note of a line, or None if the line is not one that `line_of` made."""
    try:
        note = json.loads(line)["note"]
        return note if line_of(note) == line else None
    except (ValueError, KeyError, TypeError):
        return None


def flush_folder(folder: Path) -> None:
    """Make a new file's name as durable as its contents."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
