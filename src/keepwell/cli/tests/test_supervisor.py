"""One process that stands for several: nobody is left behind, nobody stays down."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from keepwell.operations.pgprocesses import running

PROGRAM = """
import sys
from keepwell.cli.supervisor import Child, Supervisor
children = [Child(name, [sys.executable, "-uc", code]) for name, code in zip(sys.argv[1::2], sys.argv[2::2])]
sys.exit(Supervisor(children, lambda line: print(line, flush=True), patience=2.0).run())
"""
SAY_PID_AND_WAIT = "import os, time; print(os.getpid()); time.sleep(600)"


class Started:
    """A supervisor in a process of its own, with what it printed so far."""

    def __init__(self, folder: Path, *children: str) -> None:
        self.output = folder / "output"
        with self.output.open("w") as file:
            self.process = subprocess.Popen([sys.executable, "-c", PROGRAM, *children], stdout=file, stderr=file)

    def lines(self, name: str) -> list[str]:
        printed = [line.split(" | ", 1) for line in self.output.read_text().splitlines()]
        return [parts[1] for parts in printed if parts[0].strip() == name]

    def pids(self, name: str) -> list[int]:
        return [int(line) for line in self.lines(name) if line.isdecimal()]


def until(true: Callable[[], object]) -> None:
    """Wait for something that must happen; a hang is caught by the run's own limit, not by a guess about speed."""
    for _ in range(6000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it never happened")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Started]]:
    made: list[Started] = []

    def starter(*children: str) -> Started:
        made.append(Started(tmp_path, *children))
        return made[-1]

    yield starter
    for one in made:
        one.process.terminate()
        one.process.wait()


def test_every_line_says_who_said_it(start):
    one = start("web", "print('hello'); import time; time.sleep(600)", "worker", "print('there', end=''); import time; "
                "print(); time.sleep(600)")  # fmt: skip
    until(lambda: one.lines("web") == ["hello"] and one.lines("worker") == ["there"])


def test_a_crashed_child_is_started_again(start):
    one = start("web", SAY_PID_AND_WAIT, "worker", SAY_PID_AND_WAIT)
    until(lambda: one.pids("web") and one.pids("worker"))
    os.kill(one.pids("web")[0], signal.SIGKILL)
    until(lambda: len(one.pids("web")) == 2)
    assert len(one.pids("worker")) == 1
    assert "ended with -9; starts again in 0.5 s" in one.lines("web")


def test_a_child_that_keeps_crashing_is_tried_ever_more_rarely(start):
    one = start("web", "raise SystemExit(3)")
    until(lambda: len(one.lines("web")) >= 3)
    assert one.lines("web")[:3] == [f"ended with 3; starts again in {pause} s" for pause in ("0.5", "1", "2")]


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_when_told_to_stop_it_ends_everyone_and_leaves_with_success(start, sign):
    one = start("web", SAY_PID_AND_WAIT, "worker", SAY_PID_AND_WAIT)
    until(lambda: one.pids("web") and one.pids("worker"))
    one.process.send_signal(sign)
    assert one.process.wait() == 0
    assert not {*one.pids("web"), *one.pids("worker")} & running()


def test_a_child_that_will_not_stop_is_ended_by_force(start):
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SAY_PID_AND_WAIT
    one = start("web", stubborn)
    until(lambda: one.pids("web"))
    one.process.terminate()
    assert one.process.wait() == 0
    assert "did not stop in time and was ended by force" in one.lines("web")
    assert not set(one.pids("web")) & running()


def test_no_child_outlives_a_supervisor_that_was_killed(start):
    one = start("web", SAY_PID_AND_WAIT, "worker", SAY_PID_AND_WAIT)
    until(lambda: one.pids("web") and one.pids("worker"))
    one.process.kill()
    one.process.wait()
    until(lambda: not {*one.pids("web"), *one.pids("worker")} & running())


def test_grandchildren_of_a_killed_child_go_with_it(start):
    parent = f"subprocess.Popen([sys.executable, '-uc', {SAY_PID_AND_WAIT!r}]); time.sleep(600)"
    one = start("web", f"import os, subprocess, sys, time; print('me', os.getpid()); {parent}")
    until(lambda: len(one.pids("web")) == 1)
    me = next(int(line.split()[1]) for line in one.lines("web") if line.startswith("me "))
    os.kill(me, signal.SIGKILL)
    until(lambda: len(one.pids("web")) == 2)
    assert one.pids("web")[0] not in running()
