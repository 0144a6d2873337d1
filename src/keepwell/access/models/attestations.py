"""Access reviews: who looked at whose access, and whether it is still needed (45 CFR § 164.308(a)(4)(ii)(C))."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.access.models.people import Membership
from keepwell.practices.models import Tenanted


def _member(*, null: bool = False) -> Any:
    return models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False, null=null)


class AccessReview(Tenanted):
    """One round in which everybody's access is looked at by their managers, due on a day."""

    started_by: Any = _member()
    started_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    plain = {"started_at", "due_at", "reminded_at", "closed_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice"], condition=models.Q(closed_at=None), name="access_review_once")
        ]


class Attestation(Tenanted):
    """One member in a review: who is to look at their access, and what was decided; `outcome` is empty until then."""

    review = models.ForeignKey(AccessReview, models.PROTECT, related_name="+", db_constraint=False)
    member: Any = _member()
    reviewer: Any = _member(null=True)
    outcome = models.CharField(max_length=10, blank=True)
    decided_by: Any = _member(null=True)
    decided_at = models.DateTimeField(null=True)

    plain = {"outcome", "decided_at"}
    subject_column = "member_id"

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "review", "member"], name="access_attestation_once")]
