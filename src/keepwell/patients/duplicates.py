"""Is this person a patient already? Asked before somebody is registered: two charts of one person are dangerous."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from keepwell import charts
from keepwell.access.persons import survivors
from keepwell.base import text
from keepwell.base.actor import Actor
from keepwell.base.asked import MOST_WORDS, Asked, Term
from keepwell.base.refusal import Refusal
from keepwell.charts import finding
from keepwell.patients.excerpts import Reach, Sought
from keepwell.patients.indexing import findable
from keepwell.vault.blind import Findable
from keepwell.vault.matching import score

MOST_COMPARED = 40
MOST_SHOWN = 10


def lookalikes(person: Findable, *, by: Actor) -> list[UUID]:
    """Patients who may be the same person, likeliest first. Candidates are opened and recorded. Raises POLICY_DENY.

    Raises Refusal RECORD_NUMBER_TAKEN if somebody has their record number.
    """
    found: dict[UUID, None] = {}
    for asked in _questions(person):
        found |= dict.fromkeys(finding.find(asked, by=by, limit=MOST_COMPARED))
    if not found:
        return []
    chart = charts.open(survivors(found).values(), Sought, Reach, by=by, listed=True, partly=True)
    reach = chart.all(Reach)
    known = {p: [findable(r, reach.get(p, ())) for r in records] for p, records in chart.all(Sought).items()}
    number = text.record_number(person.record_number)
    if number and any(text.record_number(k.record_number) == number for records in known.values() for k in records):
        raise Refusal("RECORD_NUMBER_TAKEN", field="record_number")
    likely = {patient: max(likeness(person, k) for k in records) for patient, records in known.items()}
    return sorted((p for p, worth in likely.items() if worth), key=lambda p: -likely[p])[:MOST_SHOWN]


def require_free(record_number: str, patient: UUID, *, by: Actor) -> None:
    """Raises Refusal RECORD_NUMBER_TAKEN if another patient has this record number."""
    asked = Asked(terms=(Term(record_number=text.record_number(record_number)),))
    if record_number and set(finding.find(asked, by=by, limit=2)) - {patient}:
        raise Refusal("RECORD_NUMBER_TAKEN", field="record_number")


def likeness(person: Findable, known: Findable) -> float:
    """0: somebody else. Names agree, within a typing mistake each, and so does a birth date or a way to reach them."""
    names = score(Asked(words=_words(person)), known) or 0.0
    same_day = bool(person.birth_date) and person.birth_date == known.birth_date
    nearly = _nearly(person.birth_date, known.birth_date)
    reach = bool(_numbers(person) & _numbers(known))
    more = max(1.0 if same_day else 0.0, 0.5 if nearly else 0.0, 0.7 if reach else 0.0)
    if names and more:
        return names + more
    # Another family name, as after a marriage: the given name, the day and a way to reach them agree.
    given = score(Asked(words=text.words(person.given)), known) or 0.0
    return given if given and same_day and reach else 0.0


def _nearly(a: dt.date | None, b: dt.date | None) -> bool:
    "One typing mistake apart, or day and month the other way round."
    if a is None or b is None:
        return False
    return text.within_one(a.isoformat(), b.isoformat()) or (a.year, a.month, a.day) == (b.year, b.day, b.month)


def _questions(person: Findable) -> list[Asked]:
    words = _words(person)
    asked = [Asked(words=words)] if words else []
    if words and person.birth_date:
        asked.append(Asked(words=words, terms=(Term(birth_dates=(person.birth_date,)),)))
    asked += [Asked(terms=(Term(phone=n),)) for n in filter(None, map(text.phone, person.phones))]
    asked += [Asked(terms=(Term(email=e),)) for e in filter(None, map(text.email, person.emails))]
    if number := text.record_number(person.record_number):
        asked.append(Asked(terms=(Term(record_number=number),)))
    return [a for a in asked if finding.searchable(a)]


def _words(person: Findable) -> tuple[str, ...]:
    return (*text.words(person.given), *text.words(person.family))[:MOST_WORDS]


def _numbers(person: Findable) -> set[str]:
    return {*filter(None, map(text.phone, person.phones)), *filter(None, map(text.email, person.emails))}
