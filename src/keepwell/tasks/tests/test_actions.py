"""What happens to tasks, who may do it, and whom it lets look after a patient."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from keepwell.access import actions as access
from keepwell.access import policy
from keepwell.access.models import CareRelation, Membership
from keepwell.access.tests.test_actions import codes, verbs
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from keepwell.patients.tests.people import again
from keepwell.tasks import actions as tasks
from keepwell.tasks import kinds, lists
from keepwell.tasks.asks import Asks, For
from keepwell.tasks.models import Task
from keepwell.vault.phi import PhiClass
from tests.cast import Clinic

COUNTED = kinds.kind("test.counted", _("Count %(count)s devices"), icon="bell")


def adds(by: Actor, words: str, goes_to: For, patient: UUID | None = None) -> Task:
    with present(again(by)) as here:
        return tasks.add(Asks(words, goes_to), by=here, patient=patient)


def acts(action: Any, by: Actor, task: Task, *more: Any) -> Any:
    with present(again(by)) as here:
        return action(Task.objects.get(id=task.id), *more, by=here)


def refused(action: Any, by: Actor, task: Task, *more: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        acts(action, by, task, *more)
    return refusal.value.code


def test_a_task_about_a_patient_makes_its_owner_look_after_them(willow: Clinic, rosa: Actor, imani: Actor, ada: UUID):
    assert codes(imani, ada) == ["POLICY_DENY"]
    task = adds(rosa, "Call about the new inhaler", For(member=imani.id), ada)
    assert verbs(willow)[-2:] == ["task.added", "care_relation.began"]
    assert codes(imani, ada) == []
    assert task.status == "accepted"


def test_a_task_one_gives_to_oneself_opens_no_chart(willow: Clinic, imani: Actor, ada: UUID):
    adds(imani, "Look at it myself", For(member=imani.id), ada)
    assert codes(imani, ada) == ["POLICY_DENY"]
    pooled = adds(imani, "Some provider", For(role=Role.PRACTITIONER), ada)
    acts(tasks.claim, imani, pooled)
    assert codes(imani, ada) == ["POLICY_DENY"]


def test_neither_does_one_given_to_oneself_in_another_role(willow: Clinic, imani: Actor, ada: UUID):
    with present(willow.system) as by:
        person = Membership.objects.get(id=imani.id).person
        other = access.join(person, Role.COORDINATOR, by=by)
    adds(imani, "Myself with another hat", For(member=other.id), ada)
    hat = Actor(other.id, willow.practice.id, Role.COORDINATOR, Purpose.TREAT)
    assert codes(hat, ada) == ["POLICY_DENY"]


def test_taken_from_a_pool_and_only_once(willow: Clinic, rosa: Actor, imani: Actor, ada: UUID):
    bram = willow.employs("bram", Role.PRACTITIONER, Purpose.TREAT)
    task = adds(rosa, "Which of you calls back?", For(role=Role.PRACTITIONER), ada)
    assert codes(imani, ada) == ["POLICY_DENY"]
    acts(tasks.claim, imani, task)
    assert verbs(willow)[-2:] == ["task.claimed", "care_relation.began"]
    assert codes(imani, ada) == []
    assert refused(tasks.claim, bram, task) == "TASK_TAKEN"
    assert codes(bram, ada) == ["POLICY_DENY"]


def test_handing_over_takes_the_relation_along(willow: Clinic, rosa: Actor, imani: Actor, cleo: Actor, ada: UUID):
    task = adds(rosa, "Call", For(member=imani.id), ada)
    acts(tasks.hand_over, imani, task, For(member=cleo.id))
    assert {"task.handed_over", "care_relation.ended"} <= set(verbs(willow))
    assert codes(imani, ada) == ["POLICY_DENY"]
    assert codes(cleo, ada) == []
    acts(tasks.hand_over, cleo, task, For(role=Role.PRACTITIONER))
    assert codes(cleo, ada) == ["POLICY_DENY"]


def test_done_and_a_week_later_nobodys(willow: Clinic, rosa: Actor, imani: Actor, ada: UUID):
    task = adds(rosa, "Call", For(member=imani.id), ada)
    acts(tasks.done, imani, task)
    assert "task.done" in verbs(willow)
    assert codes(imani, ada) == []
    with present(willow.system):
        ends = CareRelation.objects.get().ends_at
        row = Task.objects.get()
    assert ends is not None
    assert dt.timedelta(days=6) < ends - clock.now() <= dt.timedelta(days=7)
    assert (row.status, row.settled_by_id) == ("completed", imani.id)
    assert refused(tasks.done, imani, task) == "TASK_SETTLED"


def test_undone_at_once_all_is_as_it_was(willow: Clinic, rosa: Actor, imani: Actor, ada: UUID):
    task = adds(rosa, "Call", For(member=imani.id), ada)
    acts(tasks.done, imani, task)
    acts(tasks.reopen, imani, task)
    assert "task.reopened" in verbs(willow)
    with present(willow.system):
        row = Task.objects.select_related("relation").get()
    assert (row.status, row.settled_at, row.settled_by_id) == ("accepted", None, None)
    assert row.relation is not None
    assert row.relation.ends_at is None


def test_reopened_later_by_oneself_gives_no_longer_a_look(
    willow: Clinic, rosa: Actor, imani: Actor, ada: UUID, monkeypatch: pytest.MonkeyPatch
):
    task = adds(rosa, "Call", For(member=imani.id), ada)
    acts(tasks.done, imani, task)
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + dt.timedelta(days=8))
    assert codes(imani, ada) == ["POLICY_DENY"]
    acts(tasks.reopen, imani, task)
    assert codes(imani, ada) == ["POLICY_DENY"]


def test_cancelled_changed_and_commented(willow: Clinic, rosa: Actor, cleo: Actor, ada: UUID):
    task = adds(rosa, "Call", For(role=Role.FRONT_DESK), ada)
    asks = Asks("Call before noon", For(member=rosa.id), dt.date(2026, 12, 1), urgent=True)
    acts(tasks.change, rosa, task, asks)
    acts(tasks.comment, rosa, task, "Left a message")
    acts(tasks.cancel, rosa, task)
    assert verbs(willow)[-3:] == ["task.changed", "task.commented", "task.cancelled"]
    with present(willow.system):
        row = Task.objects.get()
    assert (row.due_on, row.priority, row.status) == (dt.date(2026, 12, 1), "urgent", "cancelled")


@pytest.mark.parametrize(("words", "code"), [("  ", "FIELD_EMPTY"), ("x" * 301, "TEXT_TOO_LONG")])
def test_words_are_needed_and_not_too_many(rosa: Actor, words: str, code: str):
    with pytest.raises(Refusal) as refusal:
        adds(rosa, words, For(member=rosa.id))
    assert refusal.value.code == code


def test_somebody_who_works_here_does_it(willow: Clinic, rosa: Actor, imani: Actor, ximena: Actor):
    with present(willow.system) as by:
        access.leave(Membership.objects.get(id=imani.id), by=by)
    for nobody in (For(), For(member=imani.id), For(member=ximena.id), For(role="patient"), For(team=new_id())):
        with pytest.raises(Refusal) as refusal:
            adds(rosa, "Who?", nobody)
        assert refusal.value.code == "TASK_FOR_NOBODY"


def test_others_tasks_are_not_there(willow: Clinic, rosa: Actor, imani: Actor, bea: Actor, theo: Actor):
    task = adds(imani, "Mine alone", For(member=imani.id))
    for action in (tasks.done, tasks.claim, tasks.cancel, tasks.reopen):
        assert refused(action, bea, task) == "NOT_FOUND"
    assert refused(tasks.comment, bea, task, "Hello") == "NOT_FOUND"
    acts(tasks.hand_over, theo, task, For(member=rosa.id))
    with present(again(rosa)) as by:
        assert [row.id for row in lists.mine(by)] == [task.id]


def test_work_about_a_patient_is_given_by_those_who_may_know_them(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID):
    with pytest.raises(Refusal) as refusal:
        adds(pat, "Call her", For(member=rosa.id), ada)
    assert refusal.value.code == "POLICY_DENY"
    with present(willow.system) as by:
        access.restrict(ada, [PhiClass.IDENTITY], member=rosa.id, by=by)
    with pytest.raises(Refusal) as refusal:
        adds(rosa, "Call her", For(member=rosa.id), ada)
    assert refusal.value.code == "RESTRICTION_BLOCK"


def test_another_practices_patient_gets_no_task(rosa: Actor, yuki: UUID):
    with pytest.raises(IntegrityError, match="tasks_task_patient_id_own"):
        adds(rosa, "Call", For(member=rosa.id), yuki)


def test_raised_once_however_often(willow: Clinic, imani: Actor, ada: UUID):
    for _time in range(2):
        with present(willow.system) as by:
            task = tasks.raise_task(COUNTED, by=by, goes_to=For(member=imani.id), patient=ada, key="k:1", count=3)
    assert verbs(willow).count("task.added") == 1
    assert codes(imani, ada) == []
    assert kinds.sentence(task.kind, task.facts) == "Count 3 devices"
    with present(willow.system) as by, pytest.raises(KeyError):
        tasks.raise_task(COUNTED, by=by, goes_to=For(member=imani.id))


def test_everything_of_somebody_who_leaves_goes_over_in_one_act(
    willow: Clinic, rosa: Actor, imani: Actor, cleo: Actor, ada: UUID, bo: UUID
):
    for patient in (ada, bo, None):
        adds(rosa, "Call", For(member=imani.id), patient)
    with present(willow.system) as by:
        assert tasks.hand_over_all(imani.id, Membership.objects.get(id=cleo.id), by=by) == 3
        assert tasks.hand_over_all(imani.id, Role.FRONT_DESK, by=by) == 0
    assert "tasks.handed_over" in verbs(willow)
    assert codes(imani, ada) == codes(imani, bo) == ["POLICY_DENY"]
    assert codes(cleo, ada) == codes(cleo, bo) == []
    with present(willow.system) as by:
        tasks.hand_over_all(cleo.id, Role.FRONT_DESK, by=by)
    with present(again(rosa)) as by:
        assert lists.pools(by).count() == 3
    with present(again(cleo)) as by:
        assert policy.cared_for(by) == frozenset()
