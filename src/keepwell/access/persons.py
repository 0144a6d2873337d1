"""One person may have several records, merged by links. Whoever decides or opens asks here which belong together.

Asked at every opening, so in SQL written out: building these queries would cost more than answering them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from keepwell.ledger import wire

_INTO = "SELECT duplicate_id, patient_id FROM access_patientlink WHERE ended_at IS NULL AND duplicate_id = ANY (%s)"
_AROUND = """
  SELECT patient_id, duplicate_id FROM access_patientlink WHERE ended_at IS NULL AND patient_id = ANY (%s)
  UNION
  SELECT l.patient_id, l.duplicate_id FROM access_patientlink asked JOIN access_patientlink l USING (patient_id)
  WHERE asked.ended_at IS NULL AND l.ended_at IS NULL AND asked.duplicate_id = ANY (%s)"""


def survivors(patients: Iterable[UUID]) -> dict[UUID, UUID]:
    """Each patient → the record that stands for the person: itself unless it was merged into another. One query."""
    whose = list(patients)
    merged: dict[UUID, UUID] = dict(wire.rows("default", _INTO, whose))
    return {patient: merged.get(patient, patient) for patient in whose}


def persons(patients: Iterable[UUID]) -> Mapping[UUID, tuple[UUID, ...]]:
    """Each patient → every record of the person: the one asked for, then the one that stands for them, then others."""
    whose = list(patients)
    links = sorted((survivor, duplicate) for survivor, duplicate in wire.rows("default", _AROUND, whose, whose))
    merged = {duplicate: survivor for survivor, duplicate in links}
    found = {}
    for patient in whose:
        survivor = merged.get(patient, patient)
        others = (duplicate for kept, duplicate in links if kept == survivor)
        found[patient] = tuple(dict.fromkeys((patient, survivor, *others)))
    return found
