"""Roles of a practice's own, each a difference from one of the roles everybody has."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.base.actor import Role
from keepwell.practices.models import Tenanted


class CustomRole(Tenanted):
    """A role as this practice wants it: `base` with some permissions and classes added, within its ceiling, or dropped.

    The name is in the clear, because a session is recognised before anybody is present.
    """

    base = models.CharField(max_length=20, choices=[(r, r) for r in Role])
    name = models.CharField(max_length=60)
    adds: Any = models.JSONField(default=list)
    drops: Any = models.JSONField(default=list)
    made_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True)

    plain = {"base", "name", "adds", "drops", "made_at", "retired_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "name"], condition=models.Q(retired_at=None), name="access_customrole_once"
            )
        ]
