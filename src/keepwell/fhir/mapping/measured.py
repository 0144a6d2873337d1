"""Observation and DiagnosticReport (R4 §§ 10.1, 10.3)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from keepwell.fhir import labels
from keepwell.fhir.mapping.reading import Reading
from keepwell.records import heads


def observation(r: Reading) -> heads.Observation:
    parts = (
        heads.Part(title=p.words("code"), code=p.coded("code")["code"], **_value(p), **_bounds(p), flag=_flag(p))
        for p in r.each("component")
    )
    return heads.Observation(
        **r.coded("code"), when=r.moment("effectiveDateTime", "effectivePeriod.start", "effectiveInstant", "issued"),
        until=r.moment("effectivePeriod.end"), status=r.text("status"), encounter=r.link("encounter"),
        category=next(map(_code, r.each("category")), ""), **_value(r), **_bounds(r),
        range=r.first("referenceRange").text("text"), flag=_flag(r), parts=tuple(parts),
    )  # fmt: skip


def _code(concept: Reading) -> str:
    """The code of a CodeableConcept that stands in a list, or its words."""
    code = next((labels.tidy(c.get("code")) for c in labels.codings(concept.resource)), "")
    return code or labels.words(concept.resource)


def _value(r: Reading) -> dict[str, str]:
    """value[x]: a number with its unit, or words."""
    quantity = r.inner("valueQuantity")
    if "value" in quantity.resource:
        return {
            "value": number(quantity.resource["value"]),
            "comparator": quantity.text("comparator"),
            "unit": quantity.text("unit") or quantity.text("code"),
        }
    if "valueInteger" in r.resource:
        return {"value": number(r.resource["valueInteger"])}
    return {"words": _words(r)}


def _words(r: Reading) -> str:
    if isinstance(r.resource.get("valueBoolean"), bool):
        return "yes" if r.resource["valueBoolean"] else "no"
    ratio = r.inner("valueRatio")
    if ratio.resource:
        return " : ".join(number(ratio.inner(k).resource.get("value")) for k in ("numerator", "denominator"))
    said = (
        r.words("valueCodeableConcept"),
        r.text("valueString"),
        r.moment("valueDateTime", "valuePeriod.start"),
        r.text("valueTime"),
        r.words("dataAbsentReason"),
    )
    return next(filter(None, said), "")


def number(value: Any) -> str:
    """A JSON number exactly as it was written; anything else is no number."""
    return str(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else ""


def _bounds(r: Reading) -> dict[str, str]:
    first = r.first("referenceRange")
    return {end: number(first.inner(end).resource.get("value")) for end in ("low", "high")}


def _flag(r: Reading) -> str:
    return next(map(_code, r.each("interpretation")), "")


def report(r: Reading) -> heads.DiagnosticReport:
    results = (r.place.id_of(result.text("reference")) for result in r.each("result"))
    return heads.DiagnosticReport(
        **r.coded("code"), when=r.moment("effectiveDateTime", "effectivePeriod.start", "issued"),
        until=r.moment("effectivePeriod.end"), status=r.text("status"), encounter=r.link("encounter"),
        category=next((labels.words(c.resource) for c in r.each("category")), ""), conclusion=r.text("conclusion"),
        results=tuple(filter(None, results)),
    )  # fmt: skip
