"""Slots as rows: a piece of time is placed if nobody has it, and given back. The database refuses two at once."""

from __future__ import annotations

import datetime as dt
from typing import Any, Never
from uuid import UUID

from django.db import connection
from django.db.models import Q

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.scheduling import freeing, slots
from keepwell.scheduling.models import STANDING, Appointment, HealthcareService, Schedule, Slot

_INSERT = """
INSERT INTO scheduling_slot (id, practice_id, practitioner_id, service_id, starts_at, ends_at, busy_from, busy_until,
  status, held_until, held_by_id, overbooked)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT ON CONSTRAINT scheduling_slot_never_two DO NOTHING RETURNING id"""
_INSERT_OVER = _INSERT.replace("ON CONFLICT ON CONSTRAINT scheduling_slot_never_two DO NOTHING ", "")


def wanted(
    service: HealthcareService,
    practitioner: UUID,
    starts: dt.datetime,
    ends: dt.datetime,
    status: str = Slot.Status.BUSY,
    held_until: dt.datetime | None = None,
    held_by: UUID | None = None,
) -> Slot:
    """A slot that is not kept yet, its service's buffers around it."""
    return Slot(
        practitioner_id=practitioner,
        service=service,
        starts_at=starts,
        ends_at=ends,
        busy_from=starts - dt.timedelta(minutes=service.before_minutes),
        busy_until=ends + dt.timedelta(minutes=service.after_minutes),
        status=status,
        held_until=held_until,
        held_by_id=held_by,
    )


def placed(slot: Slot, by: Actor) -> Slot | None:
    """The slot, kept; None if its time is taken. Waits for whoever books it in this moment, and never in a ring.

    Holds that ran out give way, and so do those of whoever asks.
    """
    overlapping = Slot.objects.filter(busy_from__lt=slot.busy_until, busy_until__gt=slot.busy_from)
    held = overlapping.filter(practitioner_id=slot.practitioner_id, status=Slot.Status.HELD)
    held.filter(Q(held_until__lte=clock.now()) | Q(held_by_id=by.id)).update(status=Slot.Status.FREE)
    columns: list[Any] = [
        slot.id, by.practice, slot.practitioner_id, slot.service_id, slot.starts_at, slot.ends_at, slot.busy_from,
        slot.busy_until, slot.status, slot.held_until, slot.held_by_id, slot.overbooked,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_OVER if slot.overbooked else _INSERT, columns)
        return slot if cursor.fetchone() else None


def taken(slot: Slot, state: str = "") -> Never:
    """Raises Refusal SLOT_TAKEN with the next free starts as `alternatives`."""
    assert slot.service is not None
    others = slots.free(slot.service.id, state=state, since=slot.starts_at, limit=slots.ALTERNATIVES)
    raise Refusal("SLOT_TAKEN", field="starts_at", alternatives=tuple(others))


def given_back(appointment: Appointment, why: str = freeing.Why.CANCELLED) -> None:
    """The slot is free again, unless others of a group still sit in it. Whoever waits for such a time is asked."""
    others = Appointment.objects.filter(slot_id=appointment.slot_id, status__in=STANDING).exclude(id=appointment.id)
    if not others.exists():
        Slot.objects.filter(id=appointment.slot_id).update(status=Slot.Status.FREE)
        if not appointment.overbooked:
            freeing.freed(appointment.practitioner_id, appointment.starts_at, appointment.ends_at, why)


def locked(*practitioners: UUID) -> None:
    """Moves of one practitioner's day go one after another, in one order, so that no two wait for each other."""
    rows = (
        Schedule.objects.select_for_update().filter(practitioner_id__in=set(practitioners)).order_by("practitioner_id")
    )
    list(rows)
