"""Which FHIR this is. Bundles seldom say, so the shapes of the resources do (R4 "Version history", R5 "R4-R5 diff")."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Resource = dict[str, Any]

_BEFORE_R4 = frozenset({
    "BodySite", "Conformance", "DataElement", "DeviceComponent", "DeviceUseRequest", "DiagnosticOrder",
    "EligibilityRequest", "EligibilityResponse", "ExpansionProfile", "ImagingManifest", "ImagingObjectSelection",
    "MedicationOrder", "Order", "OrderResponse", "ProcedureRequest", "ProcessRequest", "ProcessResponse",
    "ReferralRequest", "Sequence", "ServiceDefinition",
})  # fmt: skip
_SINCE_R5 = frozenset({
    "ActorDefinition", "ArtifactAssessment", "BiologicallyDerivedProductDispense", "DeviceAssociation",
    "DeviceDispense", "DeviceUsage", "EncounterHistory", "FormularyItem", "GenomicStudy", "ImagingSelection",
    "InventoryItem", "InventoryReport", "NutritionIntake", "Permission", "Requirements", "TestPlan", "Transport",
})  # fmt: skip
_PROFILE = re.compile(r"/(?:(DSTU2|STU3|R5)|(1\.0|3\.0|5\.0)(?:\.\d+)?)(?:/|\Z)")
_BY_NUMBER = {"1.0": "DSTU2", "3.0": "STU3", "5.0": "R5"}

OLD, NEW = "older than R4", "R5"


def _is(*types: type) -> Callable[[object], bool]:
    return lambda value: isinstance(value, types)


def _any(_: object) -> bool:
    return True


_SHAPES: dict[str, tuple[tuple[str, Callable[[object], bool], str], ...]] = {
    "AllergyIntolerance": (("clinicalStatus", _is(str), OLD), ("substance", _any, OLD), ("type", _is(dict), NEW)),
    "CarePlan": (("context", _any, OLD),),
    "Condition": (("clinicalStatus", _is(str), OLD), ("verificationStatus", _is(str), OLD), ("context", _any, OLD)),
    "DiagnosticReport": (("context", _any, OLD), ("image", _any, OLD)),
    "Encounter": (("class", _is(str), OLD), ("class", _is(list), NEW), ("actualPeriod", _any, NEW)),
    "Goal": (("status", _is(str), OLD),),
    "Immunization": (("date", _any, OLD), ("notGiven", _any, OLD), ("wasNotGiven", _any, OLD)),
    "MedicationAdministration": (("medication", _is(dict), NEW),),
    "MedicationDispense": (("medication", _is(dict), NEW),),
    "MedicationRequest": (("medication", _is(dict), NEW), ("context", _any, OLD)),
    "MedicationStatement": (("medication", _is(dict), NEW), ("taken", _any, OLD)),
    "Observation": (("context", _any, OLD), ("related", _any, OLD), ("comment", _any, OLD), ("comments", _any, OLD)),
    "Patient": (("animal", _any, OLD), ("careProvider", _any, OLD)),
    "Procedure": (
        ("context", _any, OLD),
        ("notDone", _any, OLD),
        ("notPerformed", _any, OLD),
        ("occurrenceDateTime", _any, NEW),
        ("occurrencePeriod", _any, NEW),
    ),
}


def foreign(resource: Resource) -> str | None:
    """The version this resource was written for when that is not R4 (or its clinical twin R4B), else None."""
    kind = resource["resourceType"]
    if kind in _BEFORE_R4:
        return OLD
    if kind in _SINCE_R5:
        return NEW
    for element, test, version in _SHAPES.get(kind, ()):
        if element in resource and test(resource[element]):
            return version
    return declared(resource)


def declared(resource: Resource) -> str | None:
    """The version named by a profile or a `fhirVersion`, when it is not R4."""
    version = resource.get("fhirVersion")
    if isinstance(version, str) and not version.startswith("4."):
        return version
    meta = resource.get("meta")
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    for profile in profiles if isinstance(profiles, list) else ():
        if isinstance(profile, str) and (match := _PROFILE.search(profile)):
            return match[1] or _BY_NUMBER[match[2]]
    return None
