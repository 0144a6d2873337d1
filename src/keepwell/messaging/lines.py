"""Threads as the inbox shows them: who, by which way, how long they wait. What was said is opened in its own thread."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from keepwell import charts
from keepwell.access import policy
from keepwell.access.models import Membership
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.charts.excerpts import plan
from keepwell.messaging import rules
from keepwell.messaging.excerpts import Line as Unsorted
from keepwell.messaging.excerpts import Sender, Words
from keepwell.messaging.models import Post, Recording, Thread
from keepwell.patients import flags
from keepwell.patients.excerpts import Header, NameTag
from keepwell.patients.flags import Flags
from keepwell.tasks.lines import Pools


@dataclass(frozen=True, slots=True)
class Line:
    """One thread on the screen. `due` is when it should be answered; `late` says that it was not."""

    row: Thread
    name: str
    owner: str
    pool: str
    mine: bool
    due: dt.datetime | None
    late: bool

    @property
    def id(self) -> UUID:
        return self.row.id

    @property
    def unread(self) -> bool:
        return self.row.seen_at is None

    @property
    def closed(self) -> bool:
        return self.row.closed_at is not None


@dataclass(frozen=True, slots=True)
class Spoken:
    """One post on the screen; `words` is None when this role may not read it now."""

    id: UUID
    kind: str
    who: str
    at: dt.datetime
    words: str | None
    message: UUID | None
    withdrawn: bool
    recording: Recording | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """A thread with what was said in it, and who it is about. `refused` says why nothing of it can be read.

    `flags` must not be missed about the person, as above their chart; one of them is that texts are stopped.
    """

    line: Line
    spoken: tuple[Spoken, ...]
    header: Header | None
    sender: str
    refused: Any
    flags: Flags | None = None


def lines(rows: Sequence[Thread], by: Actor) -> list[Line]:
    """Threads as lines, in their order; the names in one opening."""
    if not rows:
        return []
    known = sorted({row.patient_id for row in rows if row.patient_id})
    names: dict[UUID, NameTag] = {}
    if known and plan(NameTag).classes <= policy.visible(by):
        names = charts.open(known, NameTag, by=by, listed=True, partly=True).each(NameTag)
    members, pools, minutes = _members(rows), Pools(rows), rules.now().answer_minutes
    return [_line(row, _name(row, names), members, pools, minutes, by) for row in rows]


def _name(row: Thread, names: dict[UUID, NameTag]) -> str:
    tag = names.get(row.patient_id) if row.patient_id else None
    return tag.name if tag else ""


def _line(row: Thread, name: str, members: dict[UUID, str], pools: Pools, minutes: int, by: Actor) -> Line:
    due = row.heard_at + dt.timedelta(minutes=minutes) if row.heard_at and row.closed_at is None else None
    owner = members.get(row.owner_id, "") if row.owner_id else ""
    late = due is not None and due < clock.now()
    return Line(row, name, owner, pools.of(row), row.owner_id == by.id, due, late)


def whole(row: Thread, by: Actor) -> Whole:
    """A thread as its page shows it: one opening of what this person may read of it."""
    posts = list(Post.objects.filter(thread=row).order_by("at", "id"))
    wanted, refused = _readable(row, by)
    said: dict[UUID, str | None] = {}
    header, sender = None, ""
    if wanted:
        chart = charts.open(row.whose, *wanted, by=by, listed=False)
        mine = Post.objects.filter(thread=row).order_by("at", "id")
        for excerpt, column in ((Words, "words"), (Unsorted, "line")):
            if excerpt in wanted:
                said |= {one.pk: getattr(one, column) for one in chart.all(excerpt, mine).get(row.whose, ())}
        header = chart.one(Header) if Header in wanted else None
        if Sender in wanted:
            own = chart.all(Sender, Thread.objects.filter(id=row.id).order_by("id")).get(row.whose, ())
            sender = next((one.sender or "" for one in own), "")
    members = _members([row], [post.author_id for post in posts if post.author_id])
    line = _line(row, header.name if header else "", members, Pools([row]), rules.now().answer_minutes, by)
    sounds = _sounds(posts)
    marks = flags.of(row.patient_id, by=by) if row.patient_id else None
    return Whole(line, tuple(_spoken(post, said, members, sounds) for post in posts), header, sender, refused, marks)


def _readable(row: Thread, by: Actor) -> tuple[list[type[Any]], Any]:
    """What of a thread may be opened now, and why the words may not."""
    about = [Header] if row.patient_id else []
    parts = [e for e in (*about, Sender) if plan(e).classes <= policy.visible(by)]
    words: type[Any] = Words if row.patient_id else Unsorted
    refused = policy.refused(by, plan(words).classes, [row.whose]).get(row.whose)
    if refused is None:
        return [*parts, words], None
    blocked = parts and policy.refused(by, plan(parts[0]).classes, [row.whose])
    return ([] if blocked else parts), refused


def _sounds(posts: Iterable[Post]) -> dict[UUID, Recording]:
    """The recordings of voicemail among these."""
    ids = [post.id for post in posts if post.kind == Post.Kind.VOICE]
    return {row.post_id: row for row in Recording.objects.filter(post_id__in=ids)} if ids else {}


def _spoken(
    post: Post, said: dict[UUID, str | None], members: dict[UUID, str], sounds: dict[UUID, Recording]
) -> Spoken:
    who = members.get(post.author_id, "") if post.author_id else ""
    words = said.get(post.id)
    gone = post.withdrawn_at is not None
    return Spoken(post.id, post.kind, who, post.at, words, post.message, gone, sounds.get(post.id))


def _members(rows: Iterable[Thread], more: Iterable[UUID] = ()) -> dict[UUID, str]:
    ids = {i for row in rows for i in (row.owner_id, row.began_by_id, row.closed_by_id) if i} | set(more)
    return dict(Membership.objects.filter(id__in=ids).values_list("id", "name")) if ids else {}
