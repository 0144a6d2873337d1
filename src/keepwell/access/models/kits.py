"""The sealed paper recovery kit of a practice. The code on the paper is nowhere in the database."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.access.models.people import Membership
from keepwell.practices.models import Tenanted


def _member(*, null: bool = False) -> Any:
    return models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False, null=null)


class RecoveryKit(Tenanted):
    """One printed code (NIST SP 800-63B-4 § 4.2): HMAC-SHA256 of it under a key from outside the database.

    It stands once somebody typed back the group that was asked for (`asked`, `piece` until then), and until it is used,
    withdrawn, or another is confirmed.
    """

    mac = models.BinaryField(unique=True)
    asked = models.SmallIntegerField()
    piece = models.BinaryField(default=bytes)
    made_by = _member()
    made_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = _member(null=True)
    confirmed_at = models.DateTimeField(null=True)
    spent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    plain = {"mac", "asked", "piece", "made_at", "confirmed_at", "spent_at", "ended_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice"],
                condition=models.Q(ended_at=None, confirmed_at__isnull=False),
                name="access_kit_once",
            )
        ]
