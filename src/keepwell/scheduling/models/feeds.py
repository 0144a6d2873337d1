"""A practitioner's calendar in their own calendar program, and the practice's rules for it and for remote visits."""

from __future__ import annotations

import datetime as dt

from django.db import models

from keepwell.access.models import Membership
from keepwell.practices.models import Tenanted

FLEXIBILITY_ENDS = dt.date(2026, 12, 31)
"""Until when the fourth temporary extension of DEA's telemedicine flexibilities runs; what follows is not known."""


class CalendarFeed(Tenanted):
    """A practitioner's private calendar address. Kept as an HMAC under a key from outside the database; shown once.

    It reads that one calendar and nothing else. `fetched_at` moves at most once an hour, each time with an entry.
    """

    practitioner = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    hashed = models.BinaryField(unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    fetched_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    plain = {"hashed", "made_at", "fetched_at", "revoked_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "practitioner"], condition=models.Q(revoked_at=None), name="scheduling_feed_once"
            )
        ]


class VisitRules(Tenanted):
    """One row a practice: until when the DEA flexibility runs, and whether calendars outside may show initials."""

    flexibility_ends = models.DateField(default=FLEXIBILITY_ENDS)
    initials = models.BooleanField(default=False)
    plain = {"flexibility_ends", "initials"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice"], name="scheduling_rules_once")]
