"""Can a row be booked: the patient is here, the time is to come, free, within hours and licensed for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID

from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.tables.shapes import Row
from keepwell.scheduling import booking, slots, wall
from keepwell.scheduling.models import HealthcareService, Offering, Schedule, Slot, VisitList, VisitListRow
from keepwell.scheduling.movein.matching import Who, matched
from keepwell.scheduling.movein.reading import Plan, Told, told

Outcome = VisitListRow.Outcome


class Known:
    """What rows are judged by, asked for once a piece."""

    def __init__(self) -> None:
        self.services = {s.id: s for s in HealthcareService.objects.filter(ended_at=None).order_by("id")}
        offered = Offering.objects.filter(ended_at=None).order_by().values_list("service_id", "practitioner_id")
        self.offered = set(offered)
        self.zones = {s.practitioner_id: wall.zone(s.time_zone) for s in Schedule.objects.order_by("id")}


def judged(run: VisitList, cells: Sequence[Row], first: int, plan: Plan, *, by: Actor) -> list[VisitListRow]:
    """The rows of one piece with what was found out about each. `first` is the number of its first row."""
    said = [told(row.cells, plan, long=row.long) for row in cells]
    known, people = Known(), matched(said, by=by)
    rows = [
        _row(run, first + at, cells[at].number, one, who, known)
        for at, (one, who) in enumerate(zip(said, people, strict=True))
    ]
    _in_list_twice(run, rows)
    for row in rows:
        row.outcome = Outcome.REJECT if row.wrong else Outcome.READY
    return rows


def _row(run: VisitList, number: int, line: int, one: Told, who: Who, known: Known) -> VisitListRow:
    service = known.services.get(one.service) if one.service else None
    row = VisitListRow(
        run=run, number=number, line=line, patient_id=who.patient, practitioner=one.provider, service=one.service,
        starts_at=one.starts_at, modality=one.modality, place=one.state or who.state,
        wrong=[list(w) for w in one.wrong],
    )  # fmt: skip
    if who.code:
        row.wrong.append(["record_number", who.code])
    if one.starts_at and service:
        row.ends_at = one.starts_at + dt.timedelta(minutes=one.minutes or service.minutes)
        row.modality = row.modality or service.modalities[0]
    if not row.wrong and service:
        try:
            _bookable(row, service, known)
        except Refusal as refusal:
            row.wrong.append([FIELD_OF.get(refusal.code, "date"), refusal.code])
    return row


FIELD_OF: Mapping[str, str] = {
    "SERVICE_UNKNOWN": "provider", "MODALITY_UNKNOWN": "modality", "LOCATION_REQUIRED": "state",
    "LICENSE_EXPIRED": "state", "LICENSE_STATE_MISMATCH": "state",
}  # fmt: skip
"""Code → the cell somebody corrects for it; all others are about the time."""


def _bookable(row: VisitListRow, service: HealthcareService, known: Known) -> None:
    """Everything a booking would refuse, asked without booking. Raises that Refusal."""
    assert row.practitioner and row.starts_at and row.ends_at and row.patient_id
    if (service.id, row.practitioner) not in known.offered:
        raise Refusal("SERVICE_UNKNOWN")
    if row.modality not in service.modalities:
        raise Refusal("MODALITY_UNKNOWN")
    wall.to_come(row.starts_at, row.ends_at)
    where = known.zones.get(row.practitioner)
    if where is None or not slots.open_at(row.practitioner, row.starts_at, row.ends_at):
        raise Refusal("SLOT_OUTSIDE_HOURS")
    slots.licensed(row.practitioner, service, row.place, wall.day_of(row.starts_at, where))
    busy = Slot.objects.filter(
        practitioner_id=row.practitioner, busy_from__lt=row.ends_at, busy_until__gt=row.starts_at, overbooked=False
    ).exclude(status=Slot.Status.FREE)
    if busy.exists():
        raise Refusal("SLOT_TAKEN")
    if booking.patient_busy(row.patient_id, row.starts_at, row.ends_at):
        raise Refusal("PATIENT_BUSY")


def _in_list_twice(run: VisitList, rows: list[VisitListRow]) -> None:
    """Two rows of one provider at once: the one further up is taken."""
    whose = {r.practitioner for r in rows if r.practitioner and not r.wrong}
    before = VisitListRow.objects.filter(run=run, practitioner__in=whose, outcome=Outcome.READY).order_by("number")
    taken: dict[UUID, list[tuple[dt.datetime, dt.datetime]]] = {}
    for row in (*before, *rows):
        if row.wrong or not (row.practitioner and row.starts_at and row.ends_at):
            continue
        times = taken.setdefault(row.practitioner, [])
        if any(s < row.ends_at and e > row.starts_at for s, e in times):
            row.wrong.append(["date", "VISIT_IN_LIST_TWICE"])
        else:
            times.append((row.starts_at, row.ends_at))
