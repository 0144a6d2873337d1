"""How any list goes its way, whatever is on it: cut in pieces, gone over piece by piece, undone, off the disk at last.

Patients and appointments move in by this; each says for itself what its columns hold and what becomes of a row.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.base.tables.matching import LEFT_OUT, Matcher
from keepwell.base.tables.reading import read
from keepwell.base.tables.shapes import Row, Table
from keepwell.ledger import jobs
from keepwell.patients.models import ListRow, ListState, SentList
from keepwell.patients.movein import files
from keepwell.patients.movein.files import PIECE, Shelf
from keepwell.patients.movein.meanings import ORDERS

DAYS_TO_UNDO = 30
STILL = dt.timedelta(seconds=45)
"""After this long without a step, work has stopped and can be set going again."""

WORKING = (ListState.READING, ListState.CHECKING, ListState.MOVING, ListState.UNDOING, ListState.REDOING)
AT_REST = (ListState.SENT, ListState.CHECKED, ListState.REFUSED, ListState.MOVED, ListState.UNDONE)
REASON = "What to fix"
"""The header of the column a rejects file adds; it is no part of what was sent and is left out when it comes back."""

L = TypeVar("L", bound=SentList)
R = TypeVar("R", bound=ListRow)
Work = Callable[[Any, Actor], str]


@dataclass(frozen=True, slots=True)
class Course(Generic[L, R]):
    """One kind of list: its tables, the job that does its steps, and why its worker is at work."""

    kind: type[L]
    row: type[R]
    job: str
    why: str

    def worker(self, practice: UUID, member: UUID) -> Actor:
        """Keepwell itself at work on a list, for the member who asked: the ledger names them."""
        return Actor(member, practice, Role.SYSTEM, Purpose.HOPERAT, reason=self.why)

    def list_of(self, run: UUID) -> L:
        """Raises Refusal NOT_FOUND, for a list of another practice too."""
        return _one(self.kind._default_manager.filter(id=run))

    def last(self, most: int = 10) -> list[L]:
        """The last lists, newest first."""
        return list(self.kind._default_manager.order_by("-sent_at")[:most])

    def held(self, run: UUID, *states: str) -> L:
        """The list, nobody else's until the transaction ends. Raises Refusal NOT_FOUND, MOVEIN_NOT_NOW."""
        row = _one(self.kind._default_manager.select_for_update().filter(id=run))
        if row.state not in states:
            raise Refusal("MOVEIN_NOT_NOW")
        return row

    def go(self, row: L, state: ListState, by: Actor) -> None:
        """The worker is to begin with this."""
        row.state, row.done = state, 0
        row.save()
        self._next_step(row, self.worker(by.practice, by.id))

    def undo(self, run: UUID, by: Actor) -> None:
        """Raises Refusal MOVEIN_UNDO_OVER after 30 days."""
        row = self.held(run, ListState.MOVED)
        if row.moved_at is None or clock.now() - row.moved_at > dt.timedelta(days=DAYS_TO_UNDO):
            raise Refusal("MOVEIN_UNDO_OVER", days=DAYS_TO_UNDO)
        self.go(row, ListState.UNDOING, by)

    def go_on(self, run: UUID, by: Actor) -> None:
        """Work that stopped half way goes on; what is done stays done."""
        row = self.held(run, *WORKING)
        row.save()
        self._next_step(row, self.worker(by.practice, by.id))

    def discard(self, run: UUID) -> None:
        """Off the disk."""
        row = self.held(run, *AT_REST)
        row.state = ListState.GONE
        row.save()
        transaction.on_commit(files.remove(run))

    def expire(self) -> int:
        """Those at rest that were sent more than 30 days ago go off the disk. How many."""
        over = clock.now() - dt.timedelta(days=DAYS_TO_UNDO)
        old = self.kind._default_manager.filter(sent_at__lt=over, state__in=AT_REST)
        gone = list(old.values_list("id", flat=True))
        self.kind._default_manager.filter(id__in=gone).update(state=ListState.GONE)
        for run in gone:
            transaction.on_commit(files.remove(run))
        return len(gone)

    def advance(self, row: L, state: str) -> None:
        """One piece is done, or all of it."""
        row.state = state
        row.done = row.done if state in WORKING else 0
        row.moved_at = clock.now() if state == ListState.MOVED and row.moved_at is None else row.moved_at
        row.save()

    def step(self, run: UUID, work: Mapping[str, Work], advance: Callable[..., None], *, by: Actor) -> None:
        """The next piece of whatever the list is at; the one after is queued. Whoever comes late does nothing."""
        row = _one(self.kind._default_manager.select_for_update().filter(id=run))
        if row.state not in WORKING:
            return
        state = work[row.state](row, by)
        advance(row, state, by=by)
        if state in WORKING:
            self._next_step(row, by)

    def rows_of(self, row: L) -> QuerySet[R]:
        """All rows of a list in its order."""
        return self.row._default_manager.filter(run_id=row.id).order_by("number")

    def next_piece(self, row: L, which: Q) -> list[R]:
        """The rows of the next piece that has any; `done` moves behind it."""
        wanted = self.rows_of(row).filter(which)
        first = wanted.filter(number__gte=row.done * PIECE).values_list("number", flat=True).first()
        if first is None:
            row.done = row.pieces
            return []
        row.done = first // PIECE + 1
        start = (row.done - 1) * PIECE
        return list(wanted.filter(number__gte=start, number__lt=start + PIECE))

    def _next_step(self, row: L, by: Actor) -> None:
        jobs.enqueue(self.job, by=by, run=row.id)


def cut(row: SentList, shelf: Shelf, matcher: Matcher) -> str:
    """Reads a list and keeps it in pieces; a list that cannot be read says why. What the list is at then."""
    try:
        table = without_reason(read(io.BytesIO(shelf.read("list")), matcher.known))
        for number, rows in enumerate(_pieces(table.rows)):
            shelf.keep_piece(number, rows)
            row.rows, row.pieces = row.rows + len(rows), number + 1
    except Refusal as refusal:
        row.refused, row.rows, row.pieces = refusal.code, 0, 0
        return ListState.REFUSED
    transaction.on_commit(files.remove(row.id, "list"))
    return ListState.CHECKING if row.pieces else ListState.CHECKED


def going_on(row: SentList, doing: ListState, done: ListState) -> str:
    """Whether there are pieces left of what is being done."""
    return doing if row.done < row.pieces else done


def cells_of(rows: Iterable[ListRow], shelf: Shelf) -> dict[int, Row]:
    """The cells of these rows by their number, each piece opened once."""
    numbers = sorted(one.number for one in rows)
    pieces = {number: shelf.piece(number) for number in dict.fromkeys(n // PIECE for n in numbers)}
    return {n: pieces[n // PIECE][n % PIECE] for n in numbers}


def without_reason(table: Table) -> Table:
    """A rejects file that comes back has one column more than what was sent; it is not read."""
    if table.headers[-1] != REASON:
        return table
    rows = (Row(row.number, row.cells[:-1], row.long) for row in table.rows)
    return Table(table.headers[:-1], rows, table.shape)


def taken(columns: Sequence[str], order: str, labels: Mapping[str, Any]) -> set[str]:
    """The fields these columns hold. Raises Refusal CHOICE_UNKNOWN, MOVEIN_COLUMN_TWICE."""
    held = [one for one in columns if one != LEFT_OUT]
    if order not in ORDERS or not set(held) <= labels.keys():
        raise Refusal("CHOICE_UNKNOWN")
    if len(set(held)) != len(held):
        raise Refusal("MOVEIN_COLUMN_TWICE")
    return set(held)


def _one(rows: QuerySet[L]) -> L:
    row = rows.first()
    if row is None:
        raise Refusal("NOT_FOUND")
    return row


def _pieces(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while piece := list(islice(left, PIECE)):
        yield piece
