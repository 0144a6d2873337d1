"""What pages about appointments open."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from keepwell.charts.excerpts import excerpt
from keepwell.scheduling.models import Appointment, License, Participant, VisitLocation


@excerpt(Appointment, of="patient_id", sorted_by=("starts_at",))
class VisitReason:
    "Why a patient comes, for those who will see them."

    pk: UUID
    starts_at: dt.datetime
    status: str
    reason: str | None


@excerpt(License)
class LicenseEvidence:
    "Where a license was looked up, for those who keep them."

    pk: UUID
    evidence: str | None


@excerpt(VisitLocation, of="patient_id", sorted_by=("at",))
class LicenseChoice:
    "Why a provider went on where they hold no license."

    pk: UUID
    at: dt.datetime
    line: str | None


@excerpt(Appointment, of="patient_id")
class Overbooked:
    "Why two visits at one time were right, in the words of whoever allowed it."

    pk: UUID
    overbook_reason: str | None


@excerpt(Participant, of="patient_id", sorted_by=("added_at", "pk"))
class Helper:
    "Who else takes part in a visit, in which language, and how to reach them."

    pk: UUID
    appointment: UUID
    role: str
    member: UUID | None
    name: str | None
    language: str | None
    reach: str | None
    ended_at: dt.datetime | None
