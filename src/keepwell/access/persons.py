"""One person may have several records, merged by links. Whoever decides or opens asks here which belong together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Q, QuerySet

from keepwell.access.models import PatientLink


def survivors(patients: Iterable[UUID]) -> dict[UUID, UUID]:
    """Each patient → the record that stands for the person: itself unless it was merged into another. One query."""
    whose = tuple(patients)
    merged = dict(_links().filter(duplicate_id__in=whose).values_list("duplicate_id", "patient_id"))
    return {patient: merged.get(patient, patient) for patient in whose}


def persons(patients: Iterable[UUID]) -> Mapping[UUID, tuple[UUID, ...]]:
    """Each patient → every record of the person: the one asked for, then the one that stands for them, then others."""
    whose = tuple(patients)
    into = _links().filter(duplicate_id__in=whose).values("patient_id")
    links = list(
        _links().filter(Q(patient_id__in=whose) | Q(patient_id__in=into)).values_list("patient_id", "duplicate_id")
    )
    merged = {duplicate: survivor for survivor, duplicate in links}
    found = {}
    for patient in whose:
        survivor = merged.get(patient, patient)
        others = (duplicate for kept, duplicate in sorted(links) if kept == survivor)
        found[patient] = tuple(dict.fromkeys((patient, survivor, *others)))
    return found


def _links() -> QuerySet[PatientLink]:
    return PatientLink.objects.filter(ended_at=None)
