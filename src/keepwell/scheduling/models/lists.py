"""Lists of appointments from other systems, and what becomes of each of their rows."""

from __future__ import annotations

from django.db import models

from keepwell.patients.models import ListRow, Patient, SentList
from keepwell.scheduling.models.appointments import Appointment
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass


class VisitList(SentList):
    """A list of appointments: the visits on it are booked here.

    `meant` says which service and which provider each word of the list is; it is offered again for a list with the same
    headers, as its `columns` are.
    """

    meant = SealedField(phi=PhiClass.COVERAGE, kind=dict)


class VisitListRow(ListRow):
    """One row of such a list, without its words: whether it can be booked, and what became of it."""

    class Outcome(models.TextChoices):
        READY = "ready"
        REJECT = "reject"
        BOOKED = "booked"
        WITHDRAWN = "withdrawn"
        KEPT = "kept"

    run = models.ForeignKey(VisitList, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    outcome = models.CharField(max_length=10, choices=Outcome)
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", db_constraint=False, null=True)
    practitioner = models.UUIDField(null=True)
    service = models.UUIDField(null=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    modality = models.CharField(max_length=10, blank=True)
    place = models.CharField(max_length=2, blank=True)
    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="+", db_constraint=False, null=True)

    plain = {
        "number", "line", "outcome", "wrong", "practitioner", "service", "starts_at", "ends_at", "modality", "place",
    }  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="scheduling_visitlistrow_once")]
        indexes = [
            models.Index(fields=["run", "outcome", "number"], name="scheduling_visitrow_outcome"),
            models.Index(fields=["run", "practitioner", "starts_at"], name="scheduling_visitrow_when"),
            models.Index(fields=["practice", "appointment"], name="scheduling_visitrow_made"),
        ]
