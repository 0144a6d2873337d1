"""How tests of the inbox let messages come in, and act on them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from keepwell import charts
from keepwell.access import actions as access
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.ledger.doorway import present
from keepwell.messaging import incoming, matching
from keepwell.messaging.excerpts import Line, Words
from keepwell.messaging.incoming import Incoming
from keepwell.messaging.models import Thread
from keepwell.patients.reach import Contact
from keepwell.patients.tests.people import adds, again
from tests.cast import Clinic

MOBILE = "+16175550142"


def comes(clinic: Clinic, words: str, sender: str = MOBILE, outside: str = "") -> Thread:
    """A text comes in, as the carrier brings it."""
    by = access.system_actor(clinic.practice.id, Purpose.HOPERAT)
    with present(by):
        return incoming.receive(Incoming(Channel.SMS, sender, words, outside), by=by)


def has_mobile(clinic: Clinic, patient: UUID, number: str = MOBILE) -> None:
    """The number is on file for a patient."""
    adds(clinic, patient, Contact(system="sms", value=number))


def acts(action: Any, by: Actor, thread: Thread, *more: Any) -> Any:
    """Does something about a thread in a request of its own."""
    with present(again(by)) as here:
        return action(Thread.objects.get(id=thread.id), *more, by=here)


def refused(action: Any, by: Actor, thread: Thread, *more: Any) -> str:
    """The code with which it is refused."""
    with pytest.raises(Refusal) as refusal:
        acts(action, by, thread, *more)
    return refusal.value.code


def arrives_while_it_moves(patch: pytest.MonkeyPatch, arrives: Callable[[], object]) -> threading.Thread:
    """Something arrives, over a connection of its own, once the posts of a thread were read and before they move."""

    def comes_in() -> None:
        try:
            arrives()
        finally:
            connections.close_all()

    heard, other = matching._heard, threading.Thread(target=comes_in)

    def meanwhile(*asked: Any) -> Any:
        other.start()
        other.join(1)
        return heard(*asked)

    patch.setattr(matching, "_heard", meanwhile)
    return other


def reads(by: Actor, thread: Thread) -> list[str]:
    """What somebody reads in a thread now. Raises Refusal."""
    with present(again(by, Purpose.TREAT)) as here:
        row = Thread.objects.get(id=thread.id)
        excerpt = Words if row.patient_id else Line
        chart = charts.open(row.whose, excerpt, by=here, listed=False)
        said = chart.all(excerpt).get(row.whose, [])
    return [str(getattr(one, "words" if row.patient_id else "line")) for one in said]
