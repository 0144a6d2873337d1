"""Requests and records of the Privacy Rule: what left the practice, to whom, and by what right."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.access.models import Authorization, Membership
from keepwell.access.rights import Right as Right
from keepwell.practices.models import Tenanted, subject
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass

CONTACT = PhiClass.CONTACT


class Way(models.TextChoices):
    """How it left."""

    PHONE = "phone"
    IN_PERSON = "in_person"
    PAPER = "paper"
    FAX = "fax"
    MESSAGE = "message"
    EXPORT = "export"
    INTERFACE = "interface"


class AgencyAsked(models.TextChoices):
    """How an agency asked to be left out of an accounting for a time (45 CFR § 164.528(a)(2))."""

    WRITTEN = "written"
    ORAL = "oral"


class Disclosure(Tenanted):
    """Something about a patient that left the practice (45 CFR § 160.103, § 164.528).

    `origin` and `origin_id` name the message or export it was; of each there is one. What is written by hand has none.
    """

    patient = subject()
    disclosed_at = models.DateTimeField()
    way = models.CharField(max_length=10, choices=Way.choices)
    right = models.CharField(max_length=20, choices=Right.choices)
    recipient = SealedField(phi=CONTACT, null=True)
    address = SealedField(phi=CONTACT, null=True)
    what = SealedField(phi=CONTACT, null=True)
    purpose = SealedField(phi=CONTACT, null=True)
    classes: Any = models.JSONField(default=list)
    authorization = models.ForeignKey(Authorization, models.PROTECT, null=True, related_name="+", db_constraint=False)
    withheld_until = models.DateField(null=True)
    withheld_asked = models.CharField(max_length=8, choices=[(a, a) for a in AgencyAsked], blank=True)
    origin = models.CharField(max_length=40, blank=True)
    origin_id = models.UUIDField(null=True)
    logged_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", db_constraint=False)
    logged_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)

    plain = {
        "disclosed_at", "way", "right", "classes", "withheld_until", "withheld_asked", "origin", "origin_id",
        "logged_at", "withdrawn_at",
    }  # fmt: skip

    class Meta:
        indexes = [models.Index(fields=["practice", "patient", "disclosed_at"], name="privacy_disclosure_whom")]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "origin", "origin_id", "patient"],
                condition=models.Q(origin_id__isnull=False),
                name="privacy_disclosure_once",
            )
        ]
