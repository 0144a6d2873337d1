"""Lists of patients from other systems, and what becomes of each of their rows."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.practices.models import Tenanted
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass


class ListState(models.TextChoices):
    """Where a list is. Appointments that were undone are not brought back: they have no `redoing`."""

    SENT = "sent"
    READING = "reading"
    CHECKING = "checking"
    CHECKED = "checked"
    MOVING = "moving"
    MOVED = "moved"
    UNDOING = "undoing"
    UNDONE = "undone"
    REDOING = "redoing"
    REFUSED = "refused"
    GONE = "gone"


class SentList(Tenanted):
    """A list somebody sends. Its rows wait on disk, sealed; the practice is its subject.

    `mark` tells whether a list with the same headers came before, whose `columns` are then offered again; the headers
    themselves are in `head`, for they may hold anything.
    """

    State = ListState

    state = models.CharField(max_length=10, choices=ListState, default=ListState.SENT)
    head = SealedField(phi=PhiClass.COVERAGE, kind=dict)
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

    class Meta:
        abstract = True


class ListRow(Tenanted):
    """One row of a list, without its words. What was wrong with it: fields and codes of refusals."""

    run_id: Any
    number = models.PositiveIntegerField()
    line = models.PositiveIntegerField()
    wrong: Any = models.JSONField(default=list)

    class Meta:
        abstract = True


class MoveIn(SentList):
    """A list of patients: the people on it become patients here."""

    name = SealedField(phi=PhiClass.IDENTITY)


class MoveInRow(ListRow):
    """One row of such a list, without its words: what it was found to be, what was chosen, who came of it."""

    class Verdict(models.TextChoices):
        NEW = "new"
        SAME = "same"
        DOUBTFUL = "doubtful"
        REJECT = "reject"

    class Choice(models.TextChoices):
        NONE = ""
        SKIP = "skip"
        REGISTER = "register"
        ADD = "add"

    class Outcome(models.TextChoices):
        NONE = ""
        REGISTERED = "registered"
        ADDED = "added"
        WITHDRAWN = "withdrawn"
        KEPT = "kept"

    run = models.ForeignKey(MoveIn, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    choice = models.CharField(max_length=8, choices=Choice.choices, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    alike: Any = models.JSONField(default=list)
    patient = models.ForeignKey("patients.Patient", models.PROTECT, related_name="+", db_constraint=False, null=True)
    mark = models.BinaryField(max_length=16)
    number_mark = models.BinaryField(max_length=16, null=True)

    plain = {
        "number", "line", "verdict", "choice", "outcome", "wrong", "alike", "mark", "number_mark",
    }  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="patients_moveinrow_once")]
        indexes = [
            models.Index(fields=["run", "verdict", "number"], name="patients_moveinrow_verdict"),
            models.Index(fields=["run", "mark"], name="patients_moveinrow_mark"),
        ]
