"""What can be booked, who offers it, and where they are licensed to."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.access.models import Membership
from keepwell.practices.models import Tenanted
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass


class Modality(models.TextChoices):
    """How patient and practitioner meet."""

    VIDEO = "video"
    PHONE = "phone"
    IN_PERSON = "in-person"


class HealthcareService(Tenanted):
    """A kind of appointment (FHIR HealthcareService): how long it takes, what lies around it, and how it is held.

    Lengths are in minutes. The buffers belong to the practitioner's time and not to the patient's. `seats` above one
    makes a group visit. A service that is not `clinical` (intake call, billing question) needs no license.
    """

    name = models.CharField(max_length=80)
    minutes = models.PositiveSmallIntegerField()
    before_minutes = models.PositiveSmallIntegerField(default=0)
    after_minutes = models.PositiveSmallIntegerField(default=0)
    grid_minutes = models.PositiveSmallIntegerField(default=15)
    modalities: Any = models.JSONField(default=list)
    clinical = models.BooleanField(default=True)
    seats = models.PositiveSmallIntegerField(default=1)
    lead_minutes = models.PositiveIntegerField(default=0)
    horizon_days = models.PositiveSmallIntegerField(default=90)
    ended_at = models.DateTimeField(null=True)

    plain = {
        "name", "minutes", "before_minutes", "after_minutes", "grid_minutes", "modalities", "clinical", "seats",
        "lead_minutes", "horizon_days", "ended_at",
    }  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "name"], condition=models.Q(ended_at=None), name="scheduling_service_once"
            )
        ]


class Offering(Tenanted):
    """A practitioner offers a service."""

    service = models.ForeignKey(HealthcareService, models.PROTECT, related_name="+", db_constraint=False)
    practitioner = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    ended_at = models.DateTimeField(null=True)
    plain = {"ended_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "service", "practitioner"],
                condition=models.Q(ended_at=None),
                name="scheduling_offering_once",
            )
        ]


class License(Tenanted):
    """A practitioner may treat patients who are in a state: by its license, a compact, or a telehealth registration.

    Whether a compact is in force in a state is entered from the privilege granted, never assumed from a list.
    `evidence` says where that was looked up. A renewal is a row of its own, so that what counted on a day stays known.
    """

    class Kind(models.TextChoices):
        LICENSE = "license"
        COMPACT = "compact"
        REGISTRATION = "registration"

    practitioner = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    state = models.CharField(max_length=2)
    number = models.CharField(max_length=40)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.LICENSE)
    compact = models.CharField(max_length=40, blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    evidence = SealedField(phi=PhiClass.OFFICE, null=True)
    ended_at = models.DateTimeField(null=True)

    plain = {"state", "number", "kind", "compact", "valid_from", "valid_until", "ended_at"}

    class Meta:
        indexes = [models.Index(fields=["practice", "practitioner", "state"], name="scheduling_license_state")]
