"""Somebody lost what they sign in with: who vouched for them, and the pass that lets them set it up anew."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.access.models.kits import RecoveryKit
from keepwell.access.models.people import Membership
from keepwell.access.models.sessions import SignInLink
from keepwell.practices.models import Tenanted


def _member(*, null: bool = False) -> Any:
    return models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False, null=null)


class Recovery(Tenanted):
    """A lost factor: two people vouch for a third, and a pass for a day is made (45 CFR § 164.312(d)).

    `first_said` and `second_said` are entries of the ledger: how somebody was known, in the voucher's own words, sealed
    there. The pass itself is nowhere: `link` is the row of a one-time link, which is signed with a key from outside.
    Where nobody could sign in any more nobody vouches: then `kit` is the practice's recovery kit and `first` is empty.
    """

    member = _member()
    first = _member(null=True)
    first_at = models.DateTimeField()
    first_how = models.CharField(max_length=12)
    first_said = models.UUIDField()
    second = _member(null=True)
    second_at = models.DateTimeField(null=True)
    second_how = models.CharField(max_length=12, blank=True)
    second_said = models.UUIDField(null=True)
    link = models.ForeignKey(SignInLink, models.PROTECT, related_name="+", db_constraint=False, null=True)
    kit = models.ForeignKey(RecoveryKit, models.PROTECT, related_name="+", db_constraint=False, null=True)
    used_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True)
    closed_at = models.DateTimeField(null=True)

    plain = {
        "first_at", "first_how", "first_said", "second_at", "second_how", "second_said", "used_at", "outcome",
        "closed_at",
    }  # fmt: skip
    subject_column = "member_id"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "member"], condition=models.Q(closed_at=None), name="access_recovery_once"
            )
        ]
