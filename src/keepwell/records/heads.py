"""What a list, a chart or a timeline needs to know of a clinical resource: small, sealed apart from the whole body.

Names and values are FHIR R4's. Dates stay text as received (a year alone stays a year), numbers stay as written.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Self


class Packed:
    """A frozen dataclass that becomes the smallest JSON holding it, and comes back."""

    def pack(self) -> dict[str, Any]:
        """Only what is not empty, so that a head stays a few hundred bytes."""
        packed = {}
        for name, empty, _ in _shape(type(self)):
            value = getattr(self, name)
            if value != empty:
                packed[name] = (
                    [v.pack() for v in value]
                    if value and isinstance(value, tuple) and isinstance(value[0], Packed)
                    else value
                )
        return packed

    @classmethod
    def unpack(cls, packed: dict[str, Any]) -> Self:
        """The dataclass again. Names this version does not know are left out."""
        values: dict[str, Any] = {}
        for name, _, inner in _shape(cls):
            if name in packed:
                value = packed[name]
                values[name] = (
                    tuple(inner.unpack(v) for v in value)
                    if inner
                    else tuple(value)
                    if isinstance(value, list)
                    else value
                )
        return cls(**values)


Shape = tuple[tuple[str, Any, type[Packed] | None], ...]
_shapes: dict[type[Packed], Shape] = {}


def _shape(kind: type[Packed]) -> Shape:
    """Each field: its name, what counts as empty, and the dataclass its items are."""
    if kind not in _shapes:
        _shapes[kind] = tuple((f.name, f.default, f.metadata.get("of")) for f in dataclasses.fields(kind))  # type: ignore[arg-type]
    return _shapes[kind]


@dataclass(frozen=True, slots=True)
class Head(Packed):
    """What every resource has: when it happened, what it is called, how it stands, during which encounter."""

    title: str = ""
    when: str = ""
    until: str = ""
    status: str = ""
    code: str = ""
    system: str = ""
    encounter: str = ""


@dataclass(frozen=True, slots=True)
class Condition(Head):
    """A problem or diagnosis."""

    verification: str = ""
    severity: str = ""
    recorded: str = ""


@dataclass(frozen=True, slots=True)
class MedicationRequest(Head):
    """A prescription or a medication order."""

    intent: str = ""
    dosage: str = ""
    reason: str = ""
    requester: str = ""


@dataclass(frozen=True, slots=True)
class AllergyIntolerance(Head):
    """What the patient must not be given, and what happens if they are."""

    kind: str = ""
    categories: tuple[str, ...] = ()
    criticality: str = ""
    verification: str = ""
    reactions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part(Packed):
    """One component of an observation, such as the systolic half of a blood pressure."""

    title: str = ""
    code: str = ""
    value: str = ""
    comparator: str = ""
    unit: str = ""
    words: str = ""
    low: str = ""
    high: str = ""
    flag: str = ""


@dataclass(frozen=True, slots=True)
class Observation(Head):
    """A measurement or a finding. `value` is the number as written; `words` is an answer that is not a number."""

    category: str = ""
    value: str = ""
    comparator: str = ""
    unit: str = ""
    words: str = ""
    low: str = ""
    high: str = ""
    range: str = ""
    flag: str = ""
    parts: tuple[Part, ...] = dataclasses.field(default=(), metadata={"of": Part})


@dataclass(frozen=True, slots=True)
class Immunization(Head):
    """A vaccine given, or not given and why."""

    dose: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Procedure(Head):
    """Something done to or for the patient."""

    reason: str = ""
    performer: str = ""


@dataclass(frozen=True, slots=True)
class CarePlan(Head):
    """What is planned for the patient, by whom, and for which problems."""

    intent: str = ""
    activities: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Goal(Head):
    """What the patient wants to reach."""

    achievement: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True)
class Encounter(Head):
    """A visit, stay or call. `kind` is the code of its class (AMB, EMER, IMP, VR …)."""

    kind: str = ""
    reason: str = ""
    practitioner: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class DiagnosticReport(Head):
    """A report, and the observations it brings together (their ids here)."""

    category: str = ""
    conclusion: str = ""
    results: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Financial(Head):
    """A claim, an explanation of benefits or another matter of money."""

    amount: str = ""
    currency: str = ""
    insurer: str = ""
    use: str = ""


KINDS: dict[str, type[Head]] = {
    "AllergyIntolerance": AllergyIntolerance,
    "CarePlan": CarePlan,
    "Condition": Condition,
    "DiagnosticReport": DiagnosticReport,
    "Encounter": Encounter,
    "Goal": Goal,
    "Immunization": Immunization,
    "MedicationRequest": MedicationRequest,
    "Observation": Observation,
    "Procedure": Procedure,
}
"""The types with a shape of their own; every other type is a plain Head (or Financial) and kept whole all the same."""
FINANCIAL = frozenset({
    "Account", "ChargeItem", "Claim", "ClaimResponse", "Contract", "Coverage", "CoverageEligibilityRequest",
    "CoverageEligibilityResponse", "EnrollmentRequest", "EnrollmentResponse", "ExplanationOfBenefit",
    "InsurancePlan", "Invoice", "PaymentNotice", "PaymentReconciliation",
})  # fmt: skip
"""FHIR's financial module: sealed as coverage, not as clinical."""


def kind_of(resource_type: str) -> type[Head]:
    """The head a resource of this type has."""
    return Financial if resource_type in FINANCIAL else KINDS.get(resource_type, Head)


def unpack(resource_type: str, packed: dict[str, Any]) -> Head:
    """A head as it was sealed, back in its own shape."""
    return kind_of(resource_type).unpack(packed)
