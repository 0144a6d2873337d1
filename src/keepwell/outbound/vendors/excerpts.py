"""What the pages of vendors read: notes the practice makes for itself, about no patient."""

from __future__ import annotations

from uuid import UUID

from keepwell.charts import excerpt
from keepwell.outbound.models import (
    Agreement,
    Assurance,
    ClauseCheck,
    Paper,
    Subcontractor,
    Vendor,
    VendorService,
    VettingAnswer,
)


@excerpt(Vendor)
class VendorNotes:
    "Whom to call at a vendor, above all after a breach, and what was noted about them."

    pk: UUID
    contact: str | None
    notes: str | None


@excerpt(VendorService)
class ServiceReason:
    "Why a service was decided to be what it is."

    pk: UUID
    reason: str | None


@excerpt(Agreement)
class AgreementWords:
    "Who signed an agreement, what breach it saw, why it was kept, and how it ended."

    pk: UUID
    signers: str | None
    breach: str | None
    kept_because: str | None
    exit_words: str | None


@excerpt(ClauseCheck)
class ClausePlace:
    "Where in an agreement a clause stands."

    pk: UUID
    where: str | None


@excerpt(Paper, sorted_by=("-kept_at",))
class PaperName:
    "What a file about a vendor is called."

    pk: UUID
    name: str


@excerpt(Assurance)
class AssuranceWords:
    "What an attestation says."

    pk: UUID
    says: str | None


@excerpt(Subcontractor)
class SubcontractorWork:
    "What a vendor's subcontractor does."

    pk: UUID
    does: str | None


@excerpt(VettingAnswer)
class Evidence:
    "What proves a vendor's answer."

    pk: UUID
    evidence: str | None
