"""The flags for the front desk, wherever somebody is called: opened only for those who have any."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from keepwell import charts
from keepwell.access import policy
from keepwell.access.persons import persons
from keepwell.base.actor import Actor
from keepwell.charts.excerpts import plan
from keepwell.patients.codes import HANDLING
from keepwell.patients.excerpts_calls import Handlings
from keepwell.patients.models import Handling


@dataclass(frozen=True, slots=True)
class Mark:
    """One flag in words, with its drawing."""

    id: UUID
    words: Any
    icon: str
    more: str

    @property
    def said(self) -> str:
        return f"{self.words} {self.more}".strip() if self.words else self.more


def of(patients: Iterable[UUID], *, by: Actor) -> dict[UUID, list[Mark]]:
    """The flags of these patients, as far as the reader may know how to reach them. One opening, or none at all."""
    whose = tuple(dict.fromkeys(patients))
    if not whose or not plan(Handlings).classes <= policy.visible(by):
        return {}
    people = persons(whose)
    everybody = {record for records in people.values() for record in records}
    there = set(Handling.objects.filter(patient_id__in=everybody, ended_at=None).values_list("patient_id", flat=True))
    flagged = [patient for patient in whose if not there.isdisjoint(people[patient])]
    if not flagged:
        return {}
    chart = charts.open(flagged, Handlings, by=by, listed=len(whose) > 1, partly=True)
    return marks(chart)


def marks(chart: charts.Chart) -> dict[UUID, list[Mark]]:
    """The flags of a chart that was opened with them."""
    rows = chart.all(Handlings, Handling.objects.filter(ended_at=None).order_by("began_at", "id"))
    return {patient: [_mark(row) for row in found] for patient, found in rows.items()}


def _mark(row: Handlings) -> Mark:
    words, icon, _named = HANDLING[row.flag]
    return Mark(row.pk, words, icon, row.more or "")
