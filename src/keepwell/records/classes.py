"""Which class of protected information a resource is sealed under. Two laws and FHIR's own security labels decide."""

from __future__ import annotations

from collections.abc import Collection

from keepwell.records.heads import FINANCIAL
from keepwell.vault.phi import PhiClass

PART2 = frozenset({"42CFRPart2"})
"""HL7 v3 ActCode: the disclosing source is a Part 2 program (42 CFR § 2.12)."""
PSYCHOTHERAPY = frozenset({"PSYTHPN"})
"""HL7 v3 ActCode: psychotherapy note, kept apart from the rest of the record (45 CFR § 164.501)."""


def class_of(resource_type: str, labels: Collection[str]) -> PhiClass:
    """The class of a resource. A psychotherapy note is its author's alone and is none that can be brought in."""
    if not PSYCHOTHERAPY.isdisjoint(labels):
        return PhiClass.PSYCHOTHERAPY
    if not PART2.isdisjoint(labels):
        return PhiClass.PART2
    return PhiClass.COVERAGE if resource_type in FINANCIAL else PhiClass.CLINICAL
