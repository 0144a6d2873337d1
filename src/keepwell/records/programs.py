"""Records of substance use programs, told by their kind alone: that a patient has one is a Part 2 fact of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from keepwell.access import part2
from keepwell.records.models import Document, Part2Resource
from keepwell.vault.phi import PhiClass


@part2.source
def kept(records: Sequence[UUID]) -> Iterable[UUID]:
    """A clinical resource or a filed document of that class."""
    resources = Part2Resource.objects.filter(patient_id__in=records)
    documents = Document.objects.filter(patient_id__in=records, phi=PhiClass.PART2)
    return (
        resources.order_by()
        .values_list("patient_id", flat=True)
        .union(documents.order_by().values_list("patient_id", flat=True))
    )
