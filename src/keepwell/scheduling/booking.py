"""Actions: a time is held, promised, moved and given back. The database refuses two at once; here that gets a name."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from keepwell.access import relations
from keepwell.access.actions import unrelate
from keepwell.access.models import CareRelation
from keepwell.access.persons import persons
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.patients.models import Patient
from keepwell.scheduling import slots, wall
from keepwell.scheduling.asked import Booking
from keepwell.scheduling.models import STANDING, Appointment, HealthcareService, Schedule, Slot
from keepwell.vault.phi import PhiClass

HELD_FOR = dt.timedelta(minutes=5)
"""How long a slot waits while a form is filled."""
VISIT = relations.basis("visit", _("a visit"))
BEFORE, AFTER = dt.timedelta(days=7), dt.timedelta(days=30)
"""How long before and after a visit its practitioner looks after the patient."""

_INSERT = """
INSERT INTO scheduling_slot (id, practice_id, practitioner_id, service_id, starts_at, ends_at, busy_from, busy_until,
  status, held_until, held_by_id, overbooked)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT ON CONSTRAINT scheduling_slot_never_two DO NOTHING RETURNING id"""
_INSERT_OVER = _INSERT.replace("ON CONFLICT ON CONSTRAINT scheduling_slot_never_two DO NOTHING ", "")


@action("slot.held")
def hold(service: HealthcareService, practitioner: UUID, starts_at: dt.datetime, *, by: Actor) -> Slot:
    "A time waits for a few minutes while the form is filled. A hold that ran out never blocks."
    ends_at = starts_at + dt.timedelta(minutes=service.minutes)
    wall.to_come(starts_at, ends_at)
    held = _slot(service, practitioner, starts_at, Slot.Status.HELD, clock.now() + HELD_FOR, by.id)
    return _placed(held, by) or _taken(held)


@action("slot.released")
def release(slot: Slot, *, by: Actor) -> None:
    "A held time is given back before it ran out. Only one's own."
    Slot.objects.filter(id=slot.id, status=Slot.Status.HELD, held_by_id=by.id).update(status=Slot.Status.FREE)


def book(patient: UUID, asked: Booking, *, by: Actor) -> Appointment:
    """Promises a patient a time. The second booking of a time is refused.

    Raises Refusal SLOT_TAKEN (with `alternatives`), PATIENT_BUSY, HOLD_EXPIRED, SLOT_OUTSIDE_HOURS, LOCATION_REQUIRED,
    LICENSE_STATE_MISMATCH, LICENSE_EXPIRED, MODALITY_UNKNOWN, SERVICE_UNKNOWN, TIME_PAST, GROUP_FULL.
    """
    return _booked((patient, by.practice), asked, by=by)


@action("appointment.booked", about="whom", seals={PhiClass.CLINICAL})
def _booked(whom: tuple[UUID, UUID], asked: Booking, *, by: Actor) -> Appointment:
    "A patient is promised a time. It begins a care relation, from a week before to a month after."
    records = _held_still(whom[0])
    service = _service(asked)
    ends = asked.starts_at + dt.timedelta(minutes=service.minutes)
    wall.to_come(asked.starts_at, ends)
    slots.licensed(asked.practitioner, service, asked.state, _day(asked.practitioner, asked.starts_at))
    if not asked.overbook and not asked.group and not slots.open_at(asked.practitioner, asked.starts_at, ends):
        raise Refusal("SLOT_OUTSIDE_HOURS", field="starts_at")
    slot = _claimed(asked, service, by)
    if not asked.overbook and _busy(records, slot.starts_at, slot.ends_at):
        raise Refusal("PATIENT_BUSY", field="starts_at")
    return _kept(whom[0], asked, slot, by)


def move(
    appointment: Appointment, starts_at: dt.datetime, *, by: Actor, practitioner: UUID | None = None
) -> Appointment:
    """Another time, or another practitioner, for what is booked. Raises what `book` raises, and STALE_VERSION."""
    return _moved((appointment.patient_id, by.practice), appointment, starts_at, practitioner, by=by)


@action("appointment.moved", about="whom")
def _moved(
    whom: tuple[UUID, UUID], appointment: Appointment, starts_at: dt.datetime, practitioner: UUID | None, *, by: Actor
) -> Appointment:
    "An appointment is moved to another time or practitioner. The old time is free for others from now on."
    goes_to = practitioner or appointment.practitioner_id
    records = _held_still(appointment.patient_id)
    _locked(appointment.practitioner_id, goes_to)
    standing = _standing(appointment)
    service = standing.service
    wall.to_come(starts_at, starts_at + dt.timedelta(minutes=service.minutes))
    slots.licensed(goes_to, service, standing.state, _day(goes_to, starts_at))
    if not slots.open_at(goes_to, starts_at, starts_at + dt.timedelta(minutes=service.minutes)):
        raise Refusal("SLOT_OUTSIDE_HOURS", field="starts_at")
    _given_back(standing)
    slot = _placed(wanted := _slot(service, goes_to, starts_at, Slot.Status.BUSY), by) or _taken(wanted, standing.state)
    if _busy(records, slot.starts_at, slot.ends_at, but=standing.id):
        raise Refusal("PATIENT_BUSY", field="starts_at")
    _looks_after_no_more(standing, by)
    standing.slot, standing.practitioner_id = slot, goes_to
    standing.starts_at, standing.ends_at, standing.version = slot.starts_at, slot.ends_at, standing.version + 1
    standing.save(update_fields=["slot", "practitioner", "starts_at", "ends_at", "version"])
    _looks_after(standing, by)
    return standing


def give_back(appointment: Appointment, by: Actor) -> None:
    """What a cancelled appointment held; inside an action about its patient and the practice."""
    _looks_after_no_more(appointment, by)
    _given_back(appointment)


def _service(asked: Booking) -> HealthcareService:
    service = HealthcareService.objects.filter(id=asked.service, ended_at=None).first()
    if service is None:
        raise Refusal("SERVICE_UNKNOWN", field="service")
    if asked.modality not in service.modalities:
        raise Refusal("MODALITY_UNKNOWN", field="modality")
    return service


def _slot(
    service: HealthcareService,
    practitioner: UUID,
    starts: dt.datetime,
    status: str,
    held_until: dt.datetime | None = None,
    held_by: UUID | None = None,
) -> Slot:
    ends = starts + dt.timedelta(minutes=service.minutes)
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


def _placed(slot: Slot, by: Actor) -> Slot | None:
    """The slot, kept; None if its time is taken. Waits for whoever books it in this moment, and never in a ring."""
    overlapping = Slot.objects.filter(busy_from__lt=slot.busy_until, busy_until__gt=slot.busy_from)
    run_out = overlapping.filter(
        practitioner_id=slot.practitioner_id, status=Slot.Status.HELD, held_until__lte=clock.now()
    )
    run_out.update(status=Slot.Status.FREE)
    columns: list[Any] = [
        slot.id, by.practice, slot.practitioner_id, slot.service_id, slot.starts_at, slot.ends_at, slot.busy_from,
        slot.busy_until, slot.status, slot.held_until, slot.held_by_id, slot.overbooked,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_OVER if slot.overbooked else _INSERT, columns)
        return slot if cursor.fetchone() else None


def _taken(slot: Slot, state: str = "") -> Slot:
    assert slot.service is not None
    others = slots.free(slot.service.id, state=state, since=slot.starts_at, limit=slots.ALTERNATIVES)
    raise Refusal("SLOT_TAKEN", field="starts_at", alternatives=tuple(others))


def _claimed(asked: Booking, service: HealthcareService, by: Actor) -> Slot:
    if asked.group:
        return _seat(asked, service)
    if asked.hold:
        mine = Slot.objects.filter(id=asked.hold, status=Slot.Status.HELD, held_by_id=by.id, held_until__gt=clock.now())
        at = mine.filter(practitioner_id=asked.practitioner, service_id=service.id, starts_at=asked.starts_at)
        if not at.update(status=Slot.Status.BUSY, held_until=None):
            raise Refusal("HOLD_EXPIRED", field="starts_at")
        return Slot.objects.get(id=asked.hold)
    wanted = _slot(service, asked.practitioner, asked.starts_at, Slot.Status.BUSY)
    wanted.overbooked = bool(asked.overbook)
    return _placed(wanted, by) or _taken(wanted, asked.state)


def _seat(asked: Booking, service: HealthcareService) -> Slot:
    """A seat in a group visit. Its row is locked, so the last seat is given once."""
    given = Slot.objects.filter(service_id=service.id, status=Slot.Status.BUSY)
    slot = given.select_for_update().filter(id=str(asked.group)).first()
    if slot is None or slot.starts_at != asked.starts_at or slot.practitioner_id != asked.practitioner:
        raise Refusal("SERVICE_UNKNOWN", field="group")
    if Appointment.objects.filter(slot=slot, status__in=STANDING).count() >= service.seats:
        raise Refusal("GROUP_FULL", field="group", seats=service.seats)
    return slot


def _kept(patient: UUID, asked: Booking, slot: Slot, by: Actor) -> Appointment:
    made = Appointment(
        id=new_id(),
        patient_id=patient,
        slot=slot,
        practitioner_id=asked.practitioner,
        service_id=asked.service,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        modality=asked.modality,
        state=asked.state,
        overbooked=bool(asked.overbook),
        reason=asked.reason,
    )
    made.save(force_insert=True)
    _looks_after(made, by)
    return made


def _looks_after(appointment: Appointment, by: Actor) -> None:
    at, member = appointment.starts_at, appointment.practitioner_id
    relations.by_work(appointment.patient_id, member, VISIT, at - BEFORE, at + AFTER, by=by)


def _looks_after_no_more(appointment: Appointment, by: Actor) -> None:
    """The relation this visit made ends; those of other visits stay."""
    made = CareRelation.objects.filter(
        patient_id=appointment.patient_id,
        member_id=appointment.practitioner_id,
        basis=VISIT,
        ends_at=appointment.starts_at + AFTER,
    )
    for relation in made.order_by("id")[:1]:
        unrelate(relation, by=by)


def _standing(appointment: Appointment) -> Appointment:
    found = Appointment.objects.select_related("service", "slot").filter(id=appointment.id, status__in=STANDING).first()
    if found is None or found.version != appointment.version:
        raise Refusal("STALE_VERSION")
    return found


def _given_back(appointment: Appointment) -> None:
    """The slot is free again, unless others of a group still sit in it."""
    others = Appointment.objects.filter(slot_id=appointment.slot_id, status__in=STANDING).exclude(id=appointment.id)
    if not others.exists():
        Slot.objects.filter(id=appointment.slot_id).update(status=Slot.Status.FREE)


def _locked(*practitioners: UUID) -> None:
    """Moves of one practitioner's day go one after another, in one order, so that no two wait for each other."""
    rows = (
        Schedule.objects.select_for_update().filter(practitioner_id__in=set(practitioners)).order_by("practitioner_id")
    )
    list(rows)


def _held_still(patient: UUID) -> tuple[UUID, ...]:
    """Bookings of one person go one after another; their records. The first of all locks: nobody waits in a ring."""
    records = persons([patient])[patient]
    rows = (
        Patient.objects.select_for_update(no_key=True)
        .filter(id__in=records)
        .order_by("id")
        .values_list("id", flat=True)
    )
    return tuple(rows)


def _busy(records: tuple[UUID, ...], starts: dt.datetime, ends: dt.datetime, but: UUID | None = None) -> bool:
    theirs = Appointment.objects.filter(patient_id__in=records, status__in=STANDING, overbooked=False)
    return theirs.filter(starts_at__lt=ends, ends_at__gt=starts).exclude(id__in=[but] if but else []).exists()


def _day(practitioner: UUID, at: dt.datetime) -> dt.date:
    schedule = Schedule.objects.filter(practitioner_id=practitioner).first()
    if schedule is None:
        raise Refusal("SLOT_OUTSIDE_HOURS", field="starts_at")
    return wall.day_of(at, wall.zone(schedule.time_zone))
