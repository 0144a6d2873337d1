"""Kills dispatchers at random while they send, against a real mail server, and counts what became of every message."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from uuid import UUID

from keepwell.outbound import dispatch
from keepwell.outbound.models import Message
from keepwell.outbound.tests.sending import every, reminder, sends
from keepwell.outbound.tests.servers import Mailbox

AT_ONCE = 2


@dataclass
class Toll:
    """What was found after all kills."""

    kills: int
    messages: int
    delivered: int
    sent: int
    unknown: int
    waiting: int
    lost: int
    twice: int
    falsely_sent: int
    silently_delivered: int


@contextmanager
def zygote(practice: UUID) -> Iterator[subprocess.Popen[str]]:
    """A process that forks dispatchers."""
    command = [sys.executable, "-m", "keepwell.outbound.tests.killable", str(practice)]
    process = subprocess.Popen(
        command, env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        while heard(process) != "ready":
            pass
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(10)
        assert process.stdout is not None
        process.stdout.close()


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise AssertionError("the dispatchers' process ended")
    return line.strip()


def one_killed(process: subprocess.Popen[str], after: float | None) -> bool:
    """One dispatcher, killed after so many seconds unless it was done before; None: in peace. Whether it was killed."""
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()
    while not (said := heard(process)).isdecimal():
        pass
    if after is not None:
        time.sleep(after)
        with suppress(ProcessLookupError):
            os.kill(int(said), signal.SIGKILL)
    while not (ended := heard(process)).isdecimal():
        pass
    return int(ended) == signal.SIGKILL


def killed(practice: UUID, by: object, patient: UUID, box: Mailbox, clinic: object, kills: int, seed: int) -> Toll:
    """So many dispatchers killed at random within the time one needs; then one in peace, and the count.

    How long one needs is measured here and now, or on a slow machine all would die before they began; and where all of
    them did, it goes on until one is hit while it sends, five times as often at most.
    """
    dice, done = random.Random(seed), 0
    with zygote(practice) as process:
        for _ in range(AT_ONCE):
            sends(by, reminder(patient))  # type: ignore[arg-type]
        began = time.monotonic()
        one_killed(process, None)
        needs = time.monotonic() - began
        while done < kills or (done < 5 * kills and not hit(clinic)):
            for _ in range(AT_ONCE):
                sends(by, reminder(patient))  # type: ignore[arg-type]
            done += one_killed(process, dice.uniform(0.0, needs))
    dispatch.practice(practice, lease=dt.timedelta(0))
    return counted(every(clinic), box, done)  # type: ignore[arg-type]


def hit(clinic: object) -> bool:
    "Whether one was killed between what it wrote down and what it was told."
    return any(m.status in ("sending", "unknown") for m in every(clinic))  # type: ignore[arg-type]


def counted(messages: list[Message], box: Mailbox, kills: int) -> Toll:
    arrived = Counter(str(mail["Message-ID"]) for mail in box.taken)
    status = Counter(m.status for m in messages)
    known = {m.message_id: m for m in messages}
    states = ("sent", "unknown", "cleared", "waiting")
    return Toll(
        kills,
        len(messages),
        len(arrived),
        status["sent"],
        status["unknown"],
        status["cleared"] + status["waiting"],
        sum(m.status not in states for m in messages) + len(set(arrived) - set(known)),
        sum(n > 1 for n in arrived.values()),
        sum(m.status == "sent" and m.message_id not in arrived for m in messages),
        sum(known[i].status not in ("sent", "unknown") for i in arrived if i in known),
    )
