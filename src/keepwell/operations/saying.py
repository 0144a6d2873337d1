"""One line at a time to whoever started a command. Progress goes to stderr, so stdout stays for answers."""

from __future__ import annotations

import sys
from collections.abc import Callable

Say = Callable[[str], None]


def say(line: str) -> None:
    """Tell the person at the terminal what is happening now."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def quiet(line: str) -> None:
    """For callers that want no progress lines."""


def answer(line: str) -> None:
    """What was asked for, on stdout."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
