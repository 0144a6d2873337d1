"""What pages about appointments open."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from keepwell.charts.excerpts import excerpt
from keepwell.patients.models import Patient, RelatedPerson
from keepwell.scheduling.models import (
    Appointment,
    License,
    Participant,
    RemotePrescribing,
    VisitConsentHolder,
    VisitLocation,
)


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


@excerpt(Patient)
class Born:
    "How old somebody is, to know who holds their consent."

    birth_date: dt.date | None


@excerpt(RelatedPerson, sorted_by=("began_at",))
class Kinship:
    "Whether a parent or guardian is on file; not who."

    relationship: str
    ended_at: dt.datetime | None


@excerpt(VisitConsentHolder, of="patient_id", sorted_by=("at",))
class ConsentHolder:
    "Who will be present at a minor's visit."

    pk: UUID
    basis: str
    who: str | None


@excerpt(RemotePrescribing, of="patient_id", sorted_by=("at",))
class PrescribingBasis:
    "On what a remote prescription of a controlled substance rests."

    pk: UUID
    at: dt.datetime
    terms: dict[str, Any]
