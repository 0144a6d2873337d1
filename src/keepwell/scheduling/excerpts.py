"""What pages about appointments open."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from keepwell.charts.excerpts import excerpt
from keepwell.scheduling.models import Appointment


@excerpt(Appointment, of="patient_id", sorted_by=("starts_at",))
class VisitReason:
    "Why a patient comes, for those who will see them."

    pk: UUID
    starts_at: dt.datetime
    status: str
    reason: str | None
