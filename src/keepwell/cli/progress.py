"""How far along a long command is: one line that grows on a terminal, a line per step anywhere else."""

from __future__ import annotations

import sys
from types import TracebackType

WIDTH = 28


class Bar:
    """`step` after each piece of work; the label never holds anything protected."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._grows = sys.stderr.isatty()

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._grows and self._done:
            sys.stderr.write("\n")

    def step(self, label: str) -> None:
        """One more is done."""
        self._done += 1
        filled = WIDTH * self._done // self._total
        figures = f"{self._done}/{self._total}  {label}"
        if self._grows:
            sys.stderr.write(f"\r[{'█' * filled}{' ' * (WIDTH - filled)}] {figures}\x1b[K")
        else:
            sys.stderr.write(f"{figures}\n")
        sys.stderr.flush()
