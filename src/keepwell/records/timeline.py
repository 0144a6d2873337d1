"""Everything that happened to a patient, newest first, as sentences. A page holds fifty resources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.records import heads, sentences
from keepwell.records.heads import FINANCIAL
from keepwell.records.lines import Opened
from keepwell.records.moments import NotADate, moment, order

PAGE = 50
ICONS = {
    "Encounter": "stethoscope", "Condition": "clipboard-list", "MedicationRequest": "pill", "Procedure": "scissors",
    "AllergyIntolerance": "triangle-alert", "Observation": "activity", "DiagnosticReport": "flask-conical",
    "Immunization": "syringe", "CarePlan": "list-checks", "Goal": "target", "ImagingStudy": "scan",
    "Claim": "receipt", "ExplanationOfBenefit": "receipt", "Organization": "building-2", "Practitioner": "user-round",
    "Patient": "contact-round", "DocumentReference": "file-text",
}  # fmt: skip
SHOWS: dict[str, tuple[str | Promise, frozenset[str]]] = {
    "visits": (gettext_lazy("Visits"), frozenset({"Encounter", "Appointment"})),
    "results": (gettext_lazy("Results"), frozenset({"Observation", "DiagnosticReport", "ImagingStudy"})),
    "problems": (gettext_lazy("Problems"), frozenset({"Condition", "AllergyIntolerance"})),
    "medications": (gettext_lazy("Medications"), frozenset({"MedicationRequest", "MedicationStatement"})),
    "procedures": (gettext_lazy("Procedures and vaccines"), frozenset({"Procedure", "Immunization"})),
    "plans": (gettext_lazy("Plans"), frozenset({"CarePlan", "Goal"})),
    "claims": (gettext_lazy("Claims"), FINANCIAL),
}


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline; `on` is None for what has no date. Several things as one lead to all of their kind."""

    id: UUID
    icon: str
    title: str
    about: str
    on: dt.date | None
    show: str = ""


def events(opened: Iterable[Opened], *, together: bool) -> list[Event]:
    """Newest first. `together`: measurements of one moment are one line, and so are the claims of one day."""
    ordered = newest_first(opened)
    if not together:
        return [_event(one) for one in ordered]
    care = list(_together([one for one in ordered if one.type not in FINANCIAL]))
    money = list(_by_day([one for one in ordered if one.type in FINANCIAL]))
    return sorted((*care, *money), key=lambda event: event.on or dt.date.min, reverse=True)


def newest_first(opened: Iterable[Opened]) -> list[Opened]:
    """By the moment, then by type, so that measurements of one moment stand together."""
    return sorted(opened, key=lambda one: (order(one.head.when), one.type, str(one.id)), reverse=True)


def _together(ordered: list[Opened]) -> Iterator[Event]:
    for (measurement, _when), group in groupby(ordered, key=lambda o: (o.type == "Observation", o.head.when)):
        same = list(group)
        if measurement and len(same) > 1:
            yield _measurements(same)
        else:
            yield from map(_event, same)


def _by_day(ordered: list[Opened]) -> Iterator[Event]:
    """Claims and what was paid: one line a day."""
    for day, group in groupby(ordered, key=_day):
        same = list(group)
        if len(same) == 1 or day is None:
            yield from map(_event, same)
        else:
            amounts = dict.fromkeys(filter(None, (_about(one.head) for one in same)))
            title = _("%(count)d claims and payments") % {"count": len(same)}
            yield Event(same[0].id, ICONS["Claim"], title, " · ".join(amounts), day, show="claims")


def _measurements(same: list[Opened]) -> Event:
    said = sorted(sentences.sentence(one.type, one.head) for one in same)
    first = same[0]
    whole = first.head.encounter
    title = _("%(count)d measurements") % {"count": len(same)}
    return Event(UUID(whole) if whole else first.id, ICONS["Observation"], title, " · ".join(said[:3]), _day(first))


def _event(one: Opened) -> Event:
    icon = ICONS.get(one.type, "file")
    return Event(one.id, icon, sentences.sentence(one.type, one.head), _about(one.head), _day(one))


def _about(head: heads.Head) -> str:
    """The one thing worth a second look beside the sentence."""
    if isinstance(head, heads.Encounter):
        return sentences.plain(head.reason)
    if isinstance(head, heads.MedicationRequest):
        return head.dosage
    if isinstance(head, heads.Financial) and head.amount:
        return sentences.money(head.amount, head.currency)
    return ""


def _day(one: Opened) -> dt.date | None:
    try:
        return moment(one.head.when).date()
    except NotADate:
        return None
