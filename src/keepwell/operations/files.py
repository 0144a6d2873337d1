"""Files written whole or not at all, and locks that end with the process holding them."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def make_folder(path: Path, mode: int) -> Path:
    """The folder at `path`, with exactly this mode. Parents are made the ordinary way."""
    path.mkdir(parents=True, exist_ok=True)
    if path.stat().st_mode & 0o7777 != mode and path.stat().st_uid == os.geteuid():
        path.chmod(mode)
    return path


def write_whole(path: Path, text: str, mode: int) -> None:
    """Replace `path` by a finished file: a reader sees the old text or the new, never a part."""
    making = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, mode)
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    making.replace(path)


def write_once(path: Path, text: str, mode: int) -> bool:
    """Make `path` unless it exists. Of two processes at once exactly one wins and the other's text is dropped."""
    making = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    write_whole(making, text, mode)
    try:
        os.link(making, path)
    except FileExistsError:
        return False
    finally:
        making.unlink()
    return True


@contextmanager
def locked(path: Path, how: int = fcntl.LOCK_EX) -> Iterator[None]:
    """Hold an advisory lock. The kernel releases it when the holder ends, however it ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)
