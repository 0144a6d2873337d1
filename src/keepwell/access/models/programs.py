"""Programs that work here: each an actor of its own, with one role and one purpose, known by tokens that end."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.access.models.people import Membership
from keepwell.base.actor import Purpose, Role
from keepwell.practices.models import Tenanted


class Program(Tenanted):
    """A service account (45 CFR § 164.312(a)(2)(i)). Its id is the Actor's id; `owner` answers for it."""

    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=[(r, r) for r in Role])
    purpose = models.CharField(max_length=10, choices=[(p, p) for p in Purpose])
    owner = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    plain = {"name", "role", "purpose", "made_at", "ended_at"}
    subject_column = "id"


class ApiToken(Tenanted):
    """What a program shows to be let in. Kept as an HMAC under a key from outside the database; shown once."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="+", db_constraint=False)
    hashed = models.BinaryField(unique=True)
    prefix = models.CharField(max_length=12)
    scopes: Any = models.JSONField(default=list)
    networks: Any = models.JSONField(default=list)
    made_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    plain = {
        "hashed", "prefix", "scopes", "networks", "made_at", "expires_at", "reminded_at", "revoked_at",
    }  # fmt: skip
    subject_column = "program_id"
