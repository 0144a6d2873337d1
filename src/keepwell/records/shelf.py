"""What there is of a patient, by what stands in the clear: types and years. Says which heads a page needs to open."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from django.db.models import F

from keepwell.records.models import TABLES
from keepwell.vault.phi import PhiClass

NEWEST = F("year").desc(nulls_last=True)
MOST = 20_000
"""Rows of one class that a page looks through; nobody's record is near."""


class Row(NamedTuple):
    """One resource on the shelf, unopened."""

    id: UUID
    type: str
    year: int | None
    phi: PhiClass


def of(records: Iterable[UUID], classes: Iterable[PhiClass]) -> list[Row]:
    """Every resource of these classes in a person's records, newest year first; what has no year comes last."""
    whose = list(records)
    found: list[Row] = []
    for phi in classes:
        if phi in TABLES:
            table = TABLES[phi]._default_manager.filter(patient_id__in=whose, withdrawn=False).order_by(NEWEST, "pk")
            found += [Row(*row, phi) for row in table.values_list("id", "type", "year")[:MOST]]
    return sorted(found, key=lambda row: (row.year is None, -(row.year or 0)))


def newest(rows: Iterable[Row], types: Collection[str], at_least: int) -> list[Row]:
    """The newest rows of these types: whole years, until there are enough."""
    chosen: list[Row] = []
    for years in _years([row for row in rows if row.type in types]):
        chosen += years
        if len(chosen) >= at_least:
            break
    return chosen


def covering(rows: list[Row], start: int, size: int) -> tuple[list[Row], int]:
    """The rows of all years that a page of a timeline touches, and how far into them it starts."""
    chosen: list[Row] = []
    passed = 0
    for years in _years(rows):
        if passed + len(years) <= start:
            passed += len(years)
        elif passed + len(chosen) < start + size:
            chosen += years
    return chosen, start - passed


def _years(rows: list[Row]) -> Iterator[list[Row]]:
    for _, group in groupby(rows, key=lambda row: row.year):
        yield list(group)
