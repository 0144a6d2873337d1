"""Promised times: what a practitioner's calendar holds, and who comes."""

from __future__ import annotations

from django.db import models

from keepwell.access.models import Membership
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


class Appointment(Tenanted):
    """A patient's promised time in a slot (FHIR Appointment). In a group visit several share one slot.

    `state` is where the patient will be, which decides whose license counts. The patient's own time excludes a second
    appointment in it, whoever gives that.
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
    reason = SealedField(phi=PhiClass.CLINICAL, null=True)
    version = models.PositiveIntegerField(default=1)

    plain = {"starts_at", "ends_at", "status", "modality", "state", "overbooked", "cause", "version"}

    class Meta:
        indexes = [
            models.Index(fields=["practice", "practitioner", "starts_at"], name="scheduling_appt_who"),
            models.Index(fields=["practice", "patient", "starts_at"], name="scheduling_appt_whom"),
            models.Index(fields=["practice", "starts_at"], name="scheduling_appt_when"),
        ]


STANDING = (Appointment.Status.BOOKED, Appointment.Status.ARRIVED, Appointment.Status.CHECKED_IN)
"""Statuses that keep the patient's time."""
