"""What was found out about a vendor: papers, attestations, whom they give work in turn, answers to our questions."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.outbound.models.vendors import Vendor, member
from keepwell.practices.models import Tenanted
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass

OFFICE = PhiClass.OFFICE


class Paper(Tenanted):
    """A file about a vendor: a signed agreement, a report, a certificate. On disk it is sealed."""

    vendor = models.ForeignKey(Vendor, models.PROTECT, related_name="+", db_constraint=False)
    name = SealedField(phi=OFFICE)
    type = models.CharField(max_length=40)
    size = models.IntegerField()
    digest = models.BinaryField(max_length=32)
    kept_by = member()
    kept_at = models.DateTimeField(auto_now_add=True)

    plain = {"type", "size", "digest", "kept_at"}


class Assurance(Tenanted):
    """What somebody attests about a vendor's safeguards, and until when that counts.

    `covers` names the safeguards of a data centre it speaks of: access, environment, surveillance
    (45 CFR § 164.310(a)(1)). A vendor's yearly verification is one too, of kind `verification`.
    """

    class Kind(models.TextChoices):
        SOC2 = "soc2"
        ISO27001 = "iso27001"
        HITRUST = "hitrust"
        TEST = "test"
        SITE_VISIT = "site_visit"
        OWN_SITE = "own_site"
        INSURANCE = "insurance"
        VERIFICATION = "verification"
        OTHER = "other"

    vendor = models.ForeignKey(Vendor, models.PROTECT, related_name="+", db_constraint=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    covers: Any = models.JSONField(default=list)
    issued_on = models.DateField()
    ends_on = models.DateField()
    says = SealedField(phi=OFFICE, null=True)
    file = models.ForeignKey(Paper, models.PROTECT, null=True, related_name="+", db_constraint=False)
    noted_by = member()
    noted_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)

    plain = {"kind", "covers", "issued_on", "ends_on", "noted_at", "withdrawn_at"}


class Subcontractor(Tenanted):
    """Whom a vendor gives protected data in turn, and where it lies then (45 CFR § 164.502(e)(1)(ii))."""

    vendor = models.ForeignKey(Vendor, models.PROTECT, related_name="+", db_constraint=False)
    name = models.CharField(max_length=120)
    place = models.CharField(max_length=80)
    does = SealedField(phi=OFFICE, null=True)
    agreed_on = models.DateField(null=True)
    noted_by = member()
    noted_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    plain = {"name", "place", "agreed_on", "noted_at", "ended_at"}


class VettingAnswer(Tenanted):
    """A vendor's answer to one of our questions (questions.csv), and what proves it."""

    class Said(models.TextChoices):
        YES = "yes"
        PARTLY = "partly"
        NO = "no"
        NOT_APPLICABLE = "not_applicable"

    vendor = models.ForeignKey(Vendor, models.PROTECT, related_name="+", db_constraint=False)
    question = models.CharField(max_length=40)
    said = models.CharField(max_length=14, choices=Said.choices)
    evidence = SealedField(phi=OFFICE, null=True)
    file = models.ForeignKey(Paper, models.PROTECT, null=True, related_name="+", db_constraint=False)
    noted_by = member()
    noted_at = models.DateTimeField(auto_now=True)

    plain = {"question", "said", "noted_at"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "vendor", "question"], name="outbound_answer_once")]
