"""What a practice sends about visits by itself, and for which time of a visit it was worked out."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.practices.models import Tenanted, subject
from keepwell.scheduling.models.appointments import Appointment
from keepwell.scheduling.models.services import HealthcareService


class ReminderRule(Tenanted):
    """One sentence of the practice: on which occasion patients are written to, how long before, by which ways.

    Days are counted on the wall of the patient's own zone, at an o'clock or at that of the visit; hours are hours.
    `late` says what becomes of one whose moment has passed: dropped, or sent while it still helps.
    """

    class Occasion(models.TextChoices):
        BOOKED = "booked"
        BEFORE = "before"
        MOVED = "moved"
        CANCELLED = "cancelled"

    class Unit(models.TextChoices):
        DAYS = "days"
        HOURS = "hours"

    class Late(models.TextChoices):
        DROP = "drop"
        SEND = "send"

    occasion = models.CharField(max_length=9, choices=Occasion)
    amount = models.PositiveSmallIntegerField(default=0)
    unit = models.CharField(max_length=5, choices=Unit, default=Unit.DAYS)
    o_clock = models.TimeField(null=True)
    service = models.ForeignKey(HealthcareService, models.PROTECT, related_name="+", db_constraint=False, null=True)
    modality = models.CharField(max_length=10, blank=True)
    ways: Any = models.JSONField(default=list)
    late = models.CharField(max_length=4, choices=Late, default=Late.DROP)
    changed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    plain = {
        "occasion", "amount", "unit", "o_clock", "modality", "ways", "late", "changed_at", "ended_at",
    }  # fmt: skip


class ReminderPlan(Tenanted):
    """For one time of a visit it was worked out what is sent. What was planned for another time is not sent any more.

    `version` is the visit's and `rules_at` the newest rule's when it was worked out: if either is newer, it is again.
    """

    patient = subject()
    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="+", db_constraint=False)
    starts_at = models.DateTimeField()
    version = models.PositiveIntegerField()
    rules_at = models.DateTimeField()
    planned_at = models.DateTimeField()

    plain = {"starts_at", "version", "rules_at", "planned_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appointment", "starts_at"], name="scheduling_reminderplan_once")
        ]
