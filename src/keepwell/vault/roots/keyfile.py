"""The file a root key lives in: made once, read with care, given new versions, and relieved of old ones.

    keepwell-root 1 <id>
    1 <64 hexadecimal digits>
    2 <64 hexadecimal digits>

Every change writes a new file beside it, fsyncs, renames, and fsyncs the folder, so a crash leaves the old or the new
one and never half of either.
"""

from __future__ import annotations

import fcntl
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal

TITLE: Final = re.compile(r"keepwell-root 1 ([0-9a-f]{32})")
LINE: Final = re.compile(r"([1-9][0-9]{0,8}) ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Ring:
    """What a key file holds: its id and a key for each version still alive."""

    id: str
    keys: dict[int, bytes] = field(repr=False)

    def text(self) -> str:
        """The file's words, oldest version first."""
        lines = (f"{version} {self.keys[version].hex()}\n" for version in sorted(self.keys))
        return f"keepwell-root 1 {self.id}\n" + "".join(lines)


def create(path: Path) -> str:
    """Make a new root key with its first version. Never overwrites. Returns the key's id."""
    ring = Ring(new_id().hex, {1: os.urandom(32)})
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = _written(path, ring)
    try:
        os.link(fresh, path)
    except FileExistsError:
        raise Refusal("ROOT_KEY_EXISTS") from None
    finally:
        fresh.unlink()
    _sync_folder(path.parent)
    return ring.id


def rotate(path: Path) -> int:
    """Add a version, which wraps from now on. The older ones go on unwrapping."""
    return max(_change(path, lambda keys: keys | {max(keys) + 1: os.urandom(32)}))


def retire(path: Path, before: int) -> list[int]:
    """Destroy every version below `before`: what only they wrapped can never be read again. The newest stays."""
    return sorted(_change(path, lambda keys: {v: k for v, k in keys.items() if v >= before or v == max(keys)}))


def read(path: Path) -> Ring:
    """The ring in a file that is nobody else's to read."""
    with _opened(path) as descriptor:
        _refuse_if_exposed(descriptor)
        text = os.read(descriptor, 1 << 20).decode("ascii", "replace")
    title, *lines = text.splitlines() or [""]
    named = TITLE.fullmatch(title)
    found = [LINE.fullmatch(line) for line in lines if line.strip()]
    if named is None or not found or not all(found):
        raise Refusal("ROOT_KEY_MALFORMED")
    keys = {int(m[1]): bytes.fromhex(m[2]) for m in found if m}
    if len(keys) != len(found):
        raise Refusal("ROOT_KEY_MALFORMED")
    return Ring(named[1], keys)


def fingerprint(path: Path) -> tuple[int, ...]:
    """Changes whenever the file, its owner or its permissions do."""
    try:
        seen = path.stat()
    except OSError as trouble:
        raise Refusal("ROOT_UNAVAILABLE", why=trouble.strerror or "it cannot be read") from None
    return seen.st_ino, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size, seen.st_mode, seen.st_uid


def _refuse_if_exposed(descriptor: int) -> None:
    seen = os.fstat(descriptor)
    if not stat.S_ISREG(seen.st_mode):
        raise Refusal("ROOT_KEY_MALFORMED")
    if seen.st_mode & 0o077 or seen.st_uid not in (os.geteuid(), 0):
        raise Refusal("ROOT_KEY_EXPOSED", mode=f"{stat.S_IMODE(seen.st_mode):04o}")


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as trouble:
        raise Refusal("ROOT_UNAVAILABLE", why=trouble.strerror or "it cannot be read") from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _change(path: Path, how: Callable[[dict[int, bytes]], dict[int, bytes]]) -> dict[int, bytes]:
    with _opened(path.parent) as folder:
        fcntl.flock(folder, fcntl.LOCK_EX)
        ring = read(path)
        ring = Ring(ring.id, how(ring.keys))
        _written(path, ring).replace(path)
        os.fsync(folder)
    return ring.keys


def _written(path: Path, ring: Ring) -> Path:
    fresh = path.with_name(f".{path.name}.{new_id().hex}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(ring.text())
        file.flush()
        os.fsync(file.fileno())
    return fresh


def _sync_folder(folder: Path) -> None:
    with _opened(folder) as descriptor:
        os.fsync(descriptor)
