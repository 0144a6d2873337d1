"""Who works for the practice from outside, with what, and what the law calls each of these services."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.access.models import Membership
from keepwell.practices.models import Tenanted
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass

OFFICE = PhiClass.OFFICE


def member(**options: Any) -> Any:
    """Who of the workforce did it."""
    return models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", db_constraint=False, **options)


class ServiceKind(models.TextChoices):
    """What a service does for the practice. Those named like a channel carry its messages (base/sending.py)."""

    EMAIL = "email"
    SMS = "sms"
    VOICE = "voice"
    FAX = "fax"
    LETTER = "letter"
    WEBHOOK = "webhook"
    VIDEO = "video"
    HOSTING = "hosting"
    STORAGE = "storage"
    LABS = "labs"
    PAYMENT = "payment"
    INTERPRETER = "interpreter"
    SUPPORT = "support"
    SCANNER = "scanner"
    OTHER = "other"


class Decision(models.TextChoices):
    """What a service is in law (45 CFR § 160.103 "business associate" and the exceptions around it)."""

    BUSINESS_ASSOCIATE = "business_associate"
    CONDUIT = "conduit"
    WORKFORCE = "workforce"
    PROVIDER = "provider"
    HEALTH_PLAN = "health_plan"
    PATIENT = "patient"
    BANK = "bank"
    AUTHORITY = "authority"
    NO_PHI = "no_phi"


class Ground(models.TextChoices):
    """Why a decision was made. The last one is what people say and what the law does not take."""

    HANDLES = "handles"
    CARRIES_ONLY = "carries_only"
    OUR_CONTROL = "our_control"
    TREATS = "treats"
    PAYS = "pays"
    PATIENT_ASKED = "patient_asked"
    CLEARS_PAYMENTS = "clears_payments"
    LAW = "law"
    NOTHING_REACHES = "nothing_reaches"
    ENCRYPTED = "encrypted"


class Vendor(Tenanted):
    """Somebody outside who works for the practice. Firms, not patients: their names stand in the clear."""

    class Signs(models.TextChoices):
        """Whether they sign a business associate agreement."""

        UNKNOWN = "unknown"
        WILLING = "willing"
        REFUSES = "refuses"

    name = models.CharField(max_length=120)
    signs = models.CharField(max_length=8, choices=Signs.choices, default=Signs.UNKNOWN)
    contact = SealedField(phi=OFFICE, null=True)
    notes = SealedField(phi=OFFICE, null=True)
    added_by = member()
    added_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    plain = {"name", "signs", "added_at", "ended_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "name"], condition=models.Q(ended_at=None), name="outbound_vendor_once"
            )
        ]


class VendorService(Tenanted):
    """One thing a vendor does: which protected classes reach it, and what it is in law."""

    vendor = models.ForeignKey(Vendor, models.PROTECT, related_name="+", db_constraint=False)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=ServiceKind.choices)
    classes: Any = models.JSONField(default=list)
    keeps = models.BooleanField(default=True)
    decision = models.CharField(max_length=20, choices=Decision.choices, blank=True)
    ground = models.CharField(max_length=16, choices=Ground.choices, blank=True)
    reason = SealedField(phi=OFFICE, null=True)
    decided_by = member()
    decided_at = models.DateTimeField(null=True)
    used_since = models.DateTimeField(null=True)
    used_by = member()
    rank = models.SmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    plain = {
        "name", "kind", "classes", "keeps", "decision", "ground", "decided_at", "used_since", "rank",
        "ended_at",
    }  # fmt: skip

    class Meta:
        indexes = [
            models.Index(fields=["practice", "kind"], condition=models.Q(ended_at=None), name="outbound_service_kind")
        ]
