"""What a row of a list is: new, somebody who is here, somebody who may be, or one that cannot be taken as it is."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from keepwell.base import text
from keepwell.base.actor import Actor
from keepwell.patients import alike, indexing
from keepwell.patients.alike import Alike
from keepwell.patients.models import MoveIn, MoveInRow
from keepwell.patients.movein.files import PIECE, Shelf
from keepwell.patients.movein.people import Plan, Told, told
from keepwell.vault.marks import Marker

Verdict = MoveInRow.Verdict


def judged(run: MoveIn, shelf: Shelf, plan: Plan, *, by: Actor) -> list[MoveInRow]:
    """The rows of the next piece, each with what was found out about it."""
    cells, marker = shelf.piece(run.done), Marker(shelf.key)
    said = [told(row.cells, plan, long=row.long) for row in cells]
    rows = [
        MoveInRow(run=run, number=run.done * PIECE + at, line=cells[at].number, wrong=[list(w) for w in one.wrong],
                  mark=marker.mark(_person(one)), number_mark=_number(one, marker), verdict=Verdict.NEW)
        for at, one in enumerate(said)
    ]  # fmt: skip
    _in_file_twice(run.id, rows, said)
    clean = [(row, one) for row, one in zip(rows, said, strict=True) if not row.wrong]
    found = alike.compare([indexing.findable(one.who, one.reach) for _, one in clean], by=by)
    for (row, _), answer in zip(clean, found, strict=True):
        _verdict(row, answer)
    for row in rows:
        row.verdict = Verdict.REJECT if row.wrong else row.verdict
    return rows


def _verdict(row: MoveInRow, answer: Alike) -> None:
    if answer.same:
        row.verdict, row.alike, row.patient_id = Verdict.SAME, [str(answer.same)], answer.same
    elif answer.maybe:
        row.verdict, row.alike = Verdict.DOUBTFUL, [str(patient) for patient in answer.maybe]
    elif answer.taken:
        row.wrong = [["record_number", "RECORD_NUMBER_TAKEN"]]


def _in_file_twice(run: UUID, rows: list[MoveInRow], said: list[Told]) -> None:
    "Further up in the list, by names and birth date, or by record number."
    before = MoveInRow.objects.filter(run_id=run)
    people = _seen(before, "mark", [bytes(r.mark) for r in rows])
    numbers = _seen(before, "number_mark", [bytes(r.number_mark) for r in rows if r.number_mark])
    for row, one in zip(rows, said, strict=True):
        if not one.wrong and row.mark in people:
            row.wrong = [["", "MOVEIN_IN_FILE_TWICE"]]
        elif row.number_mark and row.number_mark in numbers:
            row.wrong = [*row.wrong, ["record_number", "RECORD_NUMBER_TAKEN"]]
        people.add(bytes(row.mark))
        numbers |= {bytes(row.number_mark)} if row.number_mark else set()


def _seen(before: QuerySet[MoveInRow], column: str, marks: list[bytes]) -> set[bytes]:
    found = before.filter(**{f"{column}__in": marks}).order_by("pk")
    return set(map(bytes, found.values_list(column, flat=True)))


def _person(one: Told) -> bytes:
    names = text.fold(one.who.given_name), text.fold(one.who.family_name), text.fold(one.who.middle_name or "")
    return "\x1f".join(("person", *names, str(one.who.birth_date or ""))).encode()


def _number(one: Told, marker: Marker) -> bytes | None:
    number = text.record_number(one.who.record_number)
    return marker.mark(f"number\x1f{number}".encode()) if number else None
