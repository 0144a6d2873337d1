"""People who can sign in, and their places in practices."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password
from django.db import models

from keepwell.access.models.roles import CustomRole
from keepwell.base import clock
from keepwell.base.actor import Role
from keepwell.base.ids import new_id
from keepwell.practices.models import Tenanted


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
    renewed_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []
    objects = People()
    plain = {"email", "name", "is_active", "created_at", "renewed_at", "password", "last_login"}
    subject_column = "id"

    @property
    def subject_id(self) -> UUID:
        return self.id

    def check_password(self, raw_password: str | None) -> bool:
        """Whether this is the password. Never rewrites the hash on the way: passwords change inside actions only."""
        return check_password(raw_password, self.password)


class Membership(Tenanted):
    """A person's place in a practice, in one role. Its id is the Actor's id, and is never given to anybody else.

    It is entered only once it began and its person accepted it with the factors they have now: `accepted_at` is not
    before the person's `renewed_at`, when their factors were last set up from nothing (sql/acceptance.sql).
    `custom` makes the role the practice's own; `scope` is what an auditor was let in to look at.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=[(r, r) for r in Role])
    name = models.CharField(max_length=120)
    custom = models.ForeignKey(CustomRole, models.PROTECT, related_name="+", db_constraint=False, null=True)
    scope: Any = models.JSONField(null=True)
    kind = models.CharField(max_length=12, default="employee")
    manager = models.ForeignKey("self", models.PROTECT, related_name="+", db_constraint=False, null=True)
    starts_at = models.DateTimeField(default=clock.now)
    accepted_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=16, blank=True)
    suspended_at = models.DateTimeField(null=True)

    plain = {
        "role", "name", "scope", "kind", "starts_at", "accepted_at", "ends_at", "ended_because", "suspended_at",
    }  # fmt: skip
    subject_column = "id"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "person", "role"], condition=models.Q(ends_at=None), name="access_membership_once"
            )
        ]
