"""What happens to clinical resources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.ledger.actions import action, key_for_file
from keepwell.records.heads import Head
from keepwell.records.models import TABLES, Kept
from keepwell.records.moments import year
from keepwell.vault.marks import Marker
from keepwell.vault.phi import PhiClass
from keepwell.vault.values import LongText

BATCH = 200
"""Resources held at once, so that memory is bounded whatever a file holds."""


@dataclass(frozen=True, slots=True)
class Arriving:
    """A resource on its way in: whose key it will be sealed under, what lists show of it, and its text as received."""

    id: UUID
    type: str
    phi: PhiClass
    head: Head
    body: str = field(repr=False)


@dataclass(slots=True)
class Tally:
    """How many resources of each type were new, had changed, or were the same as before."""

    new: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    same: Counter[str] = field(default_factory=Counter)
    moved: list[tuple[UUID, PhiClass]] = field(default_factory=list)


@action("resources.imported", about="patient", seals={PhiClass.CLINICAL, PhiClass.COVERAGE})
def keep(patient: UUID, arriving: Iterable[Arriving], *, by: Actor, tally: Tally | None = None) -> Tally:
    "Clinical and financial resources come in from elsewhere. What came before and has not changed stays as it is."
    return _keep(patient, arriving, (PhiClass.CLINICAL, PhiClass.COVERAGE), tally or Tally())


@action("part2_resources.imported", about="patient", seals={PhiClass.PART2})
def keep_part2(patient: UUID, arriving: Iterable[Arriving], *, by: Actor, tally: Tally | None = None) -> Tally:
    "Records of a substance use disorder program come in (42 CFR § 2.11); they get a key of their own."
    return _keep(patient, arriving, (PhiClass.PART2,), tally or Tally())


@action("resources.reclassified", about="patient", seals=set(TABLES))
def empty(patient: UUID, moved: Iterable[tuple[UUID, PhiClass]], *, by: Actor) -> None:
    "What is now sealed under another class is overwritten where it was."
    for identifier, phi in moved:
        row = TABLES[phi](id=identifier, patient_id=patient, head={}, body=LongText(""), mark=b"", withdrawn=True)
        row.save(force_update=True, update_fields=["head", "body", "mark", "withdrawn"])


def _keep(patient: UUID, arriving: Iterable[Arriving], classes: Iterable[PhiClass], tally: Tally) -> Tally:
    markers = {phi: Marker(key_for_file(patient, phi)) for phi in classes}
    for batch in _batches(arriving):
        held = _held([one.id for one in batch])
        fresh: dict[PhiClass, list[Kept]] = {}
        for one in batch:
            row = _row(patient, one, markers[one.phi].mark(one.body.encode()))
            known = held.get(one.id, {})
            tally.moved += [(one.id, phi) for phi, mark in known.items() if phi is not one.phi and mark]
            if one.phi not in known:
                tally.new[one.type] += 1
                fresh.setdefault(one.phi, []).append(row)
            elif known[one.phi] != row.mark:
                tally.changed[one.type] += 1
                row.save(force_update=True, update_fields=["type", "year", "head", "body", "mark", "withdrawn"])
            else:
                tally.same[one.type] += 1
        for phi, rows in fresh.items():
            table: Any = TABLES[phi]
            table.objects.bulk_create(rows)
    return tally


def _batches(arriving: Iterable[Arriving]) -> Iterator[list[Arriving]]:
    stream = iter(arriving)
    while batch := list(islice(stream, BATCH)):
        yield batch


def _held(ids: list[UUID]) -> dict[UUID, dict[PhiClass, bytes]]:
    """Which of these are here already, in which class, with which mark."""
    held: dict[UUID, dict[PhiClass, bytes]] = {}
    for phi, table in TABLES.items():
        for identifier, mark in table._default_manager.filter(id__in=ids).values_list("id", "mark"):
            held.setdefault(identifier, {})[phi] = bytes(mark)
    return held


def _row(patient: UUID, one: Arriving, mark: bytes) -> Kept:
    return TABLES[one.phi](
        id=one.id, patient_id=patient, type=one.type, year=year(one.head.when, clock.now().year), mark=mark,
        head=one.head.pack(), body=LongText(one.body),
    )  # fmt: skip
