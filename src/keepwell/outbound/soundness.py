"""What stands against agreements in force, found anew each time: clauses denied later, subcontractors without papers.

An agreement is checked before it counts (vendors/agreement_actions.py), and nothing that is found out afterwards may go
unheard: 45 CFR § 164.504(e)(2) asks for its clauses while it lasts, § 164.502(e)(1)(ii) for those of subcontractors.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q, QuerySet

from keepwell.outbound.models import Agreement, ClauseCheck, Coverage, Subcontractor
from keepwell.outbound.vendors.clauses import needed


@dataclass(frozen=True, slots=True)
class Facts:
    """By agreement the clauses it lacks, and whether a person confirmed the rest; by vendor who has no papers."""

    missing: Mapping[UUID, str] = field(default_factory=dict)
    unconfirmed: frozenset[UUID] = frozenset()
    unpapered: Mapping[UUID, str] = field(default_factory=dict)

    def against(self, agreement: Agreement) -> str:
        """A code, or empty. `agreement` comes with its vendor."""
        if agreement.vendor.signs == agreement.vendor.Signs.REFUSES:
            return "VENDOR_REFUSES_BAA"
        if agreement.id in self.missing:
            return "BAA_CLAUSE_MISSING"
        if agreement.id in self.unconfirmed:
            return "BAA_CLAUSE_UNCONFIRMED"
        return "SUBCONTRACTOR_UNPAPERED" if agreement.vendor_id in self.unpapered else ""


def of(covering: Iterable[Coverage], today: dt.date) -> Facts:
    """Two questions to the database, however many agreements there are."""
    classes: dict[UUID, set[str]] = {}
    vendors: set[UUID] = set()
    for one in covering:
        classes.setdefault(one.agreement_id, set()).update(one.classes)
        vendors.add(one.agreement.vendor_id)
    if not classes:
        return Facts()
    missing, unconfirmed = _clauses(classes)
    return Facts(missing, unconfirmed, _named(unpapered(today).filter(vendor_id__in=vendors)))


def unpapered(today: dt.date) -> QuerySet[Subcontractor]:
    """Those who have no agreement with their vendor today; one that is dated later is none yet."""
    without = Q(agreed_on=None) | Q(agreed_on__gt=today)
    return Subcontractor.objects.filter(without, ended_at=None).order_by("name", "id")


def _clauses(classes: Mapping[UUID, set[str]]) -> tuple[dict[UUID, str], frozenset[UUID]]:
    checks = ClauseCheck.objects.filter(agreement_id__in=list(classes)).order_by("id")
    said = {(a, clause): (found, at) for a, clause, found, at in checks.values_list(
        "agreement_id", "clause", "found", "confirmed_at")}  # fmt: skip
    missing: dict[UUID, str] = {}
    unconfirmed: set[UUID] = set()
    for agreement, covered in classes.items():
        wanted = [(clause.title, said.get((agreement, clause.code), (False, None))) for clause in needed(covered)]
        if lacks := [title for title, (found, _at) in wanted if not found]:
            missing[agreement] = "; ".join(lacks)
        elif any(at is None for _title, (_found, at) in wanted):
            unconfirmed.add(agreement)
    return missing, frozenset(unconfirmed)


def _named(rows: QuerySet[Subcontractor]) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    for vendor, name in rows.values_list("vendor_id", "name"):
        found.setdefault(vendor, name)
    return found
