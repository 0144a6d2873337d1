"""When a channel carried nothing, and why."""

from __future__ import annotations

from django.db import models

from keepwell.practices.models import Tenanted


class Pause(Tenanted):
    """A channel that was in use and that nobody may carry: since when, for which reason, and what goes instead."""

    channel = models.CharField(max_length=8)
    code = models.CharField(max_length=40)
    instead = models.CharField(max_length=8, blank=True)
    began_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    plain = {"channel", "code", "instead", "began_at", "ended_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "channel"], condition=models.Q(ended_at=None), name="outbound_pause_once"
            )
        ]
