"""Who looks after whom, and what a patient asked to keep closed: the facts the policy decides with."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.access.models.people import Membership
from keepwell.practices.models import Tenanted
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass


class CareTeam(Tenanted):
    """A named group of members who look after the same patients (FHIR CareTeam)."""

    name = models.CharField(max_length=120)
    plain = {"name"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "name"], name="access_careteam_once")]


class CareTeamMember(Tenanted):
    """Who is on a care team, from when until when."""

    team = models.ForeignKey(CareTeam, models.PROTECT, related_name="+", db_constraint=False)
    member = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    starts_at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField(null=True)
    plain = {"starts_at", "ends_at"}


class CareRelation(Tenanted):
    """Work makes it: a visit, an assigned task or message, cover, or a care team. While it lasts, a member may read.

    `patient_id` is an id and no foreign key, because patients live on a floor above.
    """

    patient_id = models.UUIDField()
    member = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False, null=True)
    team = models.ForeignKey(CareTeam, models.PROTECT, related_name="+", db_constraint=False, null=True)
    basis = models.CharField(max_length=20)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    plain = {"patient_id", "basis", "starts_at", "ends_at"}
    subject_column = "patient_id"

    class Meta:
        indexes = [models.Index(fields=["practice", "patient_id"], name="access_relation_patient")]


class Restriction(Tenanted):
    """A restriction the practice agreed to (45 CFR § 164.522(a)): this member, or this role, may not read them.

    Neither member nor role named means everybody without a care relation of their own.
    """

    patient_id = models.UUIDField()
    member = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False, null=True)
    role = models.CharField(max_length=20, blank=True)
    classes: Any = models.JSONField(default=list)
    wording = SealedField(phi=PhiClass.CLINICAL, null=True)
    starts_at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField(null=True)

    plain = {"patient_id", "role", "classes", "starts_at", "ends_at"}
    subject_column = "patient_id"

    class Meta:
        indexes = [models.Index(fields=["practice", "patient_id"], name="access_restriction_patient")]


class PatientLink(Tenanted):
    """Two records of one person (FHIR Patient.link). Opening either opens both, and a restriction of one binds both.

    A link and never a re-seal: ending it takes them apart again. A record merged into another has none merged into it.
    """

    patient_id = models.UUIDField()
    duplicate_id = models.UUIDField()
    began_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    plain = {"patient_id", "duplicate_id", "began_at", "ended_at"}
    subject_column = "patient_id"

    class Meta:
        indexes = [models.Index(fields=["practice", "patient_id"], name="access_link_patient")]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "duplicate_id"], condition=models.Q(ended_at=None), name="access_link_once"
            )
        ]
