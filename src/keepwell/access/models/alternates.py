"""Who stands in for an officer where the officer's own case is looked at."""

from __future__ import annotations

from django.db import models

from keepwell.access.models.people import Membership
from keepwell.practices.models import Tenanted


class Alternate(Tenanted):
    """A member who reviews what is about the holder of an office: `role` is the office."""

    role = models.CharField(max_length=20)
    member = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    starts_at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField(null=True)

    plain = {"role", "starts_at", "ends_at"}
