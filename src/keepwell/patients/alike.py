"""Who of many is here already? The question `duplicates` asks of one person, asked of a whole list at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from keepwell import charts
from keepwell.access.persons import survivors
from keepwell.base import text
from keepwell.base.actor import Actor
from keepwell.charts import finding
from keepwell.patients.duplicates import MOST_SHOWN, likeness
from keepwell.patients.excerpts import Reach, Sought
from keepwell.patients.indexing import findable
from keepwell.vault.blind import Findable, exactly, identifying

MOST_EACH = 20
"""How many the index may propose for one question about one person."""

Known = Mapping[UUID, Sequence[Findable]]


@dataclass(frozen=True, slots=True)
class Alike:
    """What is known of one person of the list: `same` is here already, `maybe` could be, likeliest first.

    `taken`: somebody else has their record number.
    """

    same: UUID | None = None
    maybe: tuple[UUID, ...] = ()
    taken: bool = False


def compare(people: Sequence[Findable], *, by: Actor) -> list[Alike]:
    """One answer for each person. One search and one opening, both recorded, name every candidate."""
    found = finding.find_alike(people, by=by, limit=MOST_EACH)
    if not found:
        return [Alike()] * len(people)
    chart = charts.open(set(survivors(found).values()), Sought, Reach, by=by, listed=True, partly=True)
    reach = chart.all(Reach)
    known = {p: [findable(r, reach.get(p, ())) for r in records] for p, records in chart.all(Sought).items()}
    by_token: dict[tuple[str, str], set[UUID]] = {}
    for patient, records in known.items():
        for token in frozenset().union(*map(exactly, records)):
            by_token.setdefault(token, set()).add(patient)
    return [_judged(person, known, by_token) for person in people]


def _judged(person: Findable, known: Known, by_token: Mapping[tuple[str, str], set[UUID]]) -> Alike:
    candidates: set[UUID] = set()
    for question in identifying(person):
        candidates |= set.intersection(*(by_token.get(token, set()) for token in question))
    likely = {p: max(likeness(person, record) for record in known[p]) for p in candidates}
    same = next((p for p in sorted(likely) if any(_same(person, record) for record in known[p])), None)
    number = text.record_number(person.record_number)
    taken = bool(number) and any(
        text.record_number(record.record_number) == number for p in candidates if not likely[p] for record in known[p]
    )
    maybe = sorted((p for p, worth in likely.items() if worth), key=lambda p: -likely[p])
    return Alike(same, tuple(maybe[:MOST_SHOWN]), taken)


def _same(person: Findable, known: Findable) -> bool:
    "Every name as here and the same birth date; a record number of their own may not differ."
    numbers = text.record_number(person.record_number), text.record_number(known.record_number)
    names = (text.words(person.given), text.words(person.family)) == (text.words(known.given), text.words(known.family))
    return names and bool(person.birth_date) and person.birth_date == known.birth_date and _agree(*numbers)


def _agree(one: str, other: str) -> bool:
    "A number that Keepwell gave itself says nothing about the list's."
    return True if not one or not other else one == other or len(other) == 8
