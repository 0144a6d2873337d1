"""The worker's side: one piece of a list at a time, each in its own transaction, so that a kill costs one piece."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.db.models import Q

from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.jobs import job
from keepwell.patients.movein.course import cut, going_on
from keepwell.patients.movein.files import PIECE
from keepwell.scheduling import booking
from keepwell.scheduling.asked import Booking
from keepwell.scheduling.models import Appointment, VisitList, VisitListRow
from keepwell.scheduling.movein import actions, showing
from keepwell.scheduling.movein.actions import COURSE, Outcome, State
from keepwell.scheduling.movein.fields import MATCHER
from keepwell.scheduling.movein.judging import judged


@job("visit_list.step")
def step(*, by: Actor, run: UUID) -> None:
    """Does the next piece of whatever the list is at, and queues the one after. Whoever comes late does nothing."""
    COURSE.step(run, _WORK, actions.advance, by=by)


def _read(row: VisitList, by: Actor) -> str:
    "Cuts the list into pieces. Read again with other columns, the pieces are there already."
    if row.pieces:
        actions.forget_rows(row, by=by)
        return State.CHECKING
    return cut(row, actions.opened(row.id, by=by), MATCHER)


def _check(row: VisitList, by: Actor) -> str:
    "Can each row of this piece be booked?"
    shelf = actions.opened(row.id, by=by)
    rows = judged(row, shelf.piece(row.done), row.done * PIECE, showing.plan_of(row, by), by=by)
    actions.judge(rows, by=by)
    row.done += 1
    return going_on(row, State.CHECKING, State.CHECKED)


def _move(row: VisitList, by: Actor) -> str:
    "Those of this piece that can be booked are, once more asked of the calendar as it is now."
    rows = COURSE.next_piece(row, Q(outcome=Outcome.READY))
    for one in rows:
        _book(one, by)
    if rows:
        actions.settle(rows, by=by)
    return going_on(row, State.MOVING, State.MOVED)


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
    rows = COURSE.next_piece(row, Q(outcome=Outcome.BOOKED))
    untouched = Appointment.objects.select_for_update().filter(
        id__in=[r.appointment_id for r in rows], version=1, status=Appointment.Status.BOOKED
    )
    free = {a.id: a for a in untouched.order_by("id")}
    actions.take_back(list(free.values()), by=by)
    for one in rows:
        one.outcome = Outcome.WITHDRAWN if one.appointment_id in free else Outcome.KEPT
    if rows:
        actions.settle(rows, by=by)
    return going_on(row, State.UNDOING, State.UNDONE)


_WORK: dict[str, Callable[[VisitList, Actor], str]] = {
    State.READING: _read,
    State.CHECKING: _check,
    State.MOVING: _move,
    State.UNDOING: _undo,
}
