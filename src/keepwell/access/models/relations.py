"""Who looks after whom, and what a patient asked to keep closed: the facts the policy decides with."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.access.models.people import Membership
from keepwell.base import clock
from keepwell.practices.models import Tenanted
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass


class CareTeam(Tenanted):
    """A named group of members who look after the same patients (FHIR CareTeam)."""

    name = models.CharField(max_length=120)
    ended_at = models.DateTimeField(null=True)
    plain = {"name", "ended_at"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "name"], name="access_careteam_once")]


class CareTeamMember(Tenanted):
    """Who is on a care team, from when until when."""

    team = models.ForeignKey(CareTeam, models.PROTECT, related_name="+", db_constraint=False)
    member = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    starts_at = models.DateTimeField(default=clock.now)
    ends_at = models.DateTimeField(null=True)
    plain = {"starts_at", "ends_at"}


class Duty(Tenanted):
    """For whom a member stands in, and when: covers a colleague, supervises a trainee, is on call for a team.

    Whoever `of` or `team` looks after, the member looks after meanwhile. One step only: cover of cover is nobody's.
    """

    class Kind(models.TextChoices):
        COVER = "cover"
        SUPERVISION = "supervision"
        ON_CALL = "on_call"

    kind = models.CharField(max_length=12, choices=Kind)
    member = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    of = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False, null=True)
    team = models.ForeignKey(CareTeam, models.PROTECT, related_name="+", db_constraint=False, null=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    plain = {"kind", "starts_at", "ends_at"}

    class Meta:
        indexes = [models.Index(fields=["practice", "member"], name="access_duty_member")]


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

    Neither member nor role named means everybody without a care relation of their own. With `toward` it binds nobody
    here: it says to whom nothing is disclosed. `paid_in_full` had to be agreed to (§ 164.522(a)(1)(vi)). `terms` says
    what was agreed, for those who keep to it; `wording` is what the patient said, for those who look after them.
    """

    class Toward(models.TextChoices):
        HERE = ""
        PLAN = "plan"
        RELATED = "related"
        OUTSIDE = "outside"

    patient_id = models.UUIDField()
    member = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False, null=True)
    role = models.CharField(max_length=20, blank=True)
    toward = models.CharField(max_length=8, blank=True, default="")
    paid_in_full = models.BooleanField(default=False)
    classes: Any = models.JSONField(default=list)
    terms = SealedField(phi=PhiClass.CONTACT, null=True)
    wording = SealedField(phi=PhiClass.CLINICAL, null=True)
    starts_at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=12, blank=True)

    plain = {"patient_id", "role", "toward", "paid_in_full", "classes", "starts_at", "ends_at", "ended_how"}
    subject_column = "patient_id"

    class Meta:
        indexes = [models.Index(fields=["practice", "patient_id"], name="access_restriction_patient")]


class Vip(Tenanted):
    """A patient whom people may be curious about: an opening by somebody without a care relation tells the officers."""

    patient_id = models.UUIDField()
    starts_at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField(null=True)

    plain = {"patient_id", "starts_at", "ends_at"}
    subject_column = "patient_id"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "patient_id"], condition=models.Q(ends_at=None), name="access_vip_once"
            )
        ]


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
