"""Looking for words in the clear, in every way bytes on a disk might spell them."""

from __future__ import annotations

import threading
import time
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Words:
    """What must not be found. Cased, encoded as UTF-16, base64 or hex they are still found."""

    def __init__(self, words: Iterable[str]) -> None:
        self.folded: dict[bytes, str] = {}
        self.exact: dict[bytes, str] = {}
        for word in words:
            for spelled in (
                word.lower().encode(),
                word.lower().encode("utf-16-le")[:-1],
                word.lower().encode().hex().encode(),
            ):
                self.folded[spelled] = word
            for spelled in base64_of(word.encode()):
                self.exact[spelled] = word

    def within(self, blob: bytes) -> set[str]:
        """Those of the words that the blob holds in some spelling."""
        lowered = blob.lower()
        found = {word for spelled, word in self.folded.items() if spelled in lowered}
        return found | {word for spelled, word in self.exact.items() if spelled in blob}

    def in_files(self, paths: Iterable[Path]) -> dict[str, set[str]]:
        """Which files hold any of them. Files that go away meanwhile are somebody else's."""
        told = {}
        for path in paths:
            with suppress(FileNotFoundError):
                if found := self.within(path.read_bytes()):
                    told[str(path)] = found
        return told


def base64_of(word: bytes) -> Iterator[bytes]:
    """The characters that stand for the whole of `word` in base64, at each of the three places it may begin."""
    for before in range(3):
        coded = b64encode(bytes(before) + word)
        yield coded[-(-before * 8 // 6) : (before + len(word)) * 8 // 6]


def files_of(*folders: Path) -> list[Path]:
    """Every file under these folders."""
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]


def held_open(folder: Path, pid: int) -> Iterator[Path]:
    """Files in `folder` that a process or a child of it holds open, those without a name included."""
    with suppress(OSError):
        for held in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                if str(held.readlink()).startswith(f"{folder}/"):
                    yield held
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
            yield from held_open(folder, int(child))


@contextmanager
def watched(folder: Path, words: Words, pid: int) -> Iterator[set[str]]:
    """Meanwhile, reads again and again whatever lies in `folder` and whatever a process holds open there."""
    told: set[str] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            for path in [*files_of(folder), *held_open(folder, pid)]:
                with suppress(OSError):
                    told.update(words.within(path.read_bytes()))
            time.sleep(0.002)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield told
    finally:
        over.set()
        watching.join()
