"""What stands for and against a booking, said before it is saved: time, license, the patient's own day and consent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.patients.consents.reminding import unremindable
from keepwell.scheduling import booking, placing, policies, slots, wall
from keepwell.scheduling.asked import Booking
from keepwell.scheduling.models import STANDING, Appointment, ChangePolicy, HealthcareService, Slot
from keepwell.scheduling.words_waiting import NEXT_STEPS


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at; `refusal` says what is against it, `ask` whose consents would help."""

    words: str
    refusal: Refusal | None = None
    tone: str = "good"
    ask: UUID | None = None


def look(asked: Booking, service: HealthcareService, patient: UUID | None, *, by: Actor) -> list[Line]:
    """Everything worth knowing, most important first. What `book` would refuse is refused here in the same words."""
    ends = booking.ending(service, asked.starts_at, asked.minutes)
    return [
        _time(asked, service, ends, by),
        _license(asked, service),
        *([_patients_day(patient, asked, ends), *_often_missed(patient), _reminders(patient, by)] if patient else []),
    ]


def _time(asked: Booking, service: HealthcareService, ends: Any, by: Actor) -> Line:
    try:
        wall.to_come(asked.starts_at, ends)
    except Refusal as refusal:
        return Line("", refusal, "danger")
    if asked.group:
        seated = Appointment.objects.filter(slot_id=asked.group, status__in=STANDING).count()
        left = max(service.seats - seated, 0)
        words = ngettext("%(num)s seat left", "%(num)s seats left", left) % {"num": left}
        return Line(words, None if left else Refusal("GROUP_FULL", seats=service.seats), "good" if left else "danger")
    if not slots.open_at(asked.practitioner, asked.starts_at, ends):
        return Line("", Refusal("SLOT_OUTSIDE_HOURS"), "danger")
    if taken(asked, service, ends, by):
        return Line("", Refusal("SLOT_TAKEN"), "danger")
    return Line(_("The time is free"))


def taken(asked: Booking, service: HealthcareService, ends: Any, by: Actor) -> bool:
    """Whether somebody else has the time, buffers included; one's own hold is nobody else's."""
    wanted = placing.wanted(service, asked.practitioner, asked.starts_at, ends)
    there = Slot.objects.filter(
        practitioner_id=asked.practitioner, busy_from__lt=wanted.busy_until, busy_until__gt=wanted.busy_from,
        overbooked=False,
    ).exclude(status=Slot.Status.FREE)  # fmt: skip
    return there.exclude(Q(status=Slot.Status.HELD) & (Q(held_until__lte=clock.now()) | Q(held_by_id=by.id))).exists()


def _license(asked: Booking, service: HealthcareService) -> Line:
    if not service.clinical:
        return Line(_("Not clinical: needs no license"))
    try:
        slots.licensed(asked.practitioner, service, asked.state, booking.day_of(asked.practitioner, asked.starts_at))
    except Refusal as refusal:
        return Line("", refusal, "look" if refusal.code == "LOCATION_REQUIRED" else "danger")
    return Line(_("The provider is licensed in {state}").format(state=asked.state))


def _often_missed(patient: UUID) -> list[Line]:
    """What the practice's policy says of somebody who often did not come: to be known, never in the way."""
    rule = policies.policy()
    if not policies.count([patient], rule)[patient].flagged:
        return []
    step = NEXT_STEPS[ChangePolicy.NextStep(rule.next_step)]
    return [Line(_("Often missed or cancelled late. The policy says: {step}.").format(step=step), None, "look")]


def _patients_day(patient: UUID, asked: Booking, ends: Any) -> Line:
    if booking.patient_busy(patient, asked.starts_at, ends):
        return Line("", Refusal("PATIENT_BUSY"), "danger")
    return Line(_("The patient has no other visit then"))


def group_at(asked: Booking) -> UUID | None:
    """The group visit that is there at this time already, to take a seat in."""
    given = Slot.objects.filter(
        practitioner_id=asked.practitioner, service_id=asked.service, starts_at=asked.starts_at,
        status=Slot.Status.BUSY, service__seats__gt=1,
    )  # fmt: skip
    return given.order_by("id").values_list("id", flat=True).first()


def _reminders(patient: UUID, by: Actor) -> Line:
    """Whether a message may remind them; if not, the desk asks once, here and now (47 CFR § 64.1200)."""
    if why := unremindable([patient], by=by).get(patient):
        return Line(_("No message may remind them. {why}").format(why=why.why), tone="look", ask=patient)
    return Line(_("They may be reminded by message"))
