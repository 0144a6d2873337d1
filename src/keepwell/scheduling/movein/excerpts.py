"""What the pages about a list of appointments read of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from keepwell.charts import excerpt
from keepwell.scheduling.models import VisitList


@excerpt(VisitList, sorted_by=("-sent_at",))
class VisitListHead:
    "A list of appointments that was sent: its headers, its first rows, and what its words mean here."

    pk: UUID
    head: dict[str, Any]
    meant: dict[str, Any]


@excerpt(VisitList, sorted_by=("-sent_at",))
class ListMeaning:
    "What the columns and words of an earlier list with the same headers were said to mean."

    pk: UUID
    columns: Any
    order: str
    meant: dict[str, Any]
