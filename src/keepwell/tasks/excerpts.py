"""What the pages of tasks read. Fixed words need no opening; these are what people wrote themselves."""

from __future__ import annotations

from uuid import UUID

from keepwell.charts import excerpt
from keepwell.tasks.models import Task, TaskComment


@excerpt(Task)
class Titled:
    "What a task about a patient says."

    pk: UUID
    title: str | None


@excerpt(Task)
class Matter:
    "What a task about no patient says."

    pk: UUID
    matter: str | None


@excerpt(TaskComment, sorted_by=("said_at", "pk"))
class Said:
    "What was said about a patient's task."

    pk: UUID
    words: str | None


@excerpt(TaskComment, sorted_by=("said_at", "pk"))
class Remark:
    "What was said about a task of the practice."

    pk: UUID
    remark: str | None
