"""Condition, AllergyIntolerance, MedicationRequest, Immunization, Procedure (R4 §§ 9.1 to 9.3, 11.1, 11.6)."""

from __future__ import annotations

from keepwell.fhir import labels
from keepwell.fhir.mapping.reading import Reading
from keepwell.records import heads


def condition(r: Reading) -> heads.Condition:
    return heads.Condition(
        **r.coded("code"), when=r.moment("onsetDateTime", "onsetPeriod.start", "recordedDate"),
        until=r.moment("abatementDateTime", "abatementPeriod.start"), status=r.code("clinicalStatus"),
        encounter=r.link("encounter"), verification=r.code("verificationStatus"), severity=r.words("severity"),
        recorded=r.moment("recordedDate"),
    )  # fmt: skip


def allergy(r: Reading) -> heads.AllergyIntolerance:
    categories = r.resource.get("category")
    reactions = (labels.words(m.resource) for reaction in r.each("reaction") for m in reaction.each("manifestation"))
    return heads.AllergyIntolerance(
        **r.coded("code"), when=r.moment("onsetDateTime", "onsetPeriod.start", "recordedDate"),
        status=r.code("clinicalStatus"), encounter=r.link("encounter"), kind=r.text("type"),
        categories=tuple(labels.tidy(c) for c in categories) if isinstance(categories, list) else (),
        criticality=r.text("criticality"), verification=r.code("verificationStatus"),
        reactions=tuple(dict.fromkeys(filter(None, reactions))),
    )  # fmt: skip


def medication(r: Reading) -> heads.MedicationRequest:
    coded = r.coded("medicationCodeableConcept")
    coded["title"] = coded["title"] or r.inner("medicationReference").called() or _contained_medication(r)
    return heads.MedicationRequest(
        **coded, when=r.moment("authoredOn"), status=r.text("status"), encounter=r.link("encounter"),
        intent=r.text("intent"), dosage=_dosage(r.first("dosageInstruction")), reason=r.reasons(),
        requester=r.inner("requester").called(),
    )  # fmt: skip


def _contained_medication(r: Reading) -> str:
    wanted = r.inner("medicationReference").text("reference").removeprefix("#")
    return next((m.words("code") for m in r.each("contained") if m.text("id") == wanted), "")


_EVERY = {"h": "hour", "d": "day", "wk": "week", "mo": "month", "min": "minute"}


def _dosage(dose: Reading) -> str:
    """How to take it: the text as written, or a plain reading of the structured timing."""
    if dose.text("text"):
        return dose.text("text")
    if dose.resource.get("asNeededBoolean") is True:
        return "as needed"
    repeat = dose.inner("timing").inner("repeat").resource
    times, period, unit = repeat.get("frequency"), repeat.get("period"), _EVERY.get(str(repeat.get("periodUnit")))
    if not times or not period or not unit:
        return ""
    count = "once" if times == 1 else f"{times} times"
    amount = dose.first("doseAndRate").inner("doseQuantity").resource
    size = " ".join(labels.tidy(str(amount[k])) for k in ("value", "unit") if k in amount)
    every = f"every {unit}" if period == 1 else f"every {period} {unit}s"
    return f"{size}, {count} {every}" if size else f"{count} {every}"


def immunization(r: Reading) -> heads.Immunization:
    return heads.Immunization(
        **r.coded("vaccineCode"), when=r.moment("occurrenceDateTime", "recorded"), status=r.text("status"),
        encounter=r.link("encounter"), reason=r.words("statusReason"), dose=_dose_number(r.first("protocolApplied")),
    )  # fmt: skip


def _dose_number(protocol: Reading) -> str:
    number = protocol.resource.get("doseNumberPositiveInt")
    return str(number) if isinstance(number, int) else protocol.text("doseNumberString")


def procedure(r: Reading) -> heads.Procedure:
    return heads.Procedure(
        **r.coded("code"), when=r.moment("performedDateTime", "performedPeriod.start"),
        until=r.moment("performedPeriod.end"), status=r.text("status"), encounter=r.link("encounter"),
        reason=r.reasons(), performer=r.first("performer").inner("actor").called(),
    )  # fmt: skip
