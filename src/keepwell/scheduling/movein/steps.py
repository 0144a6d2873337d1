"""The worker's side: one piece of a list at a time, each in its own transaction, so that a kill costs one piece."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.tables.reading import read
from keepwell.base.tables.shapes import Row, Table
from keepwell.ledger import jobs
from keepwell.ledger.jobs import job
from keepwell.patients.movein import files
from keepwell.patients.movein.files import PIECE
from keepwell.scheduling import booking
from keepwell.scheduling.asked import Booking
from keepwell.scheduling.models import Appointment, VisitList, VisitListRow
from keepwell.scheduling.movein import actions, showing
from keepwell.scheduling.movein.actions import WORKING, Outcome, State
from keepwell.scheduling.movein.fields import MATCHER, REASON
from keepwell.scheduling.movein.judging import judged


@job("visit_list.step")
def step(*, by: Actor, run: UUID) -> None:
    """Does the next piece of whatever the list is at, and queues the one after. Whoever comes late does nothing."""
    row = VisitList.objects.select_for_update().filter(id=run).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    if row.state not in WORKING:
        return
    state = _WORK[row.state](row, by)
    actions.advance(row, state, by=by)
    if state in WORKING:
        jobs.enqueue("visit_list.step", by=by, run=run)


def _read(row: VisitList, by: Actor) -> str:
    "Cuts the list into pieces. Read again with other columns, the pieces are there already."
    if row.pieces:
        actions.forget_rows(row, by=by)
        return State.CHECKING
    shelf = actions.opened(row.id, by=by)
    try:
        table = without_reason(read(io.BytesIO(shelf.read("list")), MATCHER.known))
        for number, rows in enumerate(_pieces(table.rows)):
            shelf.keep_piece(number, rows)
            row.rows, row.pieces = row.rows + len(rows), number + 1
    except Refusal as refusal:
        row.refused, row.rows, row.pieces = refusal.code, 0, 0
        return State.REFUSED
    transaction.on_commit(files.remove(row.id, "list"))
    return State.CHECKING if row.pieces else State.CHECKED


def _check(row: VisitList, by: Actor) -> str:
    "Can each row of this piece be booked?"
    shelf = actions.opened(row.id, by=by)
    rows = judged(row, shelf.piece(row.done), row.done * PIECE, showing.plan_of(row, by), by=by)
    actions.judge(rows, by=by)
    row.done += 1
    return State.CHECKING if row.done < row.pieces else State.CHECKED


def _move(row: VisitList, by: Actor) -> str:
    "Those of this piece that can be booked are, once more asked of the calendar as it is now."
    rows = _next(row, Outcome.READY)
    for one in rows:
        _book(one, by)
    if rows:
        actions.settle(rows, by=by)
    return State.MOVING if row.done < row.pieces else State.MOVED


def _book(one: VisitListRow, by: Actor) -> None:
    assert one.patient_id and one.practitioner and one.service and one.starts_at and one.ends_at
    minutes = int((one.ends_at - one.starts_at).total_seconds() // 60)
    asked = Booking(one.service, one.practitioner, one.starts_at, one.modality, one.place, minutes=minutes)
    try:
        one.appointment = booking.book(one.patient_id, asked, by=by)
        one.outcome = Outcome.BOOKED
    except Refusal as refusal:
        one.outcome, one.wrong = Outcome.REJECT, [["date", refusal.code]]


def _undo(row: VisitList, by: Actor) -> str:
    "Visits of this piece that nobody changed are taken back; the others stay and are counted."
    rows = _next(row, Outcome.BOOKED)
    untouched = Appointment.objects.select_for_update().filter(
        id__in=[r.appointment_id for r in rows], version=1, status=Appointment.Status.BOOKED
    )
    free = {a.id: a for a in untouched.order_by("id")}
    actions.take_back(list(free.values()), by=by)
    for one in rows:
        one.outcome = Outcome.WITHDRAWN if one.appointment_id in free else Outcome.KEPT
    if rows:
        actions.settle(rows, by=by)
    return State.UNDOING if row.done < row.pieces else State.UNDONE


def _next(row: VisitList, outcome: str) -> list[VisitListRow]:
    "The rows of the next piece that has any; `done` moves behind it."
    which = rows_of(row).filter(outcome=outcome, number__gte=row.done * PIECE)
    first = which.values_list("number", flat=True).first()
    if first is None:
        row.done = row.pieces
        return []
    row.done = first // PIECE + 1
    return list(which.filter(number__lt=row.done * PIECE))


def rows_of(row: VisitList) -> QuerySet[VisitListRow]:
    """All rows of a list in its order."""
    return VisitListRow.objects.filter(run=row).order_by("number")


def without_reason(table: Table) -> Table:
    """A rejects file that comes back has one column more than what was sent; it is not read."""
    if table.headers[-1] != REASON:
        return table
    rows = (Row(row.number, row.cells[:-1], row.long) for row in table.rows)
    return Table(table.headers[:-1], rows, table.shape)


def _pieces(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while piece := list(islice(left, PIECE)):
        yield piece


_WORK: dict[str, Callable[[VisitList, Actor], str]] = {
    State.READING: _read,
    State.CHECKING: _check,
    State.MOVING: _move,
    State.UNDOING: _undo,
}
