"""A sequencer in a process of its own, that can be told where to be killed. Run as `python -m …killable JSON`."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from threading import Event

import psycopg

from keepwell.ledger import batches
from keepwell.ledger.anchors.file import FileAnchor, line_of
from keepwell.ledger.sequencer import Pace, Sequencer
from keepwell.vault import roots


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DeadlyAnchor(FileAnchor):
    """Kills the process before, in the middle of, or after writing its n-th note."""

    def __init__(self, path: Path, when: str, countdown: int) -> None:
        super().__init__(path)
        self.when, self.countdown = when, countdown

    def put(self, note: str) -> None:
        self.countdown -= 1
        due = self.countdown == 0
        if due and self.when == "before anchoring":
            die()
        if due and self.when == "while anchoring":
            with self.path.open("ab") as file:
                file.write(line_of(note)[:40])
            die()
        super().put(note)
        if due and self.when == "after anchoring":
            die()


def die_after_append(countdown: int) -> None:
    """Leaves written, transaction open: the server must forget them."""
    append, left = batches.append, [countdown]

    def deadly(*arguments: object) -> None:
        append(*arguments)  # type: ignore[arg-type]
        left[0] -= 1
        if left[0] == 0:
            die()

    batches.append = deadly  # type: ignore[assignment]


def main() -> None:
    said = json.loads(sys.argv[1])
    if said["when"] == "before the commit":
        die_after_append(said["countdown"])
    anchor = DeadlyAnchor(Path(said["anchor"]), said["when"], said["countdown"])
    pace = Pace(interval=0.01, batch=7, heartbeat=0.05)
    url = os.environ["SEQUENCER_URL"]
    Sequencer(lambda: psycopg.connect(url, autocommit=True), anchor, roots.load(said["root"]), pace).run(Event())


if __name__ == "__main__":
    main()
