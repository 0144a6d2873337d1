"""Which patient is each row about: by record number, or by name and birth date. Asked of a whole piece at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from keepwell import charts
from keepwell.access.persons import survivors
from keepwell.base import text
from keepwell.base.actor import Actor
from keepwell.charts import finding
from keepwell.patients.excerpts import Sought, Whereabouts
from keepwell.scheduling.movein.reading import Told
from keepwell.vault.blind import Findable

MOST_EACH = 20


@dataclass(frozen=True, slots=True)
class Who:
    """The patient, and the state they live in; or why not."""

    patient: UUID | None = None
    state: str = ""
    code: str = ""


def matched(rows: Sequence[Told], *, by: Actor) -> list[Who]:
    """One answer for each row; one search and one opening, both recorded."""
    asked = [
        Findable(given=r.given, family=r.family, birth_date=r.birth_date, record_number=r.record_number) for r in rows
    ]
    found = finding.find_alike(asked, by=by, limit=MOST_EACH)
    if not found:
        return [Who(code="VISIT_PATIENT_UNKNOWN")] * len(rows)
    chart = charts.open(set(survivors(found).values()), Sought, Whereabouts, by=by, listed=True, partly=True)
    lives = chart.each(Whereabouts)
    by_number: dict[str, set[UUID]] = {}
    by_name: dict[tuple[object, ...], set[UUID]] = {}
    for patient, records in chart.all(Sought).items():
        for record in records:
            by_number.setdefault(text.record_number(record.record_number), set()).add(patient)
            by_name.setdefault(_name(record.given_name, record.family_name, record.birth_date), set()).add(patient)
    return [_who(row, by_number, by_name, lives) for row in rows]


def _who(
    row: Told,
    by_number: dict[str, set[UUID]],
    by_name: dict[tuple[object, ...], set[UUID]],
    lives: dict[UUID, Whereabouts],
) -> Who:
    named = by_name.get(_name(row.given, row.family, row.birth_date), set()) if row.birth_date else set()
    numbered = by_number.get(row.record_number, set()) if row.record_number else set()
    if row.record_number and numbered and row.birth_date and row.family and not numbered & named:
        return Who(code="VISIT_PATIENT_DIFFERS")
    either = numbered or named
    if len(either) != 1:
        return Who(code="VISIT_PATIENT_UNSURE" if either else "VISIT_PATIENT_UNKNOWN")
    (patient,) = either
    return Who(patient, (lives[patient].state or "") if patient in lives else "")


def _name(given: str, family: str, born: object) -> tuple[object, ...]:
    return text.words(given), text.words(family), born
