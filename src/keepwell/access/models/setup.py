"""What a practice says of itself before its first patient."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.practices.models import Tenanted


class Setup(Tenanted):
    """One row a practice: where and when it works, who hosts it and under which agreement, and since when it is ready.

    Only `ready_at` lets patients in; the database looks at it whenever one is registered (sql/setup.sql).
    """

    states: Any = models.JSONField(default=list)
    hours: Any = models.JSONField(default=dict)
    ready_at = models.DateTimeField(null=True)

    plain = {"states", "hours", "ready_at"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice"], name="access_setup_once")]
