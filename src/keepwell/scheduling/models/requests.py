"""What somebody asks for before there is a time: protected from its first field on."""

from __future__ import annotations

from django.db import models

from keepwell.patients.models import Patient
from keepwell.practices.models import Tenanted
from keepwell.scheduling.models.appointments import Appointment
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass


class BookingRequest(Tenanted):
    """Somebody asks for an appointment: on the phone now, online later (FHIR Appointment, status proposed).

    `whose` is the patient. Who is none yet is a subject of their own: the row's id, with a name in `who` and a number
    in `reach`, until they are matched with a patient or registered; their words stay under the key they came with.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed"
        BOOKED = "booked"
        WAITLIST = "waitlist"
        DECLINED = "declined"
        WITHDRAWN = "cancelled"

    class Why(models.TextChoices):
        """Why a request is declined, as far as it may stand in the clear."""

        NO_TIME = "no-time"
        NOT_OFFERED = "not-offered"
        NOT_LICENSED = "not-licensed"
        ELSEWHERE = "elsewhere"
        NOT_REACHED = "not-reached"
        TWICE = "twice"
        OTHER = "other"

    class Via(models.TextChoices):
        PHONE = "phone"
        DESK = "desk"
        MESSAGE = "message"
        ONLINE = "online"

    whose = models.UUIDField()
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, related_name="+", db_constraint=False)
    who = SealedField(phi=PhiClass.IDENTITY, kind=dict, null=True)
    reach = SealedField(phi=PhiClass.CONTACT, kind=dict, null=True)
    wishes = SealedField(phi=PhiClass.CONTACT, kind=dict)
    words = SealedField(phi=PhiClass.CONTACT, null=True)
    via = models.CharField(max_length=8, choices=Via, default=Via.PHONE)
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    why = models.CharField(max_length=12, choices=Why, blank=True)
    appointment = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+", db_constraint=False)
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    subject_column = "whose"
    plain = {"whose", "via", "status", "why", "asked_at", "settled_at"}

    class Meta:
        indexes = [models.Index(fields=["practice", "status", "asked_at"], name="scheduling_request_status")]
