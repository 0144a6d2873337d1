"""What officers and auditors take out of the activity log, and the questions to it that they keep."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.compliance.people.models import Equipment, PartnerNotice
from keepwell.practices.models import Tenanted
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass

__all__ = ["Equipment", "LogExport", "PartnerNotice", "SavedQuestion"]


class LogExport(Tenanted):
    """A question to the log whose answer is made into a file. The file waits on disk, sealed, in pieces.

    `asked` is the question as an address has it: ids and codes. `scope` is what an auditor was let in to look at when
    they asked; `last` is the place in the log of the last entry that is in the file.
    """

    class State(models.TextChoices):
        MAKING = "making"
        READY = "ready"
        STOPPED = "stopped"
        GONE = "gone"

    class Form(models.TextChoices):
        CSV = "csv"
        JSON = "json"
        FHIR = "fhir"

    state = models.CharField(max_length=8, choices=State.choices, default=State.MAKING)
    form = models.CharField(max_length=4, choices=Form.choices)
    asked: Any = models.JSONField(default=dict)
    zone = models.CharField(max_length=64)
    scope: Any = models.JSONField(null=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    pieces = models.PositiveIntegerField(default=0)
    last = models.CharField(max_length=60, blank=True)
    asked_by = models.ForeignKey("access.Membership", models.PROTECT, related_name="+", db_constraint=False)
    asked_at = models.DateTimeField()
    beat_at = models.DateTimeField(auto_now=True)
    ends_at = models.DateTimeField()

    plain = {
        "state", "form", "asked", "zone", "scope", "total", "done", "pieces", "last", "asked_at", "beat_at", "ends_at",
    }  # fmt: skip


class SavedQuestion(Tenanted):
    """A question to the log that somebody keeps under a name, for themselves or for the other officers too.

    `asked` is the question as an address has it. The name before the last change is kept so that it can be undone.
    """

    name = SealedField(phi=PhiClass.OFFICE)
    name_before = SealedField(phi=PhiClass.OFFICE, null=True)
    asked: Any = models.JSONField(default=dict)
    shared = models.BooleanField(default=False)
    owner = models.ForeignKey("access.Membership", models.PROTECT, related_name="+", db_constraint=False)
    saved_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(null=True)
    taken_away_at = models.DateTimeField(null=True)

    plain = {"asked", "shared", "saved_at", "changed_at", "taken_away_at"}

    class Meta:
        indexes = [models.Index(fields=["practice", "taken_away_at"], name="compliance_saved_standing")]
