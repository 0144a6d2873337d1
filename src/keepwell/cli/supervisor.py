"""Several processes run as one: prefixed output, restarted when they crash, all gone when this one is."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import FrameType

from keepwell.cli.tether import adopt_orphans, tethered

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY_AFTER = 60.0
PATIENCE = 8.0

Write = Callable[[str], None]


@dataclass
class Child:
    """One program to keep running."""

    name: str
    command: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = FIRST_PAUSE
    due: float = 0.0
    tail: bytes = b""


class Supervisor:
    """Runs children until it is told to stop, then ends them in the order given, last first."""

    def __init__(self, children: Iterable[Child], write: Write, patience: float = PATIENCE) -> None:
        self.children = list(children)
        self.write = write
        self.patience = patience
        self.width = max(len(child.name) for child in self.children)
        self.selector = selectors.DefaultSelector()
        self.stopping = False

    def run(self, each_turn: Callable[[], bool] = lambda: True) -> int:
        """Until SIGINT, SIGTERM, or `each_turn` says False. Returns the exit code for the whole."""
        adopt_orphans()
        woken, waker = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self.selector.register(woken, selectors.EVENT_READ, None)
        former = {sign: signal.signal(sign, self._asked_to_stop) for sign in (signal.SIGINT, signal.SIGTERM)}
        former[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        try:
            while not self.stopping and each_turn():
                self._start_due()
                self._listen(self._until_next())
                self._reap()
        finally:
            self._end_all()
            signal.set_wakeup_fd(-1)
            for sign, handler in former.items():
                signal.signal(sign, handler)
            self.selector.close()
            os.close(woken)
            os.close(waker)
        return 0

    def _asked_to_stop(self, sign: int, frame: FrameType | None) -> None:
        del sign, frame
        self.stopping = True

    def _say(self, child: Child, line: str) -> None:
        self.write(f"{child.name:<{self.width}} | {line}")

    # Starting ---------------------------------------------------------------------------------------------------

    def _start_due(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if child.process is None and child.due <= now:
                self._start(child)

    def _start(self, child: Child) -> None:
        child.started = time.monotonic()
        child.process = subprocess.Popen(
            child.command,
            env=os.environ | dict(child.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
            preexec_fn=tethered(),  # noqa: PLW1509 - this process has one thread, so none can be mid-way
        )
        assert child.process.stdout is not None
        os.set_blocking(child.process.stdout.fileno(), False)
        self.selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _until_next(self) -> float:
        waiting = [child.due - time.monotonic() for child in self.children if child.process is None]
        return max(0.0, min([1.0, *waiting]))

    # Listening --------------------------------------------------------------------------------------------------

    def _listen(self, seconds: float) -> None:
        for key, _ in self.selector.select(seconds):
            if key.data is None:
                os.read(key.fd, 4096)
            else:
                self._pass_on(key.data)

    def _pass_on(self, child: Child) -> None:
        if child.process is None or child.process.stdout is None:
            return
        while chunk := child.process.stdout.read(65536):
            *lines, child.tail = (child.tail + chunk).split(b"\n")
            for line in lines:
                self._say(child, line.decode("utf-8", "replace"))
        if chunk == b"":
            self.selector.unregister(child.process.stdout)
            child.process.stdout.close()
            child.process.stdout = None

    # Ending -----------------------------------------------------------------------------------------------------

    def _reap(self) -> None:
        """Collect whoever ended: children of ours, and orphans that a child left behind."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for child in self.children:
                if child.process is not None and child.process.pid == pid:
                    child.process.returncode = os.waitstatus_to_exitcode(status)
                    self._ended(child)

    def _ended(self, child: Child) -> None:
        process = child.process
        assert process is not None
        self._pass_on(child)
        _signal_group(process.pid, signal.SIGKILL)  # whatever it left behind
        if process.stdout is not None:
            self.selector.unregister(process.stdout)
            process.stdout.close()
        child.process, child.tail = None, b""
        if self.stopping:
            return
        if time.monotonic() - child.started > STEADY_AFTER:
            child.pause = FIRST_PAUSE
        child.due = time.monotonic() + child.pause
        self._say(child, f"ended with {process.returncode}; starts again in {child.pause:g} s")
        child.pause = min(child.pause * 2, LONGEST_PAUSE)

    def _end_all(self) -> None:
        self.stopping = True
        until = time.monotonic() + self.patience
        for child in reversed(self.children):
            if child.process is not None:
                _signal_one(child.process.pid, signal.SIGTERM)
        while self._alive() and time.monotonic() < until:
            self._listen(0.05)
            self._reap()
        for child in self._alive():
            assert child.process is not None
            self._say(child, "did not stop in time and was ended by force")
            _signal_group(child.process.pid, signal.SIGKILL)
        while self._alive():
            self._listen(0.05)
            self._reap()

    def _alive(self) -> list[Child]:
        return [child for child in self.children if child.process is not None]


def _signal_one(pid: int, sign: signal.Signals) -> None:
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return


def _signal_group(group: int, sign: signal.Signals) -> None:
    try:
        os.killpg(group, sign)
    except (ProcessLookupError, PermissionError):
        return
