"""Tasks as a page shows them: every word that needs opening comes from one opening."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from keepwell import charts
from keepwell.access import policy
from keepwell.access.models import CareTeam, Membership
from keepwell.access.words import role_word
from keepwell.base.actor import Actor
from keepwell.charts.excerpts import plan
from keepwell.patients.excerpts import NameTag
from keepwell.tasks import kinds, lists
from keepwell.tasks.excerpts import Matter, Remark, Said, Titled
from keepwell.tasks.models import Task, TaskComment

ABOUT_A_PATIENT = (NameTag, Titled)
WORDS: tuple[tuple[type[Any], str, type[Any]], ...] = (
    (Titled, "title", Task), (Matter, "matter", Task), (Said, "words", TaskComment), (Remark, "remark", TaskComment),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One task on the screen. `words` is empty when this role may not read them; `name` when it may not know whose."""

    id: UUID
    words: str
    patient: UUID | None
    name: str
    icon: str
    days: int | None
    at: dt.datetime | None
    urgent: bool
    status: str
    owner: str
    pool: str
    mine: bool
    free: bool
    settled_at: dt.datetime | None
    settled_by: str
    origin: str

    @property
    def settled(self) -> bool:
        return self.settled_at is not None


@dataclass(frozen=True, slots=True)
class Spoken:
    """One comment on the screen."""

    who: str
    at: dt.datetime
    words: str


class Opened:
    """The words of some tasks and of what was said about them, in one opening of what this role may see."""

    def __init__(self, rows: Sequence[Task], by: Actor, *, comments: bool = False) -> None:
        self._words: dict[UUID, str | None] = {}
        self._tags: dict[UUID, NameTag] = {}
        whom = {row.patient_id for row in rows if row.patient_id}
        own = {row.whose for row in rows if not row.patient_id and (comments or not row.kind)}
        wanted = _allowed(by, (*ABOUT_A_PATIENT, *([Said] if comments else [])) if whom else ())
        wanted += _allowed(by, (Matter, *([Remark] if comments else [])) if own else ())
        whose = (whom if any(e in wanted for e in (NameTag, Titled)) else set()) | own
        if wanted and whose:
            listed = len(rows) > 1
            self._read(charts.open(sorted(whose), *wanted, by=by, listed=listed, partly=True), wanted, rows)

    def _read(self, chart: charts.Chart, wanted: Iterable[type[Any]], rows: Sequence[Task]) -> None:
        ids = [row.id for row in rows]
        if NameTag in wanted:
            self._tags = chart.each(NameTag)
        tasks = Task.objects.filter(id__in=ids).order_by("id")
        said = TaskComment.objects.filter(task_id__in=ids).order_by("id")
        for excerpt, column, of in WORDS:
            if excerpt in wanted:
                found = chart.all(excerpt, tasks if of is Task else said)
                said_now = {one.pk: getattr(one, column) for many in found.values() for one in many}
                self._words |= {pk: words for pk, words in said_now.items() if words}

    def words(self, row: Task) -> str:
        return kinds.sentence(row.kind, row.facts) if row.kind else self._words.get(row.id) or ""

    def said(self, comment: TaskComment) -> str:
        return self._words.get(comment.id) or ""

    def name(self, row: Task) -> str:
        tag = self._tags.get(row.patient_id) if row.patient_id else None
        return tag.name if tag else ""


def lines(rows: Sequence[Task], by: Actor) -> list[Line]:
    """Tasks as lines, in their order."""
    opened, names, pools = Opened(rows, by), _members(rows), Pools(rows)
    return [line(row, opened, names, pools, by) for row in rows]


def line(row: Task, opened: Opened, names: dict[UUID, str], pools: Pools, by: Actor) -> Line:
    """One task as a line."""
    known = kinds.KINDS.get(row.kind)
    return Line(
        row.id,
        opened.words(row),
        row.patient_id,
        opened.name(row),
        known.icon if known else "square-check-big" if row.settled_at else "square",
        (row.due_on - timezone.localdate()).days if row.due_on else None,
        row.due_at,
        row.priority == Task.Priority.URGENT,
        row.status,
        names.get(row.owner_id, "") if row.owner_id else "",
        pools.of(row),
        row.owner_id == by.id,
        row.owner_id is None,
        row.settled_at,
        names.get(row.settled_by_id, "") if row.settled_by_id else "",
        reverse(known.page, args=[row.origin_id]) if known and known.page and row.origin_id else "",
    )


def whole(row: Task, by: Actor) -> tuple[Line, list[Spoken]]:
    """A task and what was said about it."""
    comments = list(TaskComment.objects.filter(task=row).order_by("said_at", "id"))
    opened = Opened([row], by, comments=bool(comments))
    names = _members([row], [c.said_by_id for c in comments])
    spoken = [Spoken(names.get(c.said_by_id, ""), c.said_at, opened.said(c)) for c in comments]
    return line(row, opened, names, Pools([row]), by), spoken


class Pooled(Protocol):
    """What may wait for a pool: a role or a care team."""

    role: str
    team_id: UUID | None


class Pools:
    """What pools are called: a role in the words of the screen, a care team by its name."""

    def __init__(self, rows: Iterable[Pooled]) -> None:
        teams = {row.team_id for row in rows if row.team_id}
        self._teams = dict(CareTeam.objects.filter(id__in=teams).values_list("id", "name")) if teams else {}

    def of(self, row: Pooled) -> str:
        return role_word(row.role) if row.role else self._teams.get(row.team_id, "") if row.team_id else ""


def todo(by: Actor, most: int) -> tuple[list[Line], bool]:
    """What the actor is to do first, for Today, and whether there is more."""
    rows = list(lists.mine(by)[: most + 1])
    return lines(rows[:most], by), len(rows) > most


def _allowed(by: Actor, excerpts: Iterable[type[Any]]) -> list[type[Any]]:
    return [excerpt for excerpt in excerpts if plan(excerpt).classes <= policy.visible(by)]


def _members(rows: Iterable[Task], more: Iterable[UUID] = ()) -> dict[UUID, str]:
    ids = {i for row in rows for i in (row.owner_id, row.settled_by_id, row.raised_by_id) if i} | set(more)
    return dict(Membership.objects.filter(id__in=ids).values_list("id", "name")) if ids else {}
