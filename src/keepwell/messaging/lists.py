"""Which threads somebody has to do with: their own, their pools', everybody's, unknown senders', and closed ones."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Q, QuerySet

from keepwell.access import policy
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.messaging import standing_in
from keepwell.messaging.models import Thread
from keepwell.tasks.lists import teams

PAGE = 50
ORDER = (F("priority").desc(), F("heard_at").asc(nulls_last=True), F("last_at").desc(), "id")
"""Urgent first, then who waits longest for an answer; what waits for the patient comes last."""


@dataclass(frozen=True, slots=True)
class Page:
    """Up to 50 threads and whether there are more; lists are never counted."""

    rows: list[Thread]
    number: int = 1
    more: bool = False


def mine(by: Actor) -> QuerySet[Thread]:
    """Those I answer."""
    return Thread.objects.filter(owner_id=by.id, closed_at=None).order_by(*ORDER)


def pools(by: Actor) -> QuerySet[Thread]:
    """Those somebody of my role or of my care teams is to take."""
    return Thread.objects.filter(_pooled(by), owner=None, closed_at=None).order_by(*ORDER)


def unknown(by: Actor) -> QuerySet[Thread]:
    """Those nobody knows the sender of yet."""
    return Thread.objects.filter(_mine_to_touch(by), patient=None, closed_at=None).order_by(*ORDER)


def everybodys(by: Actor) -> QuerySet[Thread]:
    """Every open one, for those who see that nobody is left waiting."""
    return Thread.objects.filter(closed_at=None).order_by(*ORDER)


def closed(by: Actor) -> QuerySet[Thread]:
    """Those that are done, last first."""
    return Thread.objects.filter(_mine_to_touch(by), closed_at__isnull=False).order_by("-closed_at", "-id")


LISTS = {"mine": mine, "pools": pools, "unknown": unknown, "all": everybodys, "closed": closed}


def page(show: str, by: Actor, number: int) -> Page:
    """One page of a list."""
    start = (number - 1) * PAGE
    rows = list(LISTS[show](by)[start : start + PAGE + 1])
    return Page(rows[:PAGE], number, len(rows) > PAGE)


def waiting(by: Actor, most: int) -> list[Thread]:
    """What Today shows: mine and my pools', urgent first, then whoever waits longest."""
    heard = Thread.objects.filter(closed_at=None, heard_at__isnull=False).order_by(*ORDER)
    free = heard.filter(owner=None)
    rows = [*heard.filter(owner_id=by.id)[:most], *free.filter(role=by.role)[:most]]
    if mine := teams(by):
        rows += free.filter(team_id__in=mine)[:most]
    first = sorted({row.id: row for row in rows}.values(), key=lambda row: (row.priority != "urgent", row.heard_at))
    return first[:most]


def seen(thread: UUID, by: Actor) -> Thread:
    """A thread somebody has to do with. Raises Refusal NOT_FOUND."""
    row = Thread.objects.select_related("owner", "team", "closed_by").filter(id=thread).first()
    if row is None or not touchable(row, by):
        raise Refusal("NOT_FOUND")
    return row


def locked(thread: UUID, by: Actor) -> Thread:
    """The thread's row, held until the transaction ends. Raises Refusal NOT_FOUND."""
    row = Thread.objects.select_for_update().filter(id=thread).first()
    if row is None or not touchable(row, by):
        raise Refusal("NOT_FOUND")
    return row


def touchable(row: Thread, by: Actor) -> bool:
    """Whether a thread is this person's to see and answer: owner, pool, whoever took it down, or who sees all."""
    if by.role is Role.SYSTEM or policy.may(by, Can.SEE_ALL_MESSAGES):
        return True
    if row.escalated_at and by.id in standing_in.named():
        return True
    if by.id in (row.owner_id, row.began_by_id) or (row.role and row.role == by.role):
        return True
    return row.team_id is not None and row.team_id in teams(by)


def _pooled(by: Actor) -> Q:
    return Q(role=by.role) | Q(team_id__in=teams(by))


def _mine_to_touch(by: Actor) -> Q:
    if policy.may(by, Can.SEE_ALL_MESSAGES):
        return Q()
    return Q(owner_id=by.id) | Q(began_by_id=by.id) | _pooled(by)
