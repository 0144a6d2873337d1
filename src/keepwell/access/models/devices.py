"""Computers and phones that work is done on, and what a practice asks of sessions and of them."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.access.models.people import Membership
from keepwell.practices.models import Tenanted


class DevicePlace(models.TextChoices):
    """Where a device stands (45 CFR § 164.310(b)): the class of a workstation."""

    OFFICE = "office"
    FRONT_DESK = "front_desk"
    SHARED = "shared"
    HOME = "home"
    MOBILE = "mobile"


class Device(Tenanted):
    """A computer or phone (45 CFR § 164.310(c)). Its browser alone holds the key; here is only that key's SHA-256.

    `encrypted`, `locks` and `updated` are what its holder attested last, at `attested_at`.
    """

    name = models.CharField(max_length=60)
    key_hash = models.BinaryField(unique=True)
    place = models.CharField(max_length=12, choices=DevicePlace)
    personal = models.BooleanField(default=False)
    holder = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    encrypted = models.BooleanField(default=False)
    locks = models.BooleanField(default=False)
    updated = models.BooleanField(default=False)
    attested_at = models.DateTimeField()
    attested_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    registered_at = models.DateTimeField(auto_now_add=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False, null=True)
    revoked_at = models.DateTimeField(null=True)
    lost = models.BooleanField(default=False)

    plain = {
        "name", "key_hash", "place", "personal", "encrypted", "locks", "updated", "attested_at", "registered_at",
        "approved_at", "revoked_at", "lost",
    }  # fmt: skip


class SignInRules(Tenanted):
    """What a practice asks of sessions: minutes of quiet by role, and whether only known devices open charts.

    `single`: the roles in which nobody has two sessions at a time.
    """

    idle: Any = models.JSONField(default=dict)
    devices_required = models.BooleanField(default=False)
    single: Any = models.JSONField(default=list)

    plain = {"idle", "devices_required", "single"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice"], name="access_rules_once")]
