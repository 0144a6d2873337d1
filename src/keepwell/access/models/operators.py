"""Access by whoever runs the installation: who came in, when, by which command; and when a practice lets them."""

from __future__ import annotations

from django.db import models

from keepwell.access.models.emergency import Reviewed
from keepwell.access.models.people import Membership, Person
from keepwell.practices.models import Tenanted


class OperatorAccess(Reviewed):
    """Somebody at the machine worked in this practice with a command. Its id is the session of all they did there.

    `account` is the operating system's user, `named` who they said they are, `person` that person if they sign in here.
    """

    account = models.CharField(max_length=64)
    named = models.CharField(max_length=120)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", null=True)
    command = models.CharField(max_length=40)
    starts_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    plain = Reviewed.reviewing | {"account", "named", "command", "starts_at", "ended_at"}

    class Meta:
        indexes = [models.Index(fields=["practice"], condition=models.Q(outcome=""), name="access_operator_open")]


class SupportRule(Tenanted):
    """While one stands, operators come in only within a window that the practice approved (45 CFR § 164.504(e))."""

    member = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    starts_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    plain = {"starts_at", "ended_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice"], condition=models.Q(ended_at=None), name="access_support_rule")
        ]


class SupportWindow(Tenanted):
    """A time in which the practice lets operators come in."""

    member = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    plain = {"starts_at", "ends_at"}

    class Meta:
        indexes = [models.Index(fields=["practice", "ends_at"], name="access_support_window")]
