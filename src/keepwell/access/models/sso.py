"""A practice's own sign-in service (OpenID Connect), and who is who there. Neither holds anything about a patient."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.access.models.people import Person
from keepwell.practices.models import Tenanted


class IdentityProvider(Tenanted):
    """Where a practice's people may sign in with the account they have already. One at a time.

    `sealed` is the client's secret, under a key from outside the database. `trusts`: our second step is not asked of
    whoever the provider says has passed one of its own.
    """

    label = models.CharField(max_length=60)
    issuer = models.CharField(max_length=300)
    client = models.CharField(max_length=200)
    sealed = models.CharField(max_length=2000)
    roles: Any = models.JSONField(default=list)
    trusts = models.BooleanField(default=False)
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    plain = {"label", "issuer", "client", "sealed", "roles", "trusts", "made_at", "ended_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice"], condition=models.Q(ended_at=None), name="access_identity_provider_once"
            )
        ]


class IdentityLink(Tenanted):
    """That an account of a sign-in service is a person's. `mac` is a keyed hash of the service and of its own id."""

    provider: Any = models.ForeignKey(IdentityProvider, models.PROTECT, related_name="+", db_constraint=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    mac = models.BinaryField()
    bound_at = models.DateTimeField(auto_now_add=True)

    plain = {"mac", "bound_at"}
    subject_column = "person_id"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "mac"], name="access_identity_link_once"),
            models.UniqueConstraint(fields=["provider", "person"], name="access_identity_person_once"),
        ]
