"""Signed-in browsers, and the one-time links that begin them."""

from __future__ import annotations

from django.db import models

from keepwell.access.models.people import Membership, Person
from keepwell.base.ids import new_id
from keepwell.practices.models import Tenanted


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
