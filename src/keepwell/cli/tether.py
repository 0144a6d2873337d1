"""Children that cannot outlive their parent, however it ends (Linux: prctl(2), PR_SET_PDEATHSIG)."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

SET_PARENT_DEATH_SIGNAL = 1
SET_CHILD_SUBREAPER = 36

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def tethered() -> Callable[[], None] | None:
    """What a child runs before its program: be told to stop when this process dies. None where no kernel does that."""
    if _libc is None:
        return None
    parent, prctl = os.getpid(), _libc.prctl

    def tie() -> None:
        prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() != parent:  # it died between fork and here
            os._exit(1)

    return tie


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose own parent died, so that they can be reaped."""
    if _libc is not None:
        _libc.prctl(SET_CHILD_SUBREAPER, 1)
