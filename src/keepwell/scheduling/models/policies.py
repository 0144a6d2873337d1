"""What a practice says about cancelling, moving and not coming, and what it has noted of either."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.access.models import Membership
from keepwell.practices.models import Tenanted, subject
from keepwell.scheduling.models.appointments import Appointment


def patient_only() -> list[str]:
    """What counts when it is late, unless a practice says otherwise."""
    return ["patient"]


class ChangePolicy(Tenanted):
    """The practice's one policy about changes: how early, what counts, and what staff do when it was too often.

    It never withholds care: it shows a flag and what to do, and people decide.
    """

    class NextStep(models.TextChoices):
        """What staff do when somebody was flagged."""

        SHOW = "show"
        CALL = "call"
        CONFIRM = "confirm"
        PROVIDER = "provider"

    cancel_hours = models.PositiveSmallIntegerField(default=24)
    move_hours = models.PositiveSmallIntegerField(default=24)
    counted_causes: Any = models.JSONField(default=patient_only)
    limit = models.PositiveSmallIntegerField(default=3)
    months = models.PositiveSmallIntegerField(default=6)
    next_step = models.CharField(max_length=10, choices=NextStep, default=NextStep.CALL)
    offer_minutes = models.PositiveSmallIntegerField(default=60)
    offer_minutes_soon = models.PositiveSmallIntegerField(default=20)
    refusal_days = models.PositiveSmallIntegerField(default=3)

    plain = {
        "cancel_hours", "move_hours", "counted_causes", "limit", "months", "next_step", "offer_minutes",
        "offer_minutes_soon", "refusal_days",
    }  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice"], name="scheduling_changepolicy_once")]


class Lapse(Tenanted):
    """A patient did not come, or cancelled too late. It counts while the appointment's status still says so.

    Waived, it stays on record and counts no more.
    """

    class Kind(models.TextChoices):
        NO_SHOW = "noshow"
        LATE = "late"

    class Why(models.TextChoices):
        """Why a lapse does not count."""

        ILL = "ill"
        EMERGENCY = "emergency"
        TECHNICAL = "technical"
        OUR_FAULT = "our-fault"
        NO_REMINDER = "no-reminder"
        OTHER = "other"

    patient = subject()
    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="+", db_constraint=False)
    kind = models.CharField(max_length=6, choices=Kind)
    at = models.DateTimeField()
    waived_at = models.DateTimeField(null=True)
    waived_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False, null=True)
    waived_why = models.CharField(max_length=12, choices=Why, blank=True)

    plain = {"kind", "at", "waived_at", "waived_why"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["appointment", "kind"], name="scheduling_lapse_once")]
        indexes = [models.Index(fields=["practice", "patient", "at"], name="scheduling_lapse_whose")]
