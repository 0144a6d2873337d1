"""What the pages of the activity log read that people wrote themselves: the names of questions they keep."""

from __future__ import annotations

from uuid import UUID

from keepwell.charts import excerpt
from keepwell.compliance.models import SavedQuestion


@excerpt(SavedQuestion)
class Named:
    "What a saved question is called, and what it was called before."

    pk: UUID
    name: str
    name_before: str | None
