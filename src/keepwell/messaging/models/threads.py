"""Threads of the inbox and their posts (FHIR Communication)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from keepwell.access.models import CareRelation, CareTeam, Membership
from keepwell.patients.models import Patient
from keepwell.practices.models import Tenanted
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass
from keepwell.vault.values import LongText

CONTACT, MESSAGE = PhiClass.CONTACT, PhiClass.MESSAGE


class Said(Tenanted):
    """A row of a patient's, or of a thread nobody is known to have written yet, which is then its own subject."""

    whose = models.UUIDField()

    subject_column = "whose"
    plain = {"whose"}

    class Meta:
        abstract = True


class Thread(Said):
    """What one person wrote and what was answered, on one channel, for one member or for whoever of a pool takes it.

    Without a patient the sender is unknown: the thread is a subject of its own, so its words have a key of their own.
    `began_by` is whoever took it down or said whose it is; given to themselves it opens no chart (tasks/caring.py).
    """

    basis = "message"

    class Status(models.TextChoices):
        """FHIR event-status, as far as an inbox needs it."""

        OPEN = "in-progress"
        WAITING = "on-hold"
        CLOSED = "completed"

    class Priority(models.TextChoices):
        ROUTINE = "routine"
        URGENT = "urgent"

    patient = models.ForeignKey(Patient, models.PROTECT, null=True, related_name="+", db_constraint=False)
    channel = models.CharField(max_length=8)
    sender = SealedField(phi=CONTACT, null=True)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.OPEN)
    priority = models.CharField(max_length=8, choices=Priority.choices, default=Priority.ROUTINE)
    owner = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", db_constraint=False)
    role = models.CharField(max_length=20, blank=True)
    team = models.ForeignKey(CareTeam, models.PROTECT, null=True, related_name="+", db_constraint=False)
    began_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", db_constraint=False)
    began_at = models.DateTimeField()
    last_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", db_constraint=False)
    cause = models.CharField(max_length=12, blank=True)
    filed_at = models.DateTimeField(null=True)
    relation = models.ForeignKey(CareRelation, models.PROTECT, null=True, related_name="+", db_constraint=False)

    plain = Said.plain | {
        "channel", "status", "priority", "role", "began_at", "last_at", "heard_at", "seen_at", "escalated_at",
        "closed_at", "cause", "filed_at",
    }  # fmt: skip

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(whose=Coalesce(F("patient"), F("id"))), name="messaging_thread_whose"),
            models.CheckConstraint(
                condition=Q(owner__isnull=False) | ~Q(role="") | Q(team__isnull=False), name="messaging_thread_somebody"
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "owner"], condition=Q(closed_at=None), name="messaging_thread_mine"),
            models.Index(
                fields=["practice", "role", "team"],
                condition=Q(closed_at=None, owner=None),
                name="messaging_thread_pool",
            ),
            models.Index(fields=["practice", "patient", "last_at"], name="messaging_thread_patient"),
            models.Index(fields=["practice", "closed_at"], name="messaging_thread_closed"),
            models.Index(
                fields=["practice", "heard_at"],
                condition=Q(seen_at=None, escalated_at=None, closed_at=None),
                name="messaging_thread_unread",
            ),
        ]


class Post(Said):
    """One thing said in a thread. A note is for colleagues only: no way leads from it to anybody outside.

    `words` are a patient's message; `line` is what an unknown sender wrote, which the desk must read to find out whose
    it is. A `voice` post has a recording beside its words. `outside` is the carrier's own number of what came in, so
    that nothing is taken twice; of what was written here it is the number of the form (once.py).
    """

    class Kind(models.TextChoices):
        RECEIVED = "received"
        PHONE = "phone"
        VOICE = "voice"
        SENT = "sent"
        AUTO = "auto"
        NOTE = "note"

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="+", db_constraint=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    words = SealedField(phi=MESSAGE, kind=LongText, null=True)
    line = SealedField(phi=CONTACT, kind=LongText, null=True)
    author = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", db_constraint=False)
    at = models.DateTimeField()
    outside = models.CharField(max_length=80, blank=True)
    message = models.UUIDField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    plain = Said.plain | {"kind", "at", "outside", "message", "withdrawn_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "outside"], condition=~Q(outside=""), name="messaging_post_once"
            )
        ]
        indexes = [models.Index(fields=["practice", "thread", "at"], name="messaging_post_thread")]
