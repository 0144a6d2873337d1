"""The worker's side: one piece of a list at a time, each in its own transaction, so that a kill costs one piece."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.base.tables.reading import read
from keepwell.base.tables.shapes import Row
from keepwell.ledger import jobs
from keepwell.ledger.jobs import job
from keepwell.patients import alike, bulk, indexing
from keepwell.patients.models import MoveIn, MoveInRow
from keepwell.patients.movein import actions, files
from keepwell.patients.movein.actions import WORKING, Choice, Outcome, State
from keepwell.patients.movein.fields import MATCHER
from keepwell.patients.movein.files import PIECE, Shelf
from keepwell.patients.movein.judging import judged
from keepwell.patients.movein.peek import without_reason
from keepwell.patients.movein.people import Plan, Told, told
from keepwell.vault.blind import Findable

Verdict = MoveInRow.Verdict


@job("movein.step")
def step(*, by: Actor, run: UUID) -> None:
    """Does the next piece of whatever the list is at, and queues the one after. Whoever comes late does nothing."""
    row = MoveIn.objects.select_for_update().filter(id=run).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    if row.state not in WORKING:
        return
    state = _WORK[row.state](row, by)
    actions.advance(row, state, by=by)
    if state in WORKING:
        jobs.enqueue("movein.step", by=by, run=run)


def plan_of(row: MoveIn) -> Plan:
    """What the columns of a list hold."""
    return Plan(tuple(row.columns or ()), row.order)


def findable(one: Told) -> Findable:
    """What a row would be found by."""
    return indexing.findable(one.who, one.reach)


def _read(row: MoveIn, by: Actor) -> str:
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


def _check(row: MoveIn, by: Actor) -> str:
    "What is each row of this piece: new, here already, doubtful, or not to be read?"
    shelf = actions.opened(row.id, by=by)
    actions.judge(judged(row, shelf, plan_of(row), by=by), by=by)
    row.done += 1
    return State.CHECKING if row.done < row.pieces else State.CHECKED


def _move(row: MoveIn, by: Actor) -> str:
    "Those of this piece who are new, once more compared with everybody here, become patients."
    pending = Q(verdict=Verdict.NEW) | Q(verdict=Verdict.DOUBTFUL, choice__in=(Choice.REGISTER, Choice.ADD))
    rows = _next(row, pending & Q(outcome=Outcome.NONE))
    if rows:
        shelf = actions.opened(row.id, by=by)
        said = _told(rows, shelf, row)
        _filled(rows, said, by)
        _registered(rows, said, by)
        actions.settle(rows, by=by)
    return State.MOVING if row.done < row.pieces else State.MOVED


def _registered(rows: list[MoveInRow], said: dict[int, Told], by: Actor) -> None:
    wanted = [r for r in rows if r.choice != Choice.ADD]
    found = alike.compare([findable(said[r.number]) for r in wanted], by=by)
    fresh = {}
    for one, answer in zip(wanted, found, strict=True):
        if answer.taken:
            one.verdict, one.wrong = Verdict.REJECT, [["record_number", "RECORD_NUMBER_TAKEN"]]
        elif one.choice == Choice.REGISTER or not answer.maybe:
            one.patient_id, one.outcome = new_id(), Outcome.REGISTERED
            fresh[one.patient_id] = said[one.number]
        else:
            one.verdict = Verdict.SAME if answer.same else Verdict.DOUBTFUL
            one.alike = [str(p) for p in ([answer.same] if answer.same else answer.maybe)]
    people = {patient: (one.who, one.reach) for patient, one in fresh.items()}
    bulk.move_in(people, {patient: one.payers for patient, one in fresh.items()}, by=by)


def _filled(rows: list[MoveInRow], said: dict[int, Told], by: Actor) -> None:
    for one in rows:
        if one.choice == Choice.ADD:
            one.patient_id, one.outcome = UUID(one.alike[0]), Outcome.ADDED
            bulk.fill_in(one.patient_id, said[one.number].reach, said[one.number].payers, by=by)


def _undo(row: MoveIn, by: Actor) -> str:
    "Those of this piece whom nobody touched are withdrawn; the others stay and are listed."
    rows = _next(row, Q(outcome__in=(Outcome.REGISTERED, Outcome.KEPT)))
    if rows:
        free = bulk.untouched(_ids(rows), by=by)
        for one in rows:
            one.outcome = Outcome.WITHDRAWN if one.patient_id in free else Outcome.KEPT
        if free:
            bulk.withdraw(tuple(free), by=by)
        actions.settle(rows, by=by)
    return State.UNDOING if row.done < row.pieces else State.UNDONE


def _redo(row: MoveIn, by: Actor) -> str:
    "Those who were withdrawn and whom nobody registered again in between stand again."
    rows = _next(row, Q(outcome=Outcome.WITHDRAWN))
    if rows:
        said = _told(rows, actions.opened(row.id, by=by), row)
        found = alike.compare([findable(said[r.number]) for r in rows], by=by)
        back = [r for r, answer in zip(rows, found, strict=True) if not answer.maybe and not answer.taken]
        for one in back:
            one.outcome = Outcome.REGISTERED
        if back:
            bulk.restore(_ids(back), by=by)
            actions.settle(back, by=by)
    return State.REDOING if row.done < row.pieces else State.MOVED


def _ids(rows: Iterable[MoveInRow]) -> tuple[UUID, ...]:
    return tuple(r.patient_id for r in rows if r.patient_id)


def _next(row: MoveIn, which: Q) -> list[MoveInRow]:
    "The rows of the next piece that has any; `done` moves behind it."
    first = rows_of(row).filter(which, number__gte=row.done * PIECE).values_list("number", flat=True).first()
    if first is None:
        row.done = row.pieces
        return []
    row.done = first // PIECE + 1
    start = (row.done - 1) * PIECE
    return list(rows_of(row).filter(which, number__gte=start, number__lt=start + PIECE))


def rows_of(row: MoveIn) -> QuerySet[MoveInRow]:
    """All rows of a list in its order."""
    return MoveInRow.objects.filter(run=row).order_by("number")


def _told(rows: Iterable[MoveInRow], shelf: Shelf, row: MoveIn) -> dict[int, Told]:
    return {number: told(cells.cells, plan_of(row), long=cells.long) for number, cells in cells_of(rows, shelf).items()}


def cells_of(rows: Iterable[MoveInRow], shelf: Shelf) -> dict[int, Row]:
    """The cells of these rows, each piece opened once."""
    numbers = sorted(one.number for one in rows)
    pieces = {number: shelf.piece(number) for number in dict.fromkeys(n // PIECE for n in numbers)}
    return {n: pieces[n // PIECE][n % PIECE] for n in numbers}


def _pieces(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while piece := list(islice(left, PIECE)):
        yield piece


_WORK: dict[str, Callable[[MoveIn, Actor], str]] = {
    State.READING: _read,
    State.CHECKING: _check,
    State.MOVING: _move,
    State.UNDOING: _undo,
    State.REDOING: _redo,
}
