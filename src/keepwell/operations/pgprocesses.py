"""The processes of one embedded server, told apart from every other by its data folder and its name."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def _command_lines() -> Iterator[tuple[int, str]]:
    """Every process with its command line, words parted by a space. A zombie has none and is left out."""
    if Path("/proc/self/cmdline").exists():
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal():
                try:
                    words = (folder / "cmdline").read_bytes()
                except OSError:
                    continue
                yield int(folder.name), words.replace(b"\0", b" ").decode("utf-8", "replace").strip()
        return
    listing = subprocess.run(["/bin/ps", "-axo", "pid=,command="], capture_output=True, text=True, check=True).stdout
    for line in listing.splitlines():
        pid, _, command = line.strip().partition(" ")
        yield int(pid), command.strip()


def postmasters(data: Path) -> list[int]:
    """Servers started over this data folder."""
    return [pid for pid, words in _command_lines() if f"postgres -D {data} " in words]


def children(name: str) -> list[int]:
    """Back ends and helpers of the server with this cluster name, even after their postmaster died."""
    return [pid for pid, words in _command_lines() if words.startswith(f"postgres: {name}: ")]


def first_number(lock: Path) -> int | None:
    """The process id that a server wrote into its lock file, running or not."""
    try:
        return abs(int(lock.read_text().split("\n", 1)[0]))
    except (OSError, ValueError):
        return None


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def running() -> set[int]:
    """Every process that still runs something. `alive` counts zombies too."""
    return {pid for pid, words in _command_lines() if words}


def wait_gone(pids: list[int], seconds: float) -> list[int]:
    """Those of `pids` still there after at most `seconds`."""
    until = time.monotonic() + seconds
    while pids and time.monotonic() < until:
        time.sleep(0.05)
        there = running()
        pids = [pid for pid in pids if pid in there]
    return pids


def clear_remains(data: Path, name: str, sockets: Path) -> None:
    """Make way for a new server after one was killed.

    Back ends of a killed postmaster end by themselves unless they compute; those are killed, or the new server
    would refuse to start beside them. A lock file whose process id now belongs to a zombie or to a stranger is
    removed, because PostgreSQL would take either for a running server. A lock file whose process is gone is left
    to PostgreSQL's own judgement.
    """
    end(wait_gone(children(name), 5))
    for lock in (data / "postmaster.pid", sockets / ".s.PGSQL.5432.lock"):
        pid = first_number(lock)
        if pid is not None and alive(pid) and pid not in postmasters(data):
            lock.unlink(missing_ok=True)


def end(pids: list[int]) -> None:
    """End servers that must not go on: first as PostgreSQL wants it in an emergency, then by force."""
    for sign in (signal.SIGQUIT, signal.SIGKILL):
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, sign)
        pids = wait_gone(pids, 5)
