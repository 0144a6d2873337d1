"""Clinical resources, files on their way to become some, and documents."""

from __future__ import annotations

from keepwell.records.models.documents import Document
from keepwell.records.models.resources import (
    TABLES,
    Arrival,
    ClinicalResource,
    FinancialResource,
    Kept,
    Part2Resource,
    Resource,
)

__all__ = [
    "TABLES",
    "Arrival",
    "ClinicalResource",
    "Document",
    "FinancialResource",
    "Kept",
    "Part2Resource",
    "Resource",
]
