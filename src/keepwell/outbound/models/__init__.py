"""Whom the practice gives work, under which agreement, and what was found out about them."""

from __future__ import annotations

from keepwell.outbound.models.agreements import Agreement, ClauseCheck, Coverage
from keepwell.outbound.models.pauses import Pause
from keepwell.outbound.models.vendors import Decision, Ground, ServiceKind, Vendor, VendorService
from keepwell.outbound.models.vetting import Assurance, Paper, Subcontractor, VettingAnswer

__all__ = [
    "Agreement",
    "Assurance",
    "ClauseCheck",
    "Coverage",
    "Decision",
    "Ground",
    "Paper",
    "Pause",
    "ServiceKind",
    "Subcontractor",
    "Vendor",
    "VendorService",
    "VettingAnswer",
]
