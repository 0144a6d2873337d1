"""From FHIR R4 resources to the heads `records` shows. Whatever has no rule of its own still gets a name and a date."""

from __future__ import annotations

from typing import Any

from keepwell.fhir.mapping import care, clinical, measured, plain
from keepwell.fhir.mapping.reading import Place, Reading
from keepwell.records import heads
from keepwell.records.heads import Head

__all__ = ["Place", "head"]

_RULES = {
    "AllergyIntolerance": clinical.allergy,
    "CarePlan": care.plan,
    "Condition": clinical.condition,
    "DiagnosticReport": measured.report,
    "Encounter": care.encounter,
    "Goal": care.goal,
    "Immunization": clinical.immunization,
    "MedicationRequest": clinical.medication,
    "Observation": measured.observation,
    "Procedure": clinical.procedure,
}


def head(resource: dict[str, Any], place: Place) -> Head:
    """What lists and charts need of this resource."""
    kind = resource["resourceType"]
    reading = Reading(resource, place)
    if kind in heads.FINANCIAL:
        return plain.financial(reading)
    return _RULES.get(kind, plain.anything)(reading)
