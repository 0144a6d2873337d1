"""What the pages about a list read of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from keepwell.charts import excerpt
from keepwell.patients.models import MoveIn


@excerpt(MoveIn, sorted_by=("-sent_at",))
class ListHead:
    "A patient list that was sent: what its file is called, its headers and its first rows."

    pk: UUID
    name: str
    head: dict[str, Any]
