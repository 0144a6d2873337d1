"""Which tasks somebody has to do with: their own, their pools', everybody's, and those that are settled."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Q, QuerySet

from keepwell.access import policy
from keepwell.access.models import CareTeamMember
from keepwell.access.policy import Can
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.tasks.models import Task

PAGE = 50
ORDER = (F("priority").desc(), F("due_on").asc(nulls_last=True), F("due_at").asc(nulls_last=True), "id")
"""Urgent first, then what is due first; what has no date comes last."""


@dataclass(frozen=True, slots=True)
class Page:
    """Up to 50 tasks and whether there are more; lists are never counted."""

    rows: list[Task]
    number: int = 1
    more: bool = False


def mine(by: Actor) -> QuerySet[Task]:
    """What I am to do."""
    return Task.objects.filter(owner_id=by.id, settled_at=None).order_by(*ORDER)


def pools(by: Actor) -> QuerySet[Task]:
    """What somebody of my role or of my care teams is to take."""
    return Task.objects.filter(_pooled(by), owner=None, settled_at=None).order_by(*ORDER)


def everybodys(by: Actor) -> QuerySet[Task]:
    """Everything still open, for those who see that nothing is left lying."""
    return Task.objects.filter(settled_at=None).order_by(*ORDER)


def settled(by: Actor) -> QuerySet[Task]:
    """What is done or given up, of those I may see, last first."""
    return Task.objects.filter(_mine_to_touch(by), settled_at__isnull=False).order_by("-settled_at", "-id")


def asked(by: Actor) -> QuerySet[Task]:
    """What I asked others to do and is still open."""
    return Task.objects.filter(~Q(owner_id=by.id), raised_by_id=by.id, settled_at=None).order_by(*ORDER)


LISTS = {"mine": mine, "pools": pools, "asked": asked, "all": everybodys, "done": settled}


def page(show: str, by: Actor, number: int) -> Page:
    """One page of a list."""
    start = (number - 1) * PAGE
    rows = list(LISTS[show](by)[start : start + PAGE + 1])
    return Page(rows[:PAGE], number, len(rows) > PAGE)


def open_of(member: UUID) -> QuerySet[Task]:
    """Everything a member is to do, held until the transaction ends."""
    return Task.objects.select_for_update().filter(owner_id=member, settled_at=None).order_by("id")


def about(patient: UUID) -> QuerySet[Task]:
    """What is to be done about a patient."""
    return Task.objects.filter(patient_id=patient, settled_at=None).order_by(*ORDER)


def just_done(by: Actor, since: dt.timedelta) -> Task | None:
    """What the actor settled a moment ago, to undo it."""
    recent = Task.objects.filter(settled_by_id=by.id, settled_at__gt=clock.now() - since)
    return recent.order_by("-settled_at").first()


def seen(task: UUID, by: Actor) -> Task:
    """A task somebody has to do with. Raises Refusal NOT_FOUND."""
    row = Task.objects.filter(id=task).first()
    if row is None or not touchable(row, by):
        raise Refusal("NOT_FOUND")
    return row


def locked(task: UUID) -> Task:
    """The task's row, held until the transaction ends. Raises Refusal NOT_FOUND."""
    row = Task.objects.select_for_update().filter(id=task).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    return row


def touchable(row: Task, by: Actor) -> bool:
    """Whether a task is this person's to see and settle: owner, pool, whoever asked, or who sees all."""
    if by.role is Role.SYSTEM or policy.may(by, Can.SEE_ALL_TASKS):
        return True
    if by.id in (row.owner_id, row.raised_by_id) or (row.role and row.role == by.role):
        return True
    return row.team_id is not None and row.team_id in teams(by)


def teams(by: Actor) -> list[UUID]:
    """The care teams the actor is on now."""
    now = clock.now()
    held = CareTeamMember.objects.filter(member_id=by.id, starts_at__lte=now)
    return list(held.filter(Q(ends_at=None) | Q(ends_at__gt=now)).order_by().values_list("team_id", flat=True))


def _pooled(by: Actor) -> Q:
    return Q(role=by.role) | Q(team_id__in=teams(by))


def _mine_to_touch(by: Actor) -> Q:
    if policy.may(by, Can.SEE_ALL_TASKS):
        return Q()
    return Q(owner_id=by.id) | Q(raised_by_id=by.id) | _pooled(by)
