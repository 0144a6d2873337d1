"""Lists of appointments from other systems, and what becomes of each of their rows."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.patients.models import Patient
from keepwell.practices.models import Tenanted
from keepwell.scheduling.models.appointments import Appointment
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass


class VisitList(Tenanted):
    """A list somebody sends so that the visits on it are booked here. Its rows wait on disk, sealed.

    `meant` says which service and which provider each word of the list is; it is offered again for a list with the same
    headers, as its `columns` are.
    """

    class State(models.TextChoices):
        SENT = "sent"
        READING = "reading"
        CHECKING = "checking"
        CHECKED = "checked"
        MOVING = "moving"
        MOVED = "moved"
        UNDOING = "undoing"
        UNDONE = "undone"
        REFUSED = "refused"
        GONE = "gone"

    state = models.CharField(max_length=10, choices=State, default=State.SENT)
    head = SealedField(phi=PhiClass.COVERAGE, kind=dict)
    meant = SealedField(phi=PhiClass.COVERAGE, kind=dict)
    mark = models.BinaryField(max_length=16)
    columns: Any = models.JSONField(default=list)
    order = models.CharField(max_length=3, default="mdy")
    rows = models.PositiveIntegerField(default=0)
    pieces = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    refused = models.CharField(max_length=40, blank=True)
    sent_by = models.ForeignKey("access.Membership", models.PROTECT, related_name="+", db_constraint=False)
    sent_at = models.DateTimeField(auto_now_add=True)
    moved_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(auto_now=True)

    plain = {
        "state", "mark", "columns", "order", "rows", "pieces", "done", "refused", "sent_at", "moved_at", "beat_at",
    }  # fmt: skip


class VisitListRow(Tenanted):
    """One row of such a list, without its words: whether it can be booked, and what became of it."""

    class Outcome(models.TextChoices):
        READY = "ready"
        REJECT = "reject"
        BOOKED = "booked"
        WITHDRAWN = "withdrawn"
        KEPT = "kept"

    run = models.ForeignKey(VisitList, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    number = models.PositiveIntegerField()
    line = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    wrong: Any = models.JSONField(default=list)
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
