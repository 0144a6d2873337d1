"""Work creates the care relation: whoever is given a task about a patient looks after them until a week after it.

Given by somebody else: a task that one gives to oneself opens no chart. That is emergency access.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from keepwell.access import actions as access
from keepwell.access.models import CareRelation, Membership
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.tasks.models import Task

BASIS = "task"
AFTERWARDS = dt.timedelta(days=7)
KEEPWELL = UUID(int=1)
"""Who raises tasks when nobody did: the id of the system's actor."""


def begins(task: Task, giver: UUID | None, by: Actor) -> None:
    """The owner begins to look after the patient, if somebody else gave them the task."""
    if task.patient_id is None or task.owner_id is None or _same_person(giver, task.owner_id):
        return
    task.relation = access.relate(task.patient_id, by=by, member=task.owner_id, basis=BASIS)


def ends(task: Task, by: Actor) -> None:
    """The owner's relation ends now: somebody else has the task."""
    _until(task, clock.now(), by)
    task.relation = None


def fades(task: Task, by: Actor) -> None:
    """The task is settled; its relation lasts a while, for the call back and the question after."""
    _until(task, clock.now() + AFTERWARDS, by)


def resumes(task: Task, by: Actor) -> None:
    """The task was settled by mistake a moment ago: whoever looked after the patient because of it does again."""
    if task.relation_id is not None and task.patient_id and task.owner_id:
        task.relation = access.relate(task.patient_id, by=by, member=task.owner_id, basis=BASIS)


def _until(task: Task, at: dt.datetime, by: Actor) -> None:
    if task.relation_id is not None:
        access.unrelate(CareRelation.objects.get(id=task.relation_id), by=by, at=at)


def _same_person(giver: UUID | None, owner: UUID) -> bool:
    """Whether two memberships are of one person. Keepwell itself is nobody."""
    if giver is None or giver == KEEPWELL:
        return False
    return len(set(Membership.objects.filter(id__in=[giver, owner]).order_by().values_list("person_id"))) == 1
