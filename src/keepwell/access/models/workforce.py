"""How people come to work here: what was asked for them, who approved it, and what was checked first."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.access.models.people import Membership
from keepwell.base.actor import Role
from keepwell.practices.models import Tenanted


def _member(*, null: bool = False) -> Any:
    return models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False, null=null)


class Grant(Tenanted):
    """Somebody asked that a person may work here in one role (45 CFR § 164.308(a)(4)(ii)(B)).

    A new colleague, by e-mail; or another role for one who is here (`replaces`). No document number is ever kept.
    """

    email = models.EmailField()
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=[(r, r) for r in Role])
    kind = models.CharField(max_length=12)
    manager = _member(null=True)
    replaces = _member(null=True)
    starts_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    asked_by: Any = _member()
    asked_at = models.DateTimeField(auto_now_add=True)
    approved_by = _member(null=True)
    approved_at = models.DateTimeField(null=True)
    proof = models.CharField(max_length=20, blank=True)
    proved_by = _member(null=True)
    proved_at = models.DateTimeField(null=True)
    link = models.UUIDField(null=True)
    link_until = models.DateTimeField(null=True)
    membership = _member(null=True)
    outcome = models.CharField(max_length=10, blank=True)
    closed_at = models.DateTimeField(null=True)

    plain = {
        "email", "name", "role", "kind", "starts_at", "until", "asked_at", "approved_at", "proof", "proved_at", "link",
        "link_until", "outcome", "closed_at",
    }  # fmt: skip
    subject_column = "id"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "email", "role"], condition=models.Q(closed_at=None), name="access_grant_once"
            )
        ]


class ClearanceCheck(Tenanted):
    """One thing looked up before somebody works here (45 CFR § 164.308(a)(3)(ii)(B)): passed or failed."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="+", db_constraint=False)
    item = models.CharField(max_length=20)
    passed = models.BooleanField()
    source = models.CharField(max_length=20)
    checked_by = _member()
    checked_at = models.DateTimeField(auto_now_add=True)

    plain = {"item", "passed", "source", "checked_at"}
    subject_column = "grant_id"


class Departure(Tenanted):
    """Somebody's access ends (45 CFR § 164.308(a)(3)(ii)(C)): when it should, and when each step was done.

    `steps`: the name of each step → when it was done, or the code of why not.
    """

    member = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    left_at = models.DateTimeField()
    asked_by: Any = _member()
    asked_at = models.DateTimeField(auto_now_add=True)
    hand_to = _member(null=True)
    steps: Any = models.JSONField(default=dict)
    done_at = models.DateTimeField(null=True)
    explained = models.CharField(max_length=20, blank=True)
    closed_at = models.DateTimeField(null=True)

    plain = {"left_at", "asked_at", "steps", "done_at", "explained", "closed_at"}
    subject_column = "member_id"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "member"], condition=models.Q(closed_at=None), name="access_departure_once"
            )
        ]
