"""Actions: a time is held, promised, moved and given back. The database refuses two at once; here that gets a name."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from keepwell.access import policy, relations
from keepwell.access.actions import unrelate
from keepwell.access.models import CareRelation
from keepwell.access.persons import persons
from keepwell.access.policy import Can
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.patients.models import Patient
from keepwell.scheduling import changes, freeing, minors, placing, slots, wall
from keepwell.scheduling.asked import Booking
from keepwell.scheduling.models import STANDING, Appointment, AppointmentSeries, HealthcareService, Schedule, Slot
from keepwell.tasks import caring
from keepwell.vault.phi import PhiClass

HELD_FOR = dt.timedelta(minutes=5)
"""How long a slot waits while a form is filled."""
VISIT = relations.basis("visit", _("a visit"))
BEFORE, AFTER = dt.timedelta(days=7), dt.timedelta(days=30)
"""How long before and after a visit its practitioner looks after the patient."""
MOMENT = dt.timedelta(minutes=1)
SHORTEST, LONGEST = dt.timedelta(minutes=5), dt.timedelta(hours=8)


@action("slot.held")
def hold(
    service: HealthcareService, practitioner: UUID, starts_at: dt.datetime, *, by: Actor, minutes: int | None = None
) -> Slot:
    "A time waits for a few minutes while the form is filled. A hold that ran out never blocks."
    ends_at = ending(service, starts_at, minutes)
    wall.to_come(starts_at, ends_at)
    held = placing.wanted(service, practitioner, starts_at, ends_at, Slot.Status.HELD, clock.now() + HELD_FOR, by.id)
    return placing.placed(held, by) or placing.taken(held)


@action("slot.released")
def release(slot: Slot, *, by: Actor) -> None:
    "A held time is given back before it ran out. Only one's own."
    Slot.objects.filter(id=slot.id, status=Slot.Status.HELD, held_by_id=by.id).update(status=Slot.Status.FREE)


def hold_given_back(hold: UUID | None, *, by: Actor) -> None:
    """One's own hold, if there still is one."""
    held = Slot.objects.filter(id=hold, status=Slot.Status.HELD, held_by_id=by.id).first() if hold else None
    if held:
        release(held, by=by)


def book(patient: UUID, asked: Booking, *, by: Actor, series: AppointmentSeries | None = None) -> Appointment:
    """Promises a patient a time. The second booking of a time is refused.

    Raises Refusal SLOT_TAKEN (with `alternatives`), PATIENT_BUSY, HOLD_EXPIRED, SLOT_OUTSIDE_HOURS, LOCATION_REQUIRED,
    LICENSE_STATE_MISMATCH, LICENSE_EXPIRED, MODALITY_UNKNOWN, SERVICE_UNKNOWN, TIME_PAST, GROUP_FULL, ACCESS_DENIED,
    MINOR_PRESENCE_MISSING.
    """
    if asked.overbook and not policy.may(by, Can.OVERBOOK):
        raise Refusal("ACCESS_DENIED", field="overbook", permission=Can.OVERBOOK)
    holder = asked.holder
    if series is None:
        holder = minors.checked(patient, holder, by=by)
    made = _booked((patient, by.practice), asked, series, by=by)
    if holder is not None:
        minors.keep(made, holder, by=by)
    return made


@action("appointment.booked", about="whom", seals={PhiClass.CLINICAL, PhiClass.CONTACT})
def _booked(whom: tuple[UUID, UUID], asked: Booking, series: AppointmentSeries | None, *, by: Actor) -> Appointment:
    "A patient is promised a time. It begins a care relation, from a week before to a month after."
    records = _held_still(whom[0])
    service = _service(asked)
    ends = ending(service, asked.starts_at, asked.minutes)
    wall.to_come(asked.starts_at, ends)
    slots.licensed(asked.practitioner, service, asked.state, day_of(asked.practitioner, asked.starts_at))
    if not asked.overbook and not asked.group and not slots.open_at(asked.practitioner, asked.starts_at, ends):
        raise Refusal("SLOT_OUTSIDE_HOURS", field="starts_at")
    slot = _claimed(asked, service, by)
    if not asked.overbook and _busy(records, slot.starts_at, slot.ends_at):
        raise Refusal("PATIENT_BUSY", field="starts_at")
    return _kept(whom[0], asked, slot, series, by)


def move(
    appointment: Appointment,
    starts_at: dt.datetime,
    *,
    by: Actor,
    practitioner: UUID | None = None,
    ends_at: dt.datetime | None = None,
) -> Appointment:
    """Another time, length or practitioner for what is booked. Raises what `book` raises, and STALE_VERSION."""
    ends = ends_at or starts_at + (appointment.ends_at - appointment.starts_at)
    to = _Place(practitioner or appointment.practitioner_id, starts_at, ends)
    return _moved((appointment.patient_id, by.practice), appointment, to, by=by)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in whose calendar."""

    practitioner: UUID
    starts: dt.datetime
    ends: dt.datetime


@action("appointment.moved", about="whom")
def _moved(whom: tuple[UUID, UUID], appointment: Appointment, to: _Place, *, by: Actor) -> Appointment:
    "An appointment is moved to another time, length or practitioner. The old time is free for others from now on."
    records = _held_still(appointment.patient_id)
    placing.locked(appointment.practitioner_id, to.practitioner)
    standing = _standing(appointment)
    wall.to_come(to.starts, to.ends)
    _long_enough(to.ends - to.starts)
    slots.licensed(to.practitioner, standing.service, standing.state, day_of(to.practitioner, to.starts))
    if not slots.open_at(to.practitioner, to.starts, to.ends):
        raise Refusal("SLOT_OUTSIDE_HOURS", field="starts_at")
    return replaced(standing, to.practitioner, to.starts, to.ends, records, "appointment.moved", by)


def replaced(
    standing: Appointment,
    practitioner: UUID,
    starts: dt.datetime,
    ends: dt.datetime,
    records: tuple[UUID, ...],
    verb: str,
    by: Actor,
) -> Appointment:
    """What stands, at another place of the calendar; inside an action about its patient and the practice."""
    placing.given_back(standing, freeing.Why.MOVED)
    wanted = placing.wanted(standing.service, practitioner, starts, ends)
    slot = placing.placed(wanted, by) or placing.taken(wanted, standing.state)
    if _busy(records, slot.starts_at, slot.ends_at, but=standing.id):
        raise Refusal("PATIENT_BUSY", field="starts_at")
    did = _looks_after_no_more(standing, by)
    before = changes.before(standing)
    standing.slot, standing.practitioner_id = slot, practitioner
    standing.starts_at, standing.ends_at, standing.version = slot.starts_at, slot.ends_at, standing.version + 1
    standing.overbooked = False
    standing.save(update_fields=["slot", "practitioner", "starts_at", "ends_at", "version", "overbooked"])
    _looks_after(standing, by, did=did)
    changes.noted(standing, verb, before, by)
    return standing


def hold_for(
    service: HealthcareService, practitioner: UUID, starts_at: dt.datetime, until: dt.datetime, by: Actor
) -> Slot | None:
    """A time held for somebody who is asked whether they want it; None if it is taken. Inside an action."""
    ends = ending(service, starts_at, None)
    return placing.placed(placing.wanted(service, practitioner, starts_at, ends, Slot.Status.HELD, until), by)


def give_back(appointment: Appointment, by: Actor) -> None:
    """What a cancelled appointment held; inside an action about its patient and the practice."""
    _looks_after_no_more(appointment, by)
    placing.given_back(appointment)


def taken_again(appointment: Appointment, status: str, by: Actor) -> None:
    """What was given back, where it was; inside an action about its patient and the practice."""
    records = _held_still(appointment.patient_id)
    service = appointment.service
    given = Slot.objects.select_for_update().filter(id=appointment.slot_id, status=Slot.Status.BUSY).first()
    if given is None:
        wanted = placing.wanted(service, appointment.practitioner_id, appointment.starts_at, appointment.ends_at)
        wanted.overbooked = appointment.overbooked
        appointment.slot = placing.placed(wanted, by) or placing.taken(wanted, appointment.state)
    elif Appointment.objects.filter(slot=given, status__in=STANDING).count() >= service.seats:
        raise Refusal("GROUP_FULL", field="group", seats=service.seats)
    if not appointment.overbooked and _busy(records, appointment.starts_at, appointment.ends_at):
        raise Refusal("PATIENT_BUSY", field="starts_at")
    appointment.status = status
    _looks_after(appointment, by, did=_did_a_moment_ago(appointment))


def ending(service: HealthcareService, starts: dt.datetime, minutes: int | None) -> dt.datetime:
    """When it ends. Raises Refusal TIME_ORDER, SERVICE_LENGTH."""
    lasts = dt.timedelta(minutes=service.minutes if minutes is None else minutes)
    if lasts > dt.timedelta() and minutes is not None:
        _long_enough(lasts)
    return starts + lasts


def _long_enough(lasts: dt.timedelta) -> None:
    if dt.timedelta() < lasts < SHORTEST or lasts > LONGEST:
        raise Refusal("SERVICE_LENGTH", field="minutes", most=int(LONGEST.total_seconds() // 60))


def _service(asked: Booking) -> HealthcareService:
    service = HealthcareService.objects.filter(id=asked.service, ended_at=None).first()
    if service is None:
        raise Refusal("SERVICE_UNKNOWN", field="service")
    if asked.modality not in service.modalities:
        raise Refusal("MODALITY_UNKNOWN", field="modality")
    return service


def _claimed(asked: Booking, service: HealthcareService, by: Actor) -> Slot:
    if asked.group:
        return _seat(asked, service)
    if asked.hold:
        mine = Slot.objects.filter(id=asked.hold, status=Slot.Status.HELD, held_by_id=by.id, held_until__gt=clock.now())
        at = mine.filter(practitioner_id=asked.practitioner, service_id=service.id, starts_at=asked.starts_at)
        if not at.update(status=Slot.Status.BUSY, held_until=None):
            raise Refusal("HOLD_EXPIRED", field="starts_at")
        return Slot.objects.get(id=asked.hold)
    ends = ending(service, asked.starts_at, asked.minutes)
    wanted = placing.wanted(service, asked.practitioner, asked.starts_at, ends)
    wanted.overbooked = bool(asked.overbook)
    return placing.placed(wanted, by) or placing.taken(wanted, asked.state)


def _seat(asked: Booking, service: HealthcareService) -> Slot:
    """A seat in a group visit. Its row is locked, so the last seat is given once."""
    given = Slot.objects.filter(service_id=service.id, status=Slot.Status.BUSY)
    slot = given.select_for_update().filter(id=str(asked.group)).first()
    if slot is None or slot.starts_at != asked.starts_at or slot.practitioner_id != asked.practitioner:
        raise Refusal("SERVICE_UNKNOWN", field="group")
    if Appointment.objects.filter(slot=slot, status__in=STANDING).count() >= service.seats:
        raise Refusal("GROUP_FULL", field="group", seats=service.seats)
    return slot


def _kept(patient: UUID, asked: Booking, slot: Slot, series: AppointmentSeries | None, by: Actor) -> Appointment:
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
        overbook_reason=asked.overbook or None,
        reason=asked.reason,
        series=series,
    )
    made.save(force_insert=True)
    _looks_after(made, by)
    changes.noted(made, "appointment.booked", None, by)
    return made


def _looks_after(appointment: Appointment, by: Actor, *, did: bool = False) -> None:
    """The practitioner looks after whom they see. One's own booking begins nothing: it would be a chart for the asking.

    `did`: they did already because of this visit, which only moves or comes back.
    """
    at, member = appointment.starts_at, appointment.practitioner_id
    if did or not caring.same_person(by.id, member):
        relations.by_work(appointment.patient_id, member, VISIT, at - BEFORE, at + AFTER, by=by)


def here_for(appointment: Appointment, by: Actor) -> None:
    """Somebody else notes that the patient is here: from now on the practitioner looks after them."""
    theirs = _of_visit(appointment).filter(ends_at__gt=clock.now())
    if not theirs.exists():
        _looks_after(appointment, by)


def _of_visit(appointment: Appointment) -> QuerySet[CareRelation]:
    return CareRelation.objects.filter(
        patient_id=appointment.patient_id, member_id=appointment.practitioner_id, basis=VISIT
    )


def _looks_after_no_more(appointment: Appointment, by: Actor) -> bool:
    """The relation this visit made ends; those of other visits stay. Whether there was one."""
    made = _of_visit(appointment).filter(ends_at=appointment.starts_at + AFTER)
    for relation in made.order_by("id")[:1]:
        unrelate(relation, by=by)
        return True
    return False


def _did_a_moment_ago(appointment: Appointment) -> bool:
    """Whether the visit's relation ended within the time an undo has."""
    return _of_visit(appointment).filter(ends_at__gt=clock.now() - MOMENT, ends_at__lte=clock.now()).exists()


def _standing(appointment: Appointment) -> Appointment:
    found = Appointment.objects.select_related("service", "slot").filter(id=appointment.id, status__in=STANDING).first()
    if found is None or found.version != appointment.version:
        raise Refusal("STALE_VERSION")
    return found


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


def patient_busy(patient: UUID, starts: dt.datetime, ends: dt.datetime) -> bool:
    """Whether a patient has another visit then, whoever gives it."""
    return _busy(tuple(persons([patient])[patient]), starts, ends)


def _busy(records: tuple[UUID, ...], starts: dt.datetime, ends: dt.datetime, but: UUID | None = None) -> bool:
    theirs = Appointment.objects.filter(patient_id__in=records, status__in=STANDING, overbooked=False)
    return theirs.filter(starts_at__lt=ends, ends_at__gt=starts).exclude(id__in=[but] if but else []).exists()


def day_of(practitioner: UUID, at: dt.datetime) -> dt.date:
    """The day of an instant in a practitioner's zone. Raises Refusal SLOT_OUTSIDE_HOURS for who has no calendar."""
    schedule = Schedule.objects.filter(practitioner_id=practitioner).first()
    if schedule is None:
        raise Refusal("SLOT_OUTSIDE_HOURS", field="starts_at")
    return wall.day_of(at, wall.zone(schedule.time_zone))
