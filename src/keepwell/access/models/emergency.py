"""Emergency access (45 CFR § 164.312(a)(2)(ii)): who opened whose record without a care relation, and until when."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.access.models.people import Membership
from keepwell.practices.models import Tenanted
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass


class Reason(models.TextChoices):
    """Why it is an emergency. Only treatment reaches past a restriction (§ 164.522(a)(1)(iii)) or into Part 2."""

    TREATMENT = "treatment"
    THREAT = "threat"
    UNREACHABLE = "unreachable"


class Outcome(models.TextChoices):
    """What an officer found when looking at an access."""

    APPROPRIATE = "appropriate"
    REFERRED = "referred"
    UNEXPLAINED = "unexplained"


class Reviewed(Tenanted):
    """What every access that is looked at afterwards has in common.

    `said`, `answer` and `comment` are entries of the ledger: a person's own words, sealed there, can be read by
    officers and changed by nobody.
    """

    said = models.UUIDField()
    answer = models.UUIDField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    comment = models.UUIDField(null=True)
    reviewer = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False, null=True)
    reviewed_at = models.DateTimeField(null=True)

    reviewing = {"said", "answer", "outcome", "comment", "reviewed_at"}

    class Meta:
        abstract = True


class EmergencyAccess(Reviewed):
    """One member reads one patient's record for an hour, renewable once, because it could not wait.

    `alarms` are the reasons for which the officers were told at once. No part of it says anything about the patient.
    """

    member = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    patient_id = models.UUIDField()
    reason = models.CharField(max_length=12, choices=Reason)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    renewed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    part2_at = models.DateTimeField(null=True)
    alarms: Any = models.JSONField(default=list)

    plain = Reviewed.reviewing | {
        "patient_id", "reason", "starts_at", "ends_at", "renewed_at", "ended_at", "part2_at", "alarms",
    }  # fmt: skip
    subject_column = "patient_id"

    class Meta:
        indexes = [
            models.Index(fields=["practice", "member", "ends_at"], name="access_emergency_member"),
            models.Index(fields=["practice", "patient_id"], name="access_emergency_patient"),
            models.Index(fields=["practice"], condition=models.Q(outcome=""), name="access_emergency_open"),
        ]


class EmergencyDisclosure(Tenanted):
    """What 42 CFR § 2.51(c) wants in the patient's record when Part 2 records are opened in a medical emergency."""

    access = models.ForeignKey(EmergencyAccess, models.PROTECT, related_name="+", db_constraint=False)
    patient_id = models.UUIDField()
    recipient = SealedField(phi=PhiClass.PART2)
    facility = SealedField(phi=PhiClass.PART2)
    discloser = SealedField(phi=PhiClass.PART2)
    nature = SealedField(phi=PhiClass.PART2)
    at = models.DateTimeField()

    plain = {"patient_id", "at"}
    subject_column = "patient_id"

    class Meta:
        indexes = [models.Index(fields=["practice", "patient_id"], name="access_emergency_part2")]
