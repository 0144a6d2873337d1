"""Documents: faxes and scans that came in, photographs of cards, records from elsewhere (FHIR DocumentReference)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from keepwell.access.models import Membership
from keepwell.patients.models import Patient
from keepwell.practices.models import Tenanted
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass


class Document(Tenanted):
    """One document. Its content is a sealed file; until somebody says whose it is, it is a subject of its own.

    `phi` is the class its content is sealed under: contact while the desk sorts it, then what its `kind` says. What
    people call it is sealed under the same class, each in a column of its own: `label`, `holder`, `payer`, `title`,
    `program`.
    """

    class Kind(models.TextChoices):
        UNSORTED = "unsorted"
        PHOTO_ID = "photo-id"
        INSURANCE_CARD = "insurance-card"
        CONSENT = "consent"
        OUTSIDE_RECORD = "outside-record"
        LAB = "lab"
        IMAGING = "imaging"
        LETTER = "letter"
        OTHER = "other"

    class Source(models.TextChoices):
        FAX = "fax"
        UPLOAD = "upload"
        PHOTO = "photo"
        EMAIL = "email"

    class Status(models.TextChoices):
        WAITING = "waiting"
        FILED = "filed"
        DISCARDED = "discarded"

    whose = models.UUIDField()
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, related_name="+", db_constraint=False)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.UNSORTED)
    phi = models.CharField(max_length=16)
    label = SealedField(phi=PhiClass.CONTACT, null=True)
    holder = SealedField(phi=PhiClass.IDENTITY, null=True)
    payer = SealedField(phi=PhiClass.COVERAGE, null=True)
    title = SealedField(phi=PhiClass.CLINICAL, null=True)
    program = SealedField(phi=PhiClass.PART2, null=True)
    sender = SealedField(phi=PhiClass.CONTACT, null=True)
    type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    source = models.CharField(max_length=8, choices=Source.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    screened = models.CharField(max_length=60, blank=True)
    outside = models.CharField(max_length=80, blank=True)
    came_at = models.DateTimeField()
    came_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", db_constraint=False)
    owner = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", db_constraint=False)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", db_constraint=False)

    subject_column = "whose"
    plain = {
        "whose", "kind", "phi", "type", "size", "source", "status", "screened", "outside", "came_at", "settled_at",
    }  # fmt: skip

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(whose=Coalesce(F("patient"), F("id"))), name="records_document_whose"),
            models.UniqueConstraint(
                fields=["practice", "outside"], condition=~Q(outside=""), name="records_document_once"
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "came_at"], condition=Q(status="waiting"), name="records_document_tray"),
            models.Index(fields=["practice", "patient", "came_at"], name="records_document_whom"),
        ]
