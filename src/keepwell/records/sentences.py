"""What happened, in one plain sentence a person would say. The timeline and the portal read these."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from babel.numbers import format_currency
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from keepwell.records import heads, ranges
from keepwell.records.heads import Head

_SNOMED_TAG = re.compile(
    r" \((?:disorder|procedure|finding|situation|regime/therapy|observable entity|morphologic abnormality|"
    r"body structure|substance|product|event|record artifact|context-dependent category|physical object)\)\Z"
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def plain(title: str) -> str:
    """A coded title without the tag SNOMED CT ends its names with."""
    return _SNOMED_TAG.sub("", title)


def type_name(resource_type: str) -> str:
    """A FHIR type as words: ImagingStudy → imaging study."""
    known = {
        "ExplanationOfBenefit": _("explanation of benefits"), "Claim": _("claim"), "ImagingStudy": _("imaging study"),
        "Organization": _("organization"), "Practitioner": _("provider"), "DocumentReference": _("document"),
        "Patient": _("patient details"), "MedicationRequest": _("prescription"), "DiagnosticReport": _("report"),
        "AllergyIntolerance": _("allergy"), "Condition": _("problem"), "Encounter": _("visit"), "Goal": _("goal"),
        "CarePlan": _("care plan"), "Observation": _("measurement"), "Immunization": _("vaccine"),
        "Procedure": _("procedure"), "Coverage": _("insurance"),
    }  # fmt: skip
    return known.get(resource_type) or _CAMEL.sub(" ", resource_type).lower()


def money(amount: str, currency: str) -> str:
    """An amount as a person reads it; as it came, if the currency is none of ISO 4217's shape."""
    try:
        value = Decimal(amount)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not re.fullmatch("[A-Z]{3}", currency):
        return f"{short_number(amount)} {currency}".strip()
    spoken = "es_US" if (get_language() or "en").startswith("es") else "en_US"
    return format_currency(value, currency, locale=spoken)


def short_number(text: str) -> str:
    """A number as a person reads it: up to four figures that matter, never in powers of ten."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    if not value.is_finite() or abs(value) >= Decimal(10) ** 9:
        return text
    places = 0 if abs(value) >= 1000 else 1 if abs(value) >= 10 else 2
    rounded = f"{value:.{places}f}"
    return rounded.rstrip("0").rstrip(".") if "." in rounded else rounded


def measured(observation: heads.Observation | heads.Part) -> str:
    """The value of an observation with its unit, or its words, or the values of its parts."""
    if observation.value:
        value = observation.comparator + short_number(observation.value)
        unit = ranges.shown_unit(observation.unit)
        return value + unit if unit == "%" else f"{value} {unit}".strip()
    if observation.words or isinstance(observation, heads.Part):
        return observation.words
    return _pressure(observation) or ", ".join(f"{plain(p.title)} {measured(p)}" for p in observation.parts)


def _pressure(observation: heads.Observation) -> str:
    """Systolic over diastolic, as everybody writes it."""
    parts = {p.code: p for p in observation.parts}
    if not {"8480-6", "8462-4"} <= parts.keys():
        return ""
    upper, lower = parts["8480-6"], parts["8462-4"]
    return f"{_whole(upper.value)}/{_whole(lower.value)} {ranges.shown_unit(upper.unit)}"


def _whole(text: str) -> str:
    return f"{Decimal(text):.0f}" if text else "?"


def sentence(resource_type: str, head: Head) -> str:
    """One resource as a sentence without its date."""
    tell = _TELL.get(type(head))
    said = tell(head) if tell else ""
    title = plain(head.title)
    return said or (
        _("%(type)s: %(title)s") % {"type": type_name(resource_type).capitalize(), "title": title}
        if title
        else type_name(resource_type).capitalize()
    )


def _condition(h: Head) -> str:
    return _("Problem noted: %(title)s") % {"title": plain(h.title)}


def _medication(h: Head) -> str:
    return _("Prescribed: %(title)s") % {"title": plain(h.title)}


def _allergy(h: Head) -> str:
    return _("Allergy recorded: %(title)s") % {"title": plain(h.title)}


def _observation(h: Head) -> str:
    assert isinstance(h, heads.Observation)
    known = ranges.measure(h.code)
    said = {"title": _(known.name) if known else plain(h.title), "value": measured(h)}
    return _("%(title)s: %(value)s") % said if said["value"] else str(said["title"])


def _immunization(h: Head) -> str:
    if h.status == "not-done":
        return _("Vaccine not given: %(title)s") % {"title": h.title}
    return _("Vaccine given: %(title)s") % {"title": h.title}


def _procedure(h: Head) -> str:
    title = {"title": plain(h.title)}
    if h.status == "not-done":
        return _("Procedure not done: %(title)s") % title
    if h.status == "preparation":
        return _("Procedure planned: %(title)s") % title
    return _("Procedure: %(title)s") % title


def _plan(h: Head) -> str:
    return _("Care plan started: %(title)s") % {"title": plain(h.title)}


def _goal(h: Head) -> str:
    return _("Goal set: %(title)s") % {"title": plain(h.title)}


def _encounter(h: Head) -> str:
    assert isinstance(h, heads.Encounter)
    said = {"title": plain(h.title) or _("visit"), "who": h.practitioner}
    where = {"VR": _("Video visit"), "EMER": _("Emergency visit"), "IMP": _("Hospital stay"), "HH": _("Home visit")}
    said["kind"] = where.get(h.kind, _("Visit"))
    return _("%(kind)s with %(who)s: %(title)s") % said if h.practitioner else _("%(kind)s: %(title)s") % said


def _report(h: Head) -> str:
    assert isinstance(h, heads.DiagnosticReport)
    if not h.results:
        return _("Report: %(title)s") % {"title": plain(h.title)}
    count = len(h.results)
    return ngettext("Report: %(title)s (%(count)d result)", "Report: %(title)s (%(count)d results)", count) % {
        "title": plain(h.title), "count": count}  # fmt: skip


_TELL = {
    heads.Condition: _condition, heads.MedicationRequest: _medication, heads.AllergyIntolerance: _allergy,
    heads.Observation: _observation, heads.Immunization: _immunization, heads.Procedure: _procedure,
    heads.CarePlan: _plan, heads.Goal: _goal, heads.Encounter: _encounter, heads.DiagnosticReport: _report,
}  # fmt: skip
