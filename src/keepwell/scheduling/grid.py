"""A day as a grid: five minutes are a row, visits at one time have lanes side by side, free time is cut in cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from keepwell.base import clock
from keepwell.scheduling.agenda import Agenda, Visit
from keepwell.scheduling.slots import Span

STEP = dt.timedelta(minutes=5)
CELL = dt.timedelta(minutes=30)
SMALLEST = dt.timedelta(minutes=15)
MOST_LANES = 4
OPENS, CLOSES = dt.timedelta(hours=8), dt.timedelta(hours=17)
"""What is shown of a day on which nobody works."""


@dataclass(frozen=True, slots=True)
class Box:
    """Something in a column: where it begins, how long it is, in which lane. `kind` says what `what` is."""

    kind: str
    starts: dt.datetime
    ends: dt.datetime
    place: str
    what: Any = None
    lane: str = "lane-1-1"


@dataclass(slots=True)
class Column:
    """A practitioner's day, or a day of the week."""

    begins: dt.datetime
    ends: dt.datetime
    label: str
    day: dt.date
    provider: UUID | None = None
    boxes: list[Box] = field(default_factory=list)
    count: int = 0
    clashes: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """The visits of one slot: one, or all of a group."""

    visits: tuple[Visit, ...]

    @property
    def first(self) -> Visit:
        return self.visits[0]

    @property
    def is_group(self) -> bool:
        return self.first.seats > 1


def hours(agenda: Agenda, days: Sequence[Span]) -> tuple[dt.timedelta, dt.timedelta]:
    """From when until when the days are shown, as time since their midnight: whole hours around all that is in them."""
    spans = [span for works in agenda.opens.values() for span in works]
    spans += [(v.starts, v.ends) for v in agenda.visits] + [(s.starts_at, s.ends_at) for s in agenda.held]
    first, last = OPENS, CLOSES
    within = [(max(a, d), min(b, e), d) for a, b in spans for d, e in days if a < e and b > d]
    if within:
        first = min(a - d for a, _, d in within)
        last = max(b - d for _, b, d in within)
    hour = dt.timedelta(hours=1)
    return first // hour * hour, -(-last // hour) * hour


def fill(column: Column, agenda: Agenda, who: Iterable[UUID], *, books: bool) -> Column:
    """Puts everything of some practitioners into a column."""
    ids = set(who)
    span = column.begins, column.ends
    groups = _groups(v for v in agenda.visits if v.provider in ids and _meets((v.starts, v.ends), span))
    held = [s for s in agenda.held if s.practitioner_id in ids and _meets((s.starts_at, s.ends_at), span)]
    boxes = [_box("visit", (g.first.starts, g.first.ends), span, g) for g in groups]
    boxes += [_box("held", (s.starts_at, s.ends_at), span, s) for s in held]
    boxes = list(_in_lanes(boxes))
    column.count = sum(len(g.visits) for g in groups)
    column.clashes = sum(1 for g in groups for v in g.visits if v.clashes)
    behind = [_box("closed", part, span) for part in _closed(agenda, ids, span)]
    behind += [_box("off", o.span, span, o.name) for o in agenda.off if o.provider in ids and _meets(o.span, span)]
    cells = [_box("free", cell, span) for cell in _cells(agenda, ids, span)] if books else []
    column.boxes = behind + cells + boxes
    return column


def _groups(visits: Iterable[Visit]) -> list[Group]:
    by_slot: dict[UUID, list[Visit]] = {}
    for visit in visits:
        by_slot.setdefault(visit.slot, []).append(visit)
    return [Group(tuple(many)) for many in by_slot.values()]


def _box(kind: str, part: Span, column: Span, what: Any = None) -> Box:
    starts, ends = max(part[0], column[0]), min(part[1], column[1])
    return Box(kind, starts, ends, place(starts - column[0], max(ends - starts, SMALLEST)), what)


def place(after: dt.timedelta, lasts: dt.timedelta) -> str:
    """Where it stands, as classes: the content policy forbids a style of its own."""
    rows, long = int(after / STEP), max(1, -(-lasts // STEP))
    return f"h{rows // 12} m{rows % 12} lh{long // 12} lm{long % 12}"


def _in_lanes(boxes: list[Box]) -> Iterator[Box]:
    """Boxes that overlap side by side; one that stands alone has the whole width."""
    cluster: list[tuple[Box, int]] = []
    ends: list[dt.datetime] = []
    for box in sorted(boxes, key=lambda box: (box.starts, box.ends)):
        if cluster and box.starts >= max(ends):
            yield from _side_by_side(cluster, len(ends))
            cluster, ends = [], []
        lane = next((n for n, end in enumerate(ends) if end <= box.starts), len(ends))
        ends[lane : lane + 1] = [max(box.ends, box.starts + SMALLEST)]
        cluster.append((box, lane))
    yield from _side_by_side(cluster, len(ends))


def _side_by_side(cluster: list[tuple[Box, int]], lanes: int) -> Iterator[Box]:
    of = min(lanes, MOST_LANES)
    for box, lane in cluster:
        yield replace(box, lane=f"lane-{min(lane + 1, of)}-{of}")


def _closed(agenda: Agenda, ids: set[UUID], span: Span) -> list[Span]:
    """When nobody of these works."""
    works = _merged([s for who, many in agenda.opens.items() if who in ids for s in many])
    return list(_without(span, works))


def _cells(agenda: Agenda, ids: set[UUID], span: Span) -> list[Span]:
    """Free time to come, in half hours; what is left of one beside a visit is a shorter cell."""
    free: list[Span] = []
    for who in ids:
        busy = _merged(agenda.busy.get(who, []))
        for part in agenda.opens.get(who, []):
            free += _without((max(part[0], span[0]), min(part[1], span[1])), busy)
    now, cells, at = clock.now(), [], span[0]
    merged = _merged(free)
    while at < span[1]:
        cells += [(max(a, at), min(b, at + CELL)) for a, b in merged if a < at + CELL and b > at]
        at += CELL
    return [(a, b) for a, b in cells if b - a >= SMALLEST and a > now]


def _merged(spans: Iterable[Span]) -> list[Span]:
    out: list[Span] = []
    for a, b in sorted(spans):
        if out and a <= out[-1][1]:
            out[-1] = out[-1][0], max(out[-1][1], b)
        elif a < b:
            out.append((a, b))
    return out


def _without(span: Span, taken: Iterable[Span]) -> Iterable[Span]:
    at, end = span
    for a, b in taken:
        if b <= at or a >= end:
            continue
        if a > at:
            yield at, a
        at = max(at, b)
    if at < end:
        yield at, end


def _meets(one: Span, other: Span) -> bool:
    return one[0] < other[1] and one[1] > other[0]
