"""Actions: what becomes of an appointment, in the words of FHIR AppointmentStatus."""

from __future__ import annotations

from uuid import UUID

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.scheduling import booking, changes, policies
from keepwell.scheduling.asked import CAUSES
from keepwell.scheduling.models import STANDING, Appointment

S = Appointment.Status

WAITING = (S.ARRIVED, S.CHECKED_IN)
"""Somebody is here and waits."""

FROM: dict[str, frozenset[str]] = {
    S.ARRIVED: frozenset({S.BOOKED}),
    S.CHECKED_IN: frozenset({S.BOOKED, S.ARRIVED}),
    S.FULFILLED: frozenset({S.BOOKED, S.ARRIVED, S.CHECKED_IN}),
    S.NO_SHOW: frozenset({S.BOOKED}),
    S.CANCELLED: frozenset(STANDING),
    S.ENTERED_IN_ERROR: frozenset({*STANDING, S.FULFILLED, S.NO_SHOW}),
    S.BOOKED: frozenset({S.ARRIVED, S.CHECKED_IN, S.NO_SHOW}),
}
"""Which status may follow which."""


@action("appointment.arrived", about="appointment")
def arrive(appointment: Appointment, *, by: Actor) -> Appointment:
    "The patient is here, or in the waiting room."
    booking.here_for(appointment, by)
    return _became(appointment, S.ARRIVED, "appointment.arrived", by)


@action("appointment.checked_in", about="appointment")
def check_in(appointment: Appointment, *, by: Actor) -> Appointment:
    "The desk has checked who came, their coverage and their forms."
    booking.here_for(appointment, by)
    return _became(appointment, S.CHECKED_IN, "appointment.checked_in", by)


@action("appointment.fulfilled", about="appointment")
def fulfil(appointment: Appointment, *, by: Actor) -> Appointment:
    "The visit took place."
    return _became(appointment, S.FULFILLED, "appointment.fulfilled", by)


@action("appointment.missed", about="appointment")
def miss(appointment: Appointment, *, by: Actor) -> Appointment:
    "The patient did not come. Only once the time has begun."
    if appointment.starts_at > clock.now():
        raise Refusal("NOT_YET")
    policies.note_missed(appointment)
    return _became(appointment, S.NO_SHOW, "appointment.missed", by)


@action("appointment.as_booked", about="appointment")
def as_booked(appointment: Appointment, *, by: Actor) -> Appointment:
    "What was noted about an appointment was a slip: it is booked as before."
    return _became(appointment, S.BOOKED, "appointment.as_booked", by)


def cancel(appointment: Appointment, cause: str, *, by: Actor) -> Appointment:
    """The time is given back. Raises Refusal CAUSE_UNKNOWN, STATUS_ORDER, STALE_VERSION."""
    if cause not in CAUSES:
        raise Refusal("CAUSE_UNKNOWN", field="cause")
    return _cancelled((appointment.patient_id, by.practice), appointment, cause, by=by)


@action("appointment.cancelled", about="whom")
def _cancelled(whom: tuple[UUID, UUID], appointment: Appointment, cause: str, *, by: Actor) -> Appointment:
    "A promised time is given back and is free for others. The care relation it made ends."
    booking.give_back(appointment, by)
    policies.note_cancelled(appointment, cause)
    return _became(appointment, S.CANCELLED, "appointment.cancelled", by, cause)


def _became(appointment: Appointment, status: str, verb: str, by: Actor, cause: str = "") -> Appointment:
    was = changes.before(appointment)
    columns = {"status": status, "cause": cause, "version": appointment.version + 1, "waiting_since": None}
    if status in WAITING:
        columns["waiting_since"] = appointment.waiting_since or clock.now()
    allowed = Appointment.objects.filter(id=appointment.id, version=appointment.version, status__in=FROM[status])
    if not allowed.update(**columns):
        now = Appointment.objects.filter(id=appointment.id).first()
        raise Refusal("STALE_VERSION" if now and now.version != appointment.version else "STATUS_ORDER")
    for column, value in columns.items():
        setattr(appointment, column, value)
    changes.noted(appointment, verb, was, by)
    return appointment
