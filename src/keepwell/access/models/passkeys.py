"""Passkeys: keys in a person's phone, computer or security key, of which only the public half is here."""

from __future__ import annotations

from django.db import models

from keepwell.access.models.people import Person
from keepwell.base.ids import new_id


class Passkey(models.Model):
    """One passkey (W3C Web Authentication Level 2). `sealed` holds its public key, name and counter.

    Sealed under a key from outside the database and bound to its person and row, so that a key written into the table,
    or moved to another person, signs nobody in.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    sealed = models.TextField()
    made_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    plain = {"sealed", "made_at", "used_at", "ended_at"}
    subject_column = "person_id"
