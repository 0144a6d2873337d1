"""People, their memberships, and the facts the policy decides with."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password
from django.db import models

from keepwell.base.actor import Role
from keepwell.base.ids import new_id
from keepwell.practices.models import Practice, Tenanted
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass


class People(BaseUserManager["Person"]):
    """Finds people by the name they sign in with."""

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(email=username)


class Person(AbstractBaseUser):
    """Somebody who can sign in (45 CFR § 164.312(a)(2)(i), unique user identification), at any number of practices.

    Staff have an e-mail address; a patient's account keeps none in the clear.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True, null=True)  # noqa: DJ001 - patients have none, and unique
    name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []
    objects = People()
    plain = {"email", "name", "is_active", "created_at", "password", "last_login"}
    subject_column = "id"

    @property
    def subject_id(self) -> UUID:
        return self.id

    def check_password(self, raw_password: str | None) -> bool:
        """Whether this is the password. Never rewrites the hash on the way: passwords change inside actions only."""
        return check_password(raw_password, self.password)


class Membership(Tenanted):
    """A person's place in a practice, in one role. Its id is the Actor's id."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=[(r, r) for r in Role])
    name = models.CharField(max_length=120)
    starts_at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField(null=True)

    plain = {"role", "name", "starts_at", "ends_at"}
    subject_column = "id"

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "person", "role"], name="access_membership_once")]


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


class Session(models.Model):
    """A signed-in browser. The key is never stored, only its SHA-256; `data` is signed and bound to that hash."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key_hash = models.BinaryField(unique=True)
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    data = models.TextField(default="")
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(auto_now=True)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class SignInLink(Tenanted):
    """A one-time sign-in link. What opens it is nowhere in the database: it is signed with a key from outside."""

    membership = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    plain = {"made_at", "expires_at", "used_at"}
    subject_column = "person_id"


__all__ = [
    "CareRelation",
    "CareTeam",
    "CareTeamMember",
    "Membership",
    "PatientLink",
    "Person",
    "Practice",
    "Restriction",
    "Session",
    "SignInLink",
]
