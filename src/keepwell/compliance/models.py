"""What officers and auditors take out of the activity log."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.practices.models import Tenanted


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
