"""Search: what somebody typed → candidates from the blind index → opened → verified in the clear → best first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from keepwell import charts
from keepwell.access import policy
from keepwell.access.persons import survivors
from keepwell.base import asked
from keepwell.base.actor import Actor
from keepwell.base.asked import Asked, Term
from keepwell.base.refusal import Refusal
from keepwell.charts import finding
from keepwell.patients import facts
from keepwell.patients.excerpts import Reach, Relations, Sought
from keepwell.patients.indexing import findable
from keepwell.vault.blind import LEVELS
from keepwell.vault.matching import score
from keepwell.vault.phi import PhiClass

MOST_SHOWN = 25
CANDIDATES = 60
"""How many the index may propose: more than are shown, because some are not who was asked for."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One patient found, and how well they answer."""

    patient: UUID
    tag: Sought
    worth: float


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a search, best first. `more`: there are others; type more, there is no next page.

    `mistyped`: nobody is called as typed, these are close.
    """

    hits: tuple[Hit, ...] = ()
    more: bool = False
    mistyped: bool = False


def search(typed: str, *, by: Actor, also_close: bool = False) -> Found:
    """At most 25 patients; those the actor may not see are as if not there. Raises SEARCH_TOO_SHORT, POLICY_DENY.

    Names within one edit are looked for when nobody is called as typed, or also when `also_close`.
    """
    question = asked.read(typed, facts.today())
    if not finding.searchable(question):
        raise Refusal("SEARCH_TOO_SHORT", field="words")
    hits: dict[UUID, Hit] = {}
    more = as_typed = False
    for level in LEVELS:
        candidates = _people(finding.find(question, by=by, limit=CANDIDATES, level=level))
        new = [candidate for candidate in candidates if candidate not in hits]
        hits |= {hit.patient: hit for hit in _verified(question, new, level > 0, by)} if new else {}
        more = more or len(candidates) >= CANDIDATES
        as_typed = as_typed or (level == 0 and bool(hits))
        if hits and not (also_close and len(hits) < MOST_SHOWN):
            break
    best = sorted(hits.values(), key=lambda hit: -hit.worth)
    return Found(tuple(best[:MOST_SHOWN]), more or len(best) > MOST_SHOWN, mistyped=not as_typed)


def _verified(question: Asked, candidates: list[UUID], mistyped: bool, by: Actor) -> list[Hit]:
    "Those who really answer, ranked; ties stay in the order they came, last seen first."
    by_reach = any(map(_only_reach, question.terms))
    needed = (Sought, Reach, Relations) if by_reach else (Sought,)
    chart = charts.open(candidates, *needed, by=by, listed=True, partly=True)
    records = chart.all(Sought)
    if not records:
        _raise_if_never_allowed(chart.refused.values())
    rows = _rows(chart) if by_reach else {}
    known = {p: _Known(_own(p, r), r, rows.get(p, ())) for p, r in records.items()}
    hits = _answering(question, known)
    found = {hit.patient for hit in hits}
    doubtful = {p: k for p, k in known.items() if p not in found}
    if doubtful and not by_reach and not (mistyped and hits) and PhiClass.CONTACT in policy.visible(by):
        # Found by a parent's name, or by the end of a phone number that could have been a year.
        chart = charts.open(doubtful, Reach, Relations, by=by, listed=True, partly=True)
        rows = _rows(chart)
        more = {p: k.with_rows(rows.get(p, ())) for p, k in doubtful.items()}
        hits += _answering(question, more)
    place = {patient: at for at, patient in enumerate(candidates)}
    return sorted(hits, key=lambda h: (-h.worth, place[h.patient]))


@dataclass(frozen=True, slots=True)
class _Known:
    "What is open of a candidate: how to show them, and every record of the person."

    tag: Sought
    records: Sequence[Sought]
    rows: Sequence[Reach | Relations]

    def with_rows(self, rows: Sequence[Reach | Relations]) -> _Known:
        return _Known(self.tag, self.records, rows)

    def worth(self, question: Asked) -> float:
        return max(score(question, findable(record, self.rows)) or 0.0 for record in self.records)


def _own(patient: UUID, records: Sequence[Sought]) -> Sought:
    return next((r for r in records if r.pk == patient), records[0])


def _rows(chart: charts.Chart) -> dict[UUID, list[Reach | Relations]]:
    found: dict[UUID, list[Reach | Relations]] = {p: list(rows) for p, rows in chart.all(Reach).items()}
    for patient, related in chart.all(Relations).items():
        found.setdefault(patient, []).extend(related)
    return found


def _answering(question: Asked, known: Mapping[UUID, _Known]) -> list[Hit]:
    scored = ((p, k.tag, k.worth(question)) for p, k in known.items())
    return [Hit(p, tag, worth) for p, tag, worth in scored if worth]


def _people(candidates: list[UUID]) -> list[UUID]:
    "Each person once, as the record that stands for them."
    return list(dict.fromkeys(survivors(candidates).values())) if candidates else []


def _only_reach(term: Term) -> bool:
    "Whether nothing but a phone number or e-mail address can answer it (a record number apart)."
    return bool(term.phone or term.email or term.phone_end) and not (term.birth_year or term.birth_dates)


def _raise_if_never_allowed(refusals: Iterable[Refusal]) -> None:
    "A role that may not verify such a search is told so; a restriction is not given away."
    for refusal in refusals:
        if refusal.code == "POLICY_DENY":
            raise refusal
