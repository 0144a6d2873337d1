"""Actions: a change of an appointment is taken back within a moment, by whoever made it (undo for ten seconds)."""

from __future__ import annotations

from uuid import UUID

from keepwell.access.persons import persons
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.scheduling import booking, changes, placing
from keepwell.scheduling.models import STANDING, Appointment, AppointmentChange

S = Appointment.Status


def undo(change: UUID, *, by: Actor) -> Appointment:
    """As it was before a change, and before whatever else was changed with it.

    Raises Refusal UNDO_OVER, STALE_VERSION, SLOT_TAKEN, PATIENT_BUSY, GROUP_FULL.
    """
    row = AppointmentChange.objects.filter(id=change, by_id=by.id, undone_at=None).first()
    if row is None or clock.now() - row.at > changes.UNDO:
        raise Refusal("UNDO_OVER")
    together = AppointmentChange.objects.filter(request=row.request, by_id=by.id, undone_at=None)
    last = row.appointment
    for each in together.exclude(verb="appointment.undone").order_by("-at", "-id"):
        last = _undone((each.patient_id, by.practice), each, by=by)
    return last


@action("appointment.undone", about="whom")
def _undone(whom: tuple[UUID, UUID], change: AppointmentChange, *, by: Actor) -> Appointment:
    "A change made a moment ago is taken back. A booking taken back counts as entered in error."
    rows = Appointment.objects.select_related("service", "slot").select_for_update(of=("self",))
    row = rows.get(id=change.appointment_id)
    if row.version != change.version:
        raise Refusal("STALE_VERSION")
    change.undone_at = clock.now()
    change.save(update_fields=["undone_at"])
    if change.verb == "appointment.moved":
        return _moved_back(row, change, by)
    was = changes.before(row)
    if change.verb == "appointment.booked":
        booking.give_back(row, by)
        row.status = S.ENTERED_IN_ERROR
    elif row.status not in STANDING and change.from_status in STANDING and row.status == S.CANCELLED:
        booking.taken_again(row, change.from_status, by)
    else:
        row.status = change.from_status
    row.waiting_since, row.cause, row.version = change.waiting_since, "", row.version + 1
    row.save(update_fields=["slot", "status", "cause", "waiting_since", "version"])
    changes.noted(row, "appointment.undone", was, by)
    return row


def _moved_back(row: Appointment, change: AppointmentChange, by: Actor) -> Appointment:
    assert change.from_practitioner_id and change.from_starts_at and change.from_ends_at
    records = persons([row.patient_id])[row.patient_id]
    placing.locked(row.practitioner_id, change.from_practitioner_id)
    back = change.from_practitioner_id, change.from_starts_at, change.from_ends_at
    return booking.replaced(row, *back, records, "appointment.undone", by)
