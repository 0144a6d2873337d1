"""One visit, whole: what this person may read of it, in one opening, and everything that happened to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from keepwell import charts
from keepwell.access import policy
from keepwell.access.policy import Can
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.charts.excerpts import plan
from keepwell.ledger import queries
from keepwell.patients import handling
from keepwell.patients.excerpts import NameTag
from keepwell.patients.excerpts_calls import Handlings
from keepwell.scheduling import agenda, changes, slots
from keepwell.scheduling.agenda import Visit
from keepwell.scheduling.excerpts import Helper, Overbooked, VisitReason
from keepwell.scheduling.models import Appointment, AppointmentChange, Participant
from keepwell.scheduling.words import DID
from keepwell.vault.phi import PhiClass


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a visit's history; `entry` is its proof in the activity log, for who reads that."""

    did: Any
    verb: str
    at: dt.datetime
    who: str
    change: AppointmentChange
    entry: UUID | None


class Whole:
    """A visit with what is sealed about it."""

    def __init__(self, row: Appointment, by: Actor, *, history: bool = True) -> None:
        self.row = row
        self.closed: Refusal | None = None
        chart = self._opened(row, by)
        tag = next(iter(chart.each(NameTag).values()), None) if chart and chart.reads(NameTag) else None
        self.name = tag.name if tag else ""
        self.born = tag.birth_date if tag else None
        self.reason = _one(chart, VisitReason, row.id, "reason")
        self.overbook_reason = _one(chart, Overbooked, row.id, "overbook_reason")
        self.helpers = _helpers(chart, row.id)
        self.desk = handling.marks(chart).get(row.patient_id, []) if chart and chart.reads(Handlings) else []
        self.visit = _visit(row, self.name)
        self.history = _history(row, by) if history else []

    def _opened(self, row: Appointment, by: Actor) -> charts.Chart | None:
        told = (NameTag, Overbooked, Helper, Handlings)
        wanted: list[type[Any]] = [e for e in told if plan(e).classes <= policy.visible(by)]
        self.closed = policy.refused(by, {PhiClass.CLINICAL}, [row.patient_id]).get(row.patient_id)
        if self.closed is None:
            wanted.append(VisitReason)
        return charts.open(row.patient_id, *wanted, by=by, listed=False, partly=True) if wanted else None


def _one(chart: charts.Chart | None, excerpt: type[Any], row: UUID, column: str) -> str:
    if chart is None or not chart.reads(excerpt):
        return ""
    rows = Appointment.objects.filter(id=row).order_by("id")
    found = [each for many in chart.all(excerpt, rows).values() for each in many]
    return next((getattr(each, column) or "" for each in found), "")


def _helpers(chart: charts.Chart | None, row: UUID) -> list[Helper]:
    if chart is None or not chart.reads(Helper):
        return []
    rows = Participant.objects.filter(appointment_id=row, ended_at=None).order_by("added_at", "id")
    return [each for many in chart.all(Helper, rows).values() for each in many]


def _visit(row: Appointment, name: str) -> Visit:
    """The same marks as on the calendar, without a second opening."""
    who = agenda.providers([row.practitioner_id])
    opens = slots.opens([row.practitioner_id], row.starts_at, row.ends_at)
    return agenda.named([row], {row.patient_id: name}, opens, agenda.full(who))[0]


def _history(row: Appointment, by: Actor) -> list[Happened]:
    """First to last, each change beside its entry in the ledger: who did it is what the ledger says."""
    rows = changes.of(row.id)
    reads = bool(rows) and policy.may(by, Can.READ_LEDGER)
    entries = queries.made_by({c.request for c in rows}, row.patient_id, by) if reads else {}
    return [
        Happened(DID.get(c.verb, c.verb), c.verb, c.at, c.by.name if c.by else "", c,
                 entries.get((c.request, c.verb)))
        for c in rows
    ]  # fmt: skip
