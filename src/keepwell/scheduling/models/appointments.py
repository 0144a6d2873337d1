"""Promised times: what a practitioner's calendar holds, and who comes."""

from __future__ import annotations

from django.db import models

from keepwell.access.models import Membership
from keepwell.base import clock
from keepwell.practices.models import Tenanted, subject
from keepwell.scheduling.models.services import HealthcareService, Modality
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass


class Slot(Tenanted):
    """A piece of a practitioner's time (FHIR Slot). The database takes no two that overlap, unless one is overbooked.

    `busy_from` and `busy_until` include the service's buffers. A held slot (busy-tentative) blocks until `held_until`;
    whoever comes after that frees it.
    """

    class Status(models.TextChoices):
        """FHIR slotstatus."""

        BUSY = "busy"
        FREE = "free"
        HELD = "busy-tentative"
        BLOCKED = "busy-unavailable"

    practitioner = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    service = models.ForeignKey(HealthcareService, models.PROTECT, related_name="+", db_constraint=False, null=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    busy_from = models.DateTimeField()
    busy_until = models.DateTimeField()
    status = models.CharField(max_length=16, choices=Status, default=Status.BUSY)
    held_until = models.DateTimeField(null=True)
    held_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False, null=True)
    overbooked = models.BooleanField(default=False)

    plain = {"starts_at", "ends_at", "busy_from", "busy_until", "status", "held_until", "overbooked"}

    class Meta:
        indexes = [
            models.Index(
                "practice",
                "practitioner",
                "busy_until",
                condition=~models.Q(status="free"),
                name="scheduling_slot_standing",
            )
        ]


class AppointmentSeries(Tenanted):
    """Visits that come again: every so many weeks or months at one o'clock of the practitioner's wall clock.

    Months keep the weekday: the second Tuesday stays the second Tuesday. Each visit is an appointment of its own.
    """

    class Unit(models.TextChoices):
        """FHIR Timing.repeat.periodUnit."""

        WEEKS = "wk"
        MONTHS = "mo"

    patient = subject()
    every = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=2, choices=Unit)
    first_day = models.DateField()
    o_clock = models.TimeField()
    time_zone = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=clock.now)
    plain = {"every", "unit", "first_day", "o_clock", "time_zone", "made_at"}


class Appointment(Tenanted):
    """A patient's promised time in a slot (FHIR Appointment). In a group visit several share one slot.

    `state` is where the patient will be, which decides whose license counts. The patient's own time excludes a second
    appointment in it, whoever gives that. `waiting_since` is when they came.
    """

    class Status(models.TextChoices):
        """FHIR AppointmentStatus."""

        BOOKED = "booked"
        ARRIVED = "arrived"
        CHECKED_IN = "checked-in"
        FULFILLED = "fulfilled"
        CANCELLED = "cancelled"
        NO_SHOW = "noshow"
        ENTERED_IN_ERROR = "entered-in-error"

    patient = subject()
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="+", db_constraint=False)
    practitioner = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    service = models.ForeignKey(HealthcareService, models.PROTECT, related_name="+", db_constraint=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    status = models.CharField(max_length=16, choices=Status, default=Status.BOOKED)
    modality = models.CharField(max_length=10, choices=Modality)
    state = models.CharField(max_length=2, blank=True)
    overbooked = models.BooleanField(default=False)
    cause = models.CharField(max_length=20, blank=True)
    waiting_since = models.DateTimeField(null=True)
    series = models.ForeignKey(AppointmentSeries, models.PROTECT, related_name="+", db_constraint=False, null=True)
    overbook_reason = SealedField(phi=PhiClass.CONTACT, null=True)
    reason = SealedField(phi=PhiClass.CLINICAL, null=True)
    version = models.PositiveIntegerField(default=1)

    plain = {
        "starts_at", "ends_at", "status", "modality", "state", "overbooked", "cause", "version", "waiting_since",
    }  # fmt: skip

    class Meta:
        indexes = [
            models.Index(fields=["practice", "practitioner", "starts_at"], name="scheduling_appt_who"),
            models.Index(fields=["practice", "patient", "starts_at"], name="scheduling_appt_whom"),
            models.Index(fields=["practice", "starts_at"], name="scheduling_appt_when"),
        ]


STANDING = (Appointment.Status.BOOKED, Appointment.Status.ARRIVED, Appointment.Status.CHECKED_IN)
"""Statuses that keep the patient's time."""


class AppointmentChange(Tenanted):
    """What a change was: from when to when, from which status to which; `request` finds its entry in the ledger.

    The last one can be undone for a moment by whoever made it.
    """

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="+", db_constraint=False)
    patient = subject()
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False, null=True)
    request = models.UUIDField()
    verb = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    from_status = models.CharField(max_length=16, blank=True)
    to_status = models.CharField(max_length=16)
    from_starts_at = models.DateTimeField(null=True)
    from_ends_at = models.DateTimeField(null=True)
    from_practitioner = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False, null=True)
    to_starts_at = models.DateTimeField()
    to_ends_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    plain = {
        "at", "request", "verb", "version", "from_status", "to_status", "from_starts_at", "from_ends_at",
        "to_starts_at", "to_ends_at", "waiting_since", "undone_at",
    }  # fmt: skip

    class Meta:
        indexes = [
            models.Index(fields=["practice", "appointment", "at"], name="scheduling_change_of"),
            models.Index(fields=["practice", "by", "at"], name="scheduling_change_by"),
        ]


class Participant(Tenanted):
    """Somebody else who takes part (FHIR Appointment.participant): a colleague, or a person from outside."""

    class Role(models.TextChoices):
        INTERPRETER = "interpreter"
        CAREGIVER = "caregiver"
        FAMILY = "family"
        COLLEAGUE = "colleague"
        OTHER = "other"

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="+", db_constraint=False)
    patient = subject()
    role = models.CharField(max_length=12, choices=Role)
    member = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False, null=True)
    name = SealedField(phi=PhiClass.CONTACT, null=True)
    language = SealedField(phi=PhiClass.CONTACT, null=True)
    reach = SealedField(phi=PhiClass.CONTACT, null=True)
    added_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    plain = {"role", "added_at", "ended_at"}

    class Meta:
        indexes = [models.Index(fields=["practice", "appointment"], name="scheduling_participant_of")]
