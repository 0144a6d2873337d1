"""The worker's side: one piece of a list at a time, each in its own transaction, so that a kill costs one piece."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

from django.db.models import Q

from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.ledger.jobs import job
from keepwell.patients import alike, bulk, indexing
from keepwell.patients.models import MoveIn, MoveInRow
from keepwell.patients.movein import actions
from keepwell.patients.movein.actions import COURSE, Choice, Outcome, State
from keepwell.patients.movein.course import cells_of, cut, going_on
from keepwell.patients.movein.fields import MATCHER
from keepwell.patients.movein.files import Shelf
from keepwell.patients.movein.judging import judged
from keepwell.patients.movein.people import Plan, Told, told
from keepwell.vault.blind import Findable

Verdict = MoveInRow.Verdict


@job("movein.step")
def step(*, by: Actor, run: UUID) -> None:
    """Does the next piece of whatever the list is at, and queues the one after. Whoever comes late does nothing."""
    COURSE.step(run, _WORK, actions.advance, by=by)


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
    return cut(row, actions.opened(row.id, by=by), MATCHER)


def _check(row: MoveIn, by: Actor) -> str:
    "What is each row of this piece: new, here already, doubtful, or not to be read?"
    shelf = actions.opened(row.id, by=by)
    actions.judge(judged(row, shelf, plan_of(row), by=by), by=by)
    row.done += 1
    return going_on(row, State.CHECKING, State.CHECKED)


def _move(row: MoveIn, by: Actor) -> str:
    "Those of this piece who are new, once more compared with everybody here, become patients."
    pending = Q(verdict=Verdict.NEW) | Q(verdict=Verdict.DOUBTFUL, choice__in=(Choice.REGISTER, Choice.ADD))
    rows = COURSE.next_piece(row, pending & Q(outcome=Outcome.NONE))
    if rows:
        shelf = actions.opened(row.id, by=by)
        said = _told(rows, shelf, row)
        _filled(rows, said, by)
        _registered(rows, said, by)
        actions.settle(rows, by=by)
    return going_on(row, State.MOVING, State.MOVED)


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
    rows = COURSE.next_piece(row, Q(outcome__in=(Outcome.REGISTERED, Outcome.KEPT)))
    if rows:
        free = bulk.untouched(_ids(rows), by=by)
        for one in rows:
            one.outcome = Outcome.WITHDRAWN if one.patient_id in free else Outcome.KEPT
        if free:
            bulk.withdraw(tuple(free), by=by)
        actions.settle(rows, by=by)
    return going_on(row, State.UNDOING, State.UNDONE)


def _redo(row: MoveIn, by: Actor) -> str:
    "Those who were withdrawn and whom nobody registered again in between stand again."
    rows = COURSE.next_piece(row, Q(outcome=Outcome.WITHDRAWN))
    if rows:
        said = _told(rows, actions.opened(row.id, by=by), row)
        found = alike.compare([findable(said[r.number]) for r in rows], by=by)
        back = [r for r, answer in zip(rows, found, strict=True) if not answer.maybe and not answer.taken]
        for one in back:
            one.outcome = Outcome.REGISTERED
        if back:
            bulk.restore(_ids(back), by=by)
            actions.settle(back, by=by)
    return going_on(row, State.REDOING, State.MOVED)


def _ids(rows: Iterable[MoveInRow]) -> tuple[UUID, ...]:
    return tuple(r.patient_id for r in rows if r.patient_id)


def _told(rows: Iterable[MoveInRow], shelf: Shelf, row: MoveIn) -> dict[int, Told]:
    return {number: told(cells.cells, plan_of(row), long=cells.long) for number, cells in cells_of(rows, shelf).items()}


_WORK: dict[str, Callable[[MoveIn, Actor], str]] = {
    State.READING: _read,
    State.CHECKING: _check,
    State.MOVING: _move,
    State.UNDOING: _undo,
    State.REDOING: _redo,
}
