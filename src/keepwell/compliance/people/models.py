"""What somebody who leaves still has of the practice's, and who outside has to hear of it."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.access.models import Departure, Device, Membership
from keepwell.practices.models import Tenanted
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass


def _member(*, null: bool = False) -> Any:
    return models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False, null=null)


def _departure() -> Any:
    return models.ForeignKey(Departure, models.PROTECT, related_name="+", db_constraint=False)


class Equipment(Tenanted):
    """One thing to come back (45 CFR § 164.310(d)(1)): a device that was registered, or anything somebody named."""

    departure: Any = _departure()
    device: Any = models.ForeignKey(Device, models.PROTECT, related_name="+", db_constraint=False, null=True)
    name = SealedField(phi=PhiClass.OFFICE, null=True)
    added_by: Any = _member()
    added_at = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=12, blank=True)
    settled_by: Any = _member(null=True)
    settled_at = models.DateTimeField(null=True)

    plain = {"added_at", "outcome", "settled_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "departure", "device"],
                condition=models.Q(device__isnull=False),
                name="compliance_equipment_once",
            )
        ]


class PartnerNotice(Tenanted):
    """Another practice or regulated entity whose systems somebody could reach, to be told that their access ended.

    Within 24 hours: proposed § 164.308(a)(9) (90 FR 898), not in force.
    """

    departure: Any = _departure()
    name = SealedField(phi=PhiClass.OFFICE)
    due_at = models.DateTimeField()
    added_by: Any = _member()
    added_at = models.DateTimeField(auto_now_add=True)
    how = models.CharField(max_length=12, blank=True)
    told_by: Any = _member(null=True)
    told_at = models.DateTimeField(null=True)

    plain = {"due_at", "added_at", "how", "told_at"}
