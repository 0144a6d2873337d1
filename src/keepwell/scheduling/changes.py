"""What each change of an appointment was: told on its page, and undone from for a moment."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.scheduling.models import Appointment, AppointmentChange

UNDO = dt.timedelta(seconds=10)
"""How long a change can be undone as if it had not been."""


def before(appointment: Appointment) -> AppointmentChange:
    """How an appointment stands, to be noted with what becomes of it."""
    return AppointmentChange(
        from_status=appointment.status,
        from_starts_at=appointment.starts_at,
        from_ends_at=appointment.ends_at,
        from_practitioner_id=appointment.practitioner_id,
        waiting_since=appointment.waiting_since,
    )


def noted(appointment: Appointment, verb: str, was: AppointmentChange | None, by: Actor) -> AppointmentChange:
    """Keeps what a change was; inside the action that makes it."""
    change = was or AppointmentChange()
    change.appointment, change.patient_id, change.at = appointment, appointment.patient_id, clock.now()
    change.by_id, change.request = None if by.role is Role.SYSTEM else by.id, by.request
    change.verb, change.version, change.to_status = verb, appointment.version, appointment.status
    change.to_starts_at, change.to_ends_at = appointment.starts_at, appointment.ends_at
    change.save(force_insert=True)
    return change


def of(appointment: UUID) -> list[AppointmentChange]:
    """Everything that happened to an appointment, first to last."""
    rows = AppointmentChange.objects.filter(appointment_id=appointment)
    return list(rows.select_related("by", "from_practitioner").order_by("at", "version", "id"))


def just_made(by: Actor) -> AppointmentChange | None:
    """What the actor changed a moment ago and can undo."""
    fresh = AppointmentChange.objects.filter(by_id=by.id, at__gt=clock.now() - UNDO, undone_at=None)
    last = fresh.exclude(verb="appointment.undone").order_by("-at", "-id").first()
    return last if last and last.version == last.appointment.version else None


def together(change: AppointmentChange) -> int:
    """How many visits were changed with one."""
    return AppointmentChange.objects.filter(request=change.request, undone_at=None).count()
