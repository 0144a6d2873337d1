"""Messages for later: planned, changed, withdrawn, and never sent for what no longer stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from keepwell.access.tests.test_actions import verbs
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.ledger.doorway import present
from keepwell.outbound import planned
from keepwell.outbound.models import Message
from keepwell.outbound.tests.sending import carries, dispatched, every, only, reachable, reminder
from keepwell.outbound.tests.servers import Mailbox, mail
from keepwell.patients.tests.people import again
from tests.cast import Clinic

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def box(willow: Clinic, pat: Actor, ada: UUID) -> Iterator[Mailbox]:
    with mail() as box:
        carries(pat, Channel.EMAIL, box.secrets())
        reachable(willow, ada)
        yield box


def plans(by: Actor, patient: UUID, at: dt.datetime, key: str = "visit:1:day", **more: Any) -> Message:
    with present(again(by)) as here:
        return planned.plan(reminder(patient, key=key, not_before=at, **more), by=here)


def test_it_leaves_when_its_time_comes_and_not_before(willow: Clinic, rosa: Actor, ada: UUID, box: Mailbox):
    plans(rosa, ada, clock.now() + HOUR)
    dispatched(willow)
    assert (only(willow).status, box.taken) == ("planned", [])
    plans(rosa, ada, clock.now())
    dispatched(willow)
    assert (only(willow).status, len(box.taken)) == ("sent", 1)
    assert verbs(willow).count("message.planned") == 2


def test_what_has_left_is_not_planned_again(willow: Clinic, rosa: Actor, ada: UUID, box: Mailbox):
    for _time in range(3):
        plans(rosa, ada, clock.now())
        dispatched(willow)
    assert len(box.taken) == 1


def test_withdrawn_it_never_leaves(willow: Clinic, rosa: Actor, ada: UUID, box: Mailbox):
    plans(rosa, ada, clock.now())
    with present(again(rosa)) as by:
        assert planned.withdraw("visit:1:day", "visit:1:week", by=by) == 1
        assert planned.withdraw("visit:1:day", by=by) == 0
    dispatched(willow)
    assert (only(willow).status, box.taken) == ("withdrawn", [])
    assert "message.withdrawn" in verbs(willow)


def test_too_late_is_never(willow: Clinic, rosa: Actor, ada: UUID, box: Mailbox):
    plans(rosa, ada, clock.now() - 26 * HOUR, not_after=clock.now() - HOUR)
    dispatched(willow)
    assert (only(willow).status, only(willow).reason, box.taken) == ("withdrawn", "TOO_LATE", [])
    assert "message.given_up" in verbs(willow)


def test_what_no_longer_stands_reminds_nobody_though_nobody_withdrew_it(
    willow: Clinic, rosa: Actor, ada: UUID, box: Mailbox, monkeypatch: pytest.MonkeyPatch
):
    visit, cancelled = new_id(), new_id()
    monkeypatch.setitem(planned.STILL, "test.visit", lambda ids: frozenset(ids) - {cancelled})
    plans(rosa, ada, clock.now(), "a", origin="test.visit", origin_id=cancelled)
    plans(rosa, ada, clock.now(), "b", origin="test.visit", origin_id=visit)
    dispatched(willow)
    assert {m.key: (m.status, m.reason) for m in every(willow)} == {"a": ("withdrawn", "POINTLESS"), "b": ("sent", "")}


def test_a_plan_says_for_whom_when_and_under_which_key(rosa: Actor, ada: UUID):
    for wrong in ({"not_before": None}, {"key": ""}, {"patient": None, "member": rosa.id, "template": "staff.alert"}):
        said = {"key": "k", "not_before": clock.now()} | wrong
        draft = reminder(ada)
        values = {"link": "/"} if "member" in wrong else draft.values
        facts = {"template": draft.template, "patient": ada, "ways": draft.ways, "values": values} | said
        with pytest.raises(Refusal) as refusal, present(again(rosa)) as by:
            planned.plan(type(draft)(**facts), by=by)  # type: ignore[arg-type]
        assert refusal.value.code == "PLAN_INCOMPLETE"
