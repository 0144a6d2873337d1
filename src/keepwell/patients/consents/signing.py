"""Authorizations as pages show them: what was signed, whether it can be relied on, what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from keepwell import charts
from keepwell.access import authorizations, policy
from keepwell.access.authorizations import PART2_KINDS
from keepwell.access.consents import sentence
from keepwell.access.models import Authorization
from keepwell.access.persons import persons
from keepwell.access.words import CLASSES
from keepwell.base.actor import Actor
from keepwell.patients.excerpts_consents import SignedTerms, SignedWhat
from keepwell.vault.phi import PhiClass

Kind = Authorization.Kind

KINDS = {
    Kind.RELEASE: _("Release of information"),
    Kind.MARKETING: _("Marketing"),
    Kind.PSYCHOTHERAPY: _("Psychotherapy notes"),
    Kind.PART2: _("Part 2 records"),
    Kind.PART2_NOTES: _("Part 2 counseling notes"),
    Kind.PART2_LEGAL: _("Part 2 records in a legal proceeding"),
}

ACTS = {
    "copy": (_("Copy given"), authorizations.copy_given),
    "revoke": (_("Withdrawn"), authorizations.revoke),
    "event": (_("Its event happened"), authorizations.happened),
    "false": (_("Found false"), authorizations.found_false),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One authorization: its row, its words as far as the reader may see them, and why it cannot be used, if so."""

    row: Authorization
    kind: Any
    terms: dict[str, Any] | None
    what: str | None
    why_not: str

    @property
    def over(self) -> bool:
        return self.row.ended_at is not None

    @property
    def acts(self) -> list[tuple[str, Any]]:
        """What can still be done with it."""
        if self.over:
            return []
        left = [name for name in ACTS if (name != "copy" or self.row.copy_at is None)]
        if not (self.terms or {}).get("event"):
            left.remove("event")
        return [(name, ACTS[name][0]) for name in left]


def sees_part2(patient: UUID, by: Actor) -> bool:
    """Whether somebody may know of a Part 2 consent of this person."""
    return policy.may_know_part2(by, persons([patient])[patient])


def about(patient: UUID, chart: charts.Chart | None, by: Actor) -> dict[str, Any]:
    """What the page shows of authorizations."""
    terms = _read(chart, SignedTerms, patient)
    what = _read(chart, SignedWhat, patient)
    known = sees_part2(patient, by)
    lines = [
        Line(row, KINDS[Kind(row.kind)], getattr(terms.get(row.id), "terms", None),
             getattr(what.get(row.id), "what", None), _why_not(row))
        for row in authorizations.of(patient)
        if known or row.kind not in PART2_KINDS
    ]  # fmt: skip
    return {"signed": lines, "reads_what": chart is not None and SignedWhat in chart}


def elements(row: Authorization, terms: dict[str, Any], what: str | None) -> list[tuple[Any, str]]:
    """What it says, element by element, as far as the reader may see it (45 CFR § 164.508(c)(1))."""
    told = [
        (_("Who discloses"), terms.get("discloser", "")),
        (_("To whom"), terms.get("recipient", "")),
        (_("Which records"), capfirst(", ".join(str(CLASSES[PhiClass(each)]) for each in row.classes))),
        (_("Which information, in words"), what or ""),
        (_("What for"), terms.get("purpose", "")),
        (_("Or until what happens"), terms.get("event", "")),
    ]
    return [(label, words) for label, words in told if words]


def _why_not(row: Authorization) -> str:
    refusal = authorizations.why_unusable(row)
    return sentence(refusal) if refusal else ""


def _read(chart: charts.Chart | None, excerpt: type[Any], patient: UUID) -> dict[UUID, Any]:
    rows = chart.all(excerpt).get(patient, []) if chart is not None and excerpt in chart else []
    return {row.pk: row for row in rows}
