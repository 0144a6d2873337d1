"""What happens to tasks: added, taken, handed over, changed, done, and done after all not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from keepwell.access import policy
from keepwell.access.models import CareTeam, Membership
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.tasks import caring, kinds
from keepwell.tasks.asks import Asks, For, words_of
from keepwell.tasks.lists import locked, open_of, touchable
from keepwell.tasks.models import CONTACT, OFFICE, Task, TaskComment
from keepwell.vault.phi import PhiClass

UNDO = dt.timedelta(seconds=10)


def add(asks: Asks, *, by: Actor, patient: UUID | None = None) -> Task:
    """A task in somebody's own words, about a patient or about none.

    Raises Refusal FIELD_EMPTY, TEXT_TOO_LONG, TASK_FOR_NOBODY, POLICY_DENY, RESTRICTION_BLOCK.
    """
    said = asks.checked()
    if patient:
        known_to(patient, by)
    return _added(patient or by.practice, patient, said.columns(patient), said.goes_to, by=by)


def raise_task(
    kind: str,
    *,
    by: Actor,
    goes_to: For,
    patient: UUID | None = None,
    due: dt.date | dt.datetime | None = None,
    urgent: bool = False,
    origin: str = "",
    origin_id: UUID | None = None,
    key: str = "",
    **facts: str | int,
) -> Task:
    """A task with fixed words, for the floors above. The same `key` again gives the task there is: nothing is doubled.

    `origin` and `origin_id` name the action and the thing it comes from; `facts` fill the words and hold no PHI.
    """
    kinds.words(kind, facts)
    standing = Task.objects.filter(key=key).first() if key else None
    if standing is not None:
        return standing
    asks = Asks("", goes_to, due, urgent).with_somebody()
    named = {"kind": kind, "facts": facts, "origin": origin, "origin_id": origin_id, "key": key}
    return _added(patient or by.practice, patient, asks.plain() | named, goes_to, by=by)


@action("task.added", about="whose", seals={CONTACT, OFFICE})
def _added(whose: UUID, patient: UUID | None, columns: dict[str, Any], goes_to: For, *, by: Actor) -> Task:
    "Somebody is asked to do something, or whoever of a pool takes it first."
    raised_by = None if by.role is Role.SYSTEM else by.id
    task = Task(whose=whose, patient_id=patient, raised_by_id=raised_by, **columns, **goes_to.columns())
    caring.begins(task, by.id, by)
    task.save(force_insert=True)
    return task


@action("task.claimed", about="task")
def claim(task: Task, *, by: Actor) -> Task:
    "Somebody of its pool takes a task. Two at once: the second gets TASK_TAKEN."
    row = _open(task, by)
    if row.owner_id and row.owner_id != by.id:
        raise Refusal("TASK_TAKEN")
    row.owner_id, row.status = by.id, Task.Status.ACCEPTED
    caring.begins(row, row.raised_by_id, by)
    return _kept(row, "owner", "status", "relation")


@action("task.handed_over", about="task")
def hand_over(task: Task, goes_to: For, *, by: Actor) -> Task:
    "Somebody else is to do it now, or a pool."
    row = _open(task, by)
    goes_to.checked()
    return _passed_on(row, goes_to, by)


def hand_over_all(from_member: UUID, to: Membership | CareTeam | Role, *, by: Actor) -> int:
    """Everything still open of a member goes to somebody else or to a pool, in one act. Returns how many there were."""
    rows = list(open_of(from_member))
    if rows:
        _all_handed_over([row.whose for row in rows], rows, For.of(to).checked(), by=by)
    return len(rows)


@action("tasks.handed_over", about="whose")
def _all_handed_over(whose: Iterable[UUID], rows: list[Task], goes_to: For, *, by: Actor) -> None:
    "Everything still open of somebody who leaves or is away goes to others."
    for row in rows:
        _passed_on(row, goes_to, by)


@action("task.changed", about="task", seals={CONTACT, OFFICE})
def change(task: Task, asks: Asks, *, by: Actor) -> Task:
    "What is to be done, how urgent it is or until when is said anew. Fixed words stay."
    row = _open(task, by)
    for column, value in asks.anew(row).items():
        setattr(row, column, value)
    return _kept(row, *asks.anew(row))


@action("task.done", about="task")
def done(task: Task, *, by: Actor) -> Task:
    "It is done. Whoever looked after the patient because of it does so for a week more."
    return _settled(task, Task.Status.COMPLETED, by)


@action("task.cancelled", about="task")
def cancel(task: Task, *, by: Actor) -> Task:
    "It need not be done after all."
    return _settled(task, Task.Status.CANCELLED, by)


def obsolete(*keys: str, by: Actor) -> int:
    """Tasks of these keys, which Keepwell raised, need not be done any more. How many were still open."""
    rows = list(Task.objects.select_for_update().filter(key__in=keys, settled_at=None).order_by("id"))
    for row in rows:
        _obsolete(row, by=by)
    return len(rows)


@action("task.obsolete", about="task")
def _obsolete(task: Task, *, by: Actor) -> Task:
    "What a task that Keepwell raised is about is over."
    task.status, task.settled_at = Task.Status.CANCELLED, clock.now()
    caring.fades(task, by)
    return _kept(task, "status", "settled_at", "relation")


@action("task.reopened", about="task")
def reopen(task: Task, *, by: Actor) -> Task:
    "It is not done after all. Within ten seconds nothing has changed in between; later the care relation stays ended."
    row = _mine_to_touch(task, by)
    if row.settled_at is None:
        return row
    quick = clock.now() - row.settled_at <= UNDO
    row.status = Task.Status.ACCEPTED if row.owner_id else Task.Status.REQUESTED
    row.settled_at = row.settled_by_id = None
    caring.resumes(row, by) if quick else caring.begins(row, by.id, by)
    return _kept(row, "status", "settled_at", "settled_by", "relation")


@action("task.commented", about="task", seals={CONTACT, OFFICE})
def comment(task: Task, words: str, *, by: Actor) -> TaskComment:
    "Somebody says something about a task. Raises Refusal FIELD_EMPTY, TEXT_TOO_LONG."
    row = _mine_to_touch(task, by)
    said = words_of(words, "words")
    column = "words" if row.patient_id else "remark"
    added = TaskComment(task=row, whose=row.whose, said_by_id=by.id, **{column: said})
    added.save(force_insert=True)
    return added


def known_to(patient: UUID, by: Actor) -> None:
    """Whoever gives work about a patient may at least know who they are. Raises Refusal POLICY_DENY and others."""
    policy.require(by, patient, PhiClass.IDENTITY)


def _mine_to_touch(task: Task, by: Actor) -> Task:
    row = locked(task.pk)
    if not touchable(row, by):
        raise Refusal("NOT_FOUND")
    return row


def _open(task: Task, by: Actor) -> Task:
    row = _mine_to_touch(task, by)
    if row.settled_at is not None:
        raise Refusal("TASK_SETTLED")
    return row


def _settled(task: Task, status: Task.Status, by: Actor) -> Task:
    row = _open(task, by)
    row.status, row.settled_at = status, clock.now()
    row.settled_by_id = None if by.role is Role.SYSTEM else by.id
    caring.fades(row, by)
    return _kept(row, "status", "settled_at", "settled_by")


def _passed_on(row: Task, goes_to: For, by: Actor) -> Task:
    caring.ends(row, by)
    for column, value in goes_to.columns().items():
        setattr(row, column, value)
    caring.begins(row, by.id, by)
    return _kept(row, "owner", "role", "team", "status", "relation")


def _kept(row: Task, *columns: str) -> Task:
    row.save(update_fields=columns)
    return row
