"""Whose a phone number or e-mail address is: somebody's own point of contact, or that of a parent who belongs to them.

The people search finds a child by a parent's phone; that is no proof that the child wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from keepwell import charts
from keepwell.access.persons import survivors
from keepwell.base import text
from keepwell.base.actor import Actor
from keepwell.base.asked import Asked, Term
from keepwell.charts import finding
from keepwell.patients.excerpts import Reach, Relations
from keepwell.patients.finder import CANDIDATES


@dataclass(frozen=True, slots=True)
class Owners:
    """Patients whose own it is, and those somebody who belongs to them has it."""

    own: tuple[UUID, ...] = ()
    through: tuple[UUID, ...] = ()


def of(sender: str, *, by: Actor) -> Owners:
    """Who has this number or address now, as a recorded search. Raises Refusal POLICY_DENY."""
    number, address = text.phone(sender), text.email(sender)
    if number is None and address is None:
        return Owners()
    asked = Asked(terms=(Term(phone=number) if number else Term(email=address),))
    found = finding.find(asked, by=by, limit=CANDIDATES)
    if not found:
        return Owners()
    candidates = list(dict.fromkeys(survivors(found).values()))
    chart = charts.open(candidates, Reach, Relations, by=by, listed=True, partly=True)
    reach, related = chart.all(Reach), chart.all(Relations)

    def has(value: str | None) -> bool:
        return bool(value) and (text.phone(value) == number if number else text.email(value) == address)  # type: ignore[arg-type]

    own = tuple(p for p in candidates if any(r.ended_at is None and has(r.value) for r in reach.get(p, ())))
    kin = (p for p in candidates if any(r.ended_at is None and has(r.phone) for r in related.get(p, ())))
    return Owners(own, tuple(p for p in kin if p not in own))
