"""A dispatcher killed anywhere loses nothing and sends nothing twice; two of them never take the same message."""

from __future__ import annotations

import os
import threading
from collections import Counter
from uuid import UUID

import pytest
from django.db import connections

from keepwell.base.actor import Actor
from keepwell.base.sending import Channel
from keepwell.outbound import dispatch
from keepwell.outbound.tests.killing import killed
from keepwell.outbound.tests.sending import carries, every, reachable, reminder, sends
from keepwell.outbound.tests.servers import mail
from tests.cast import Clinic

KILLS = int(os.environ.get("KEEPWELL_KILLS", "12"))
"""How many; `KEEPWELL_KILLS=200` for the long run."""


@pytest.mark.slow
def test_killed_at_random_nothing_is_lost_and_nothing_sent_twice(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID):
    with mail() as box:
        box.delay = 0.05
        carries(pat, Channel.EMAIL, box.secrets(), a_minute=10_000)
        reachable(willow, ada)
        toll = killed(willow.practice.id, rosa, ada, box, willow, kills=KILLS, seed=7)
    assert (toll.lost, toll.twice, toll.falsely_sent, toll.silently_delivered, toll.waiting) == (0, 0, 0, 0, 0)
    assert toll.sent + toll.unknown == toll.messages
    assert toll.sent > 0
    assert toll.unknown > 0, "nobody was killed while sending: this proves nothing"


@pytest.mark.attack
def test_two_dispatchers_never_take_one_message(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID):
    with mail() as box:
        carries(pat, Channel.EMAIL, box.secrets(), a_minute=10_000)
        reachable(willow, ada)
        for _ in range(12):
            sends(rosa, reminder(ada))
        together = threading.Barrier(2)

        def work() -> None:
            together.wait()
            dispatch.practice(willow.practice.id)
            connections.close_all()

        workers = [threading.Thread(target=work) for _ in range(2)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()
    arrived = Counter(m["Message-ID"] for m in box.taken)
    assert len(arrived) == 12
    assert set(arrived.values()) == {1}
    assert {m.status for m in every(willow)} == {"sent"}


def test_what_stays_due_is_tried_once_a_round(
    willow: Clinic, pat: Actor, rosa: Actor, ada: UUID, monkeypatch: pytest.MonkeyPatch
):
    with mail() as box:
        carries(pat, Channel.EMAIL, box.secrets(), a_minute=10_000)
        reachable(willow, ada)
        sends(rosa, reminder(ada))
    monkeypatch.setattr(dispatch, "_one", lambda practice, message: True)
    assert dispatch.practice(willow.practice.id) == 1
