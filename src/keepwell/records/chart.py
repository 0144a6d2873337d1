"""The chart of one patient: what a person may see of it, put in order from one opening."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from keepwell import charts
from keepwell.records import heads, lines, shelf
from keepwell.records.excerpts import HEADS
from keepwell.records.heads import Head
from keepwell.records.lines import Opened, Section
from keepwell.records.models import TABLES
from keepwell.records.shelf import Row
from keepwell.vault.phi import PhiClass

FEW = 12
"""Lines of a section before "all of them" is one click away."""
RESULTS = 400


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the chart: which type it shows, what it is called, what its lines say."""

    id: str
    type: str
    title: str | Promise
    icon: str
    say: Callable[[Head], str] | None
    show: str


BEFORE = (
    Part("problems", "Condition", _("Problems"), "clipboard-list", None, "problems"),
    Part("allergies", "AllergyIntolerance", _("Allergies"), "triangle-alert", lines.reacts, "problems"),
    Part("medications", "MedicationRequest", _("Medications"), "pill", lines.prescribed, "medications"),
    Part("plans", "CarePlan", _("Care plans"), "list-checks", lines.planned, "plans"),
    Part("goals", "Goal", _("Goals"), "target", lines.aimed, "plans"),
)
AFTER = (
    Part("vaccines", "Immunization", _("Vaccines"), "syringe", None, "procedures"),
    Part("procedures", "Procedure", _("Procedures"), "scissors", lines.done, "procedures"),
    Part("visits", "Encounter", _("Visits"), "stethoscope", lines.visited, "visits"),
    Part("reports", "DiagnosticReport", _("Reports"), "flask-conical", lines.reported, "results"),
)


def needed(rows: list[Row]) -> list[Row]:
    """What the sections open: enough of each type, and enough results to draw."""
    chosen = shelf.newest(rows, {"Observation"}, RESULTS)
    for part in (*BEFORE, *AFTER):
        chosen += shelf.newest(rows, {part.type}, FEW)
    return chosen


def opened(chart: charts.Chart, patient: UUID, rows: Iterable[Row]) -> dict[UUID, Opened]:
    """The heads of these rows, read from an open chart: one query per class."""
    wanted: dict[PhiClass, set[UUID]] = {}
    for row in rows:
        wanted.setdefault(row.phi, set()).add(row.id)
    found: dict[UUID, Opened] = {}
    for phi, ids in wanted.items():
        narrowed: Any = TABLES[phi]._default_manager.filter(pk__in=ids).order_by("pk")
        for one in chart.all(HEADS[phi], narrowed).get(patient, ()):
            found[one.pk] = Opened(one.pk, one.type, heads.unpack(one.type, one.head))
    return found


def section(part: Part, total: int, found: Iterable[Opened]) -> Section:
    """One section from what was opened: whatever is current, and a few of what is past."""
    made = lines.lines((one for one in found if one.type == part.type), part.say, lasting=part in BEFORE)
    shown = made[: max(FEW, sum(not line.past for line in made))] if part in BEFORE else made[:FEW]
    return Section(part.id, str(part.title), part.icon, shown, total, part.show)
