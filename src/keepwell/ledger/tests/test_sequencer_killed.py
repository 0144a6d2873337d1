"""A sequencer killed at any point is carried on by the next one, without a gap and without a double."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from threading import Event

import psycopg
import pytest

from keepwell.base.refusal import Refusal
from keepwell.ledger.tests.desk import Desk, assert_whole
from tests.rig.server import Server


def killable(desk: Desk, root: str, when: str = "never", countdown: int = 0) -> subprocess.Popen[bytes]:
    said = {"anchor": str(desk.anchor.path), "root": root, "when": when, "countdown": countdown}
    command = [sys.executable, "-m", "keepwell.ledger.tests.killable", json.dumps(said)]
    return subprocess.Popen(command, env=os.environ | {"SEQUENCER_URL": desk.url})


@pytest.fixture
def root_spec(rig: Server) -> str:
    return f"file:{rig.places.keys / 'root.key'}"


def test_only_one_sequencer_works_at_a_time(desk: Desk):
    with desk.connect() as first, desk.connect() as second:
        desk.sequencer().start(first)
        with pytest.raises(Refusal) as refused:
            desk.sequencer().start(second)
    assert refused.value.code == "LEDGER_SEQUENCER_RUNNING"
    desk.sequence()


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before the commit", "before anchoring", "while anchoring", "after anchoring"])
@pytest.mark.parametrize("countdown", [2, 4])
def test_a_sequencer_killed_at_that_point_is_carried_on_without_gap_or_double(
    desk: Desk, root_spec: str, when: str, countdown: int
):
    desk.write(40)
    process = killable(desk, root_spec, when, countdown)
    assert process.wait(30) == -signal.SIGKILL
    desk.write(20)
    desk.sequence()
    assert_whole(desk)


@pytest.mark.slow
def test_sequencers_killed_at_random_are_carried_on_without_gap_or_double(desk: Desk, root_spec: str):
    done = Event()

    def work() -> None:
        with psycopg.connect(desk.owner.info.dsn, autocommit=True) as mine:
            while not done.is_set():
                desk.write(3, by=mine)
                time.sleep(0.002)

    writing = threading.Thread(target=work)
    writing.start()
    dice = random.Random(7)
    for _ in range(8):
        process = killable(desk, root_spec)
        before = desk.one("SELECT count(*) FROM custody.leaf")
        until = time.monotonic() + 30
        while desk.one("SELECT count(*) FROM custody.leaf") == before and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(dice.random() * 0.1)
        process.kill()
        assert process.wait(30) == -signal.SIGKILL
    done.set()
    writing.join()
    assert desk.one("SELECT count(*) FROM custody.leaf") > 0
    desk.sequence()
    assert_whole(desk)
