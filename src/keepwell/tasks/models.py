"""Tasks: what somebody is asked to do, about a patient or about nobody, and what was said on the way (FHIR Task)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from keepwell.access.models import CareRelation, CareTeam, Membership
from keepwell.patients.models import Patient
from keepwell.practices.models import Tenanted
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass

CONTACT, OFFICE = PhiClass.CONTACT, PhiClass.OFFICE


class About(Tenanted):
    """A row about a patient, or else about the practice itself; `whose` says under whose keys its words are."""

    whose = models.UUIDField()

    subject_column = "whose"
    plain = {"whose"}

    class Meta:
        abstract = True


class Task(About):
    """One thing to do, for one member or for whoever of a pool (a role or a care team) takes it first.

    A task people write has words: a `title` about a patient, a `matter` about none. One that Keepwell raises has a
    `kind` and closed `facts` instead, like a notice, so that nothing needs opening to read it.
    """

    basis = "task"

    class Status(models.TextChoices):
        REQUESTED = "requested"
        ACCEPTED = "accepted"
        COMPLETED = "completed"
        CANCELLED = "cancelled"

    class Priority(models.TextChoices):
        ROUTINE = "routine"
        URGENT = "urgent"

    patient = models.ForeignKey(Patient, models.PROTECT, null=True, related_name="+", db_constraint=False)
    title = SealedField(phi=CONTACT, null=True)
    matter = SealedField(phi=OFFICE, null=True)
    kind = models.CharField(max_length=60, blank=True)
    facts: Any = models.JSONField(default=dict)
    owner = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", db_constraint=False)
    role = models.CharField(max_length=20, blank=True)
    team = models.ForeignKey(CareTeam, models.PROTECT, null=True, related_name="+", db_constraint=False)
    due_on = models.DateField(null=True)
    due_at = models.DateTimeField(null=True)
    priority = models.CharField(max_length=8, choices=Priority.choices, default=Priority.ROUTINE)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.REQUESTED)
    raised_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", db_constraint=False)
    raised_at = models.DateTimeField(auto_now_add=True)
    origin = models.CharField(max_length=60, blank=True)
    origin_id = models.UUIDField(null=True)
    key = models.CharField(max_length=120, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", db_constraint=False)
    relation = models.ForeignKey(CareRelation, models.PROTECT, null=True, related_name="+", db_constraint=False)

    plain = About.plain | {
        "kind", "facts", "role", "due_on", "due_at", "priority", "status", "raised_at", "origin", "origin_id", "key",
        "settled_at",
    }  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "key"], condition=~Q(key=""), name="tasks_task_once"),
            models.CheckConstraint(condition=Q(whose=Coalesce(F("patient"), F("practice"))), name="tasks_task_whose"),
            models.CheckConstraint(
                condition=Q(patient=None, title__isnull=True) | Q(patient__isnull=False, matter__isnull=True),
                name="tasks_task_words",
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=False) | ~Q(role="") | Q(team__isnull=False), name="tasks_task_somebody"
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "owner"], condition=Q(settled_at=None), name="tasks_task_mine"),
            models.Index(
                fields=["practice", "role", "team"], condition=Q(settled_at=None, owner=None), name="tasks_task_pool"
            ),
            models.Index(fields=["practice", "patient"], name="tasks_task_patient"),
            models.Index(fields=["practice", "settled_at"], name="tasks_task_settled"),
        ]


class TaskComment(About):
    """What somebody said about a task: `words` about a patient's, a `remark` about the practice's own."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="+", db_constraint=False)
    words = SealedField(phi=CONTACT, null=True)
    remark = SealedField(phi=OFFICE, null=True)
    said_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    said_at = models.DateTimeField(auto_now_add=True)

    plain = About.plain | {"said_at"}
