"""What Keepwell tells somebody in the app, until they have seen it."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.access.models.people import Membership
from keepwell.practices.models import Tenanted


class Notice(Tenanted):
    """One thing one member should see. Its words are fixed by `kind` (access/notices.py); `facts` fill them, no PHI."""

    member = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    kind = models.CharField(max_length=40)
    about = models.UUIDField(null=True)
    facts: Any = models.JSONField(default=dict)
    made_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True)

    plain = {"kind", "about", "facts", "made_at", "seen_at"}
    subject_column = "member_id"

    class Meta:
        indexes = [
            models.Index(fields=["practice", "member"], condition=models.Q(seen_at=None), name="access_notice_unseen"),
            models.Index(fields=["practice", "member", "-made_at"], name="access_notice_all"),
        ]
