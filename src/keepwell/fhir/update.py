"""A patient whose own facts changed in a later file: those the file knows are corrected, those it does not stay."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any
from uuid import UUID

from keepwell import charts
from keepwell.base.actor import Actor
from keepwell.fhir import registration
from keepwell.fhir.mapping.patient import Demographics
from keepwell.patients import actions, facts
from keepwell.patients.excerpts import Addresses, Demography, Reach, Whereabouts
from keepwell.patients.reach import Contact, Home


def patient(identifier: UUID, person: Demographics, *, by: Actor) -> None:
    """Edits what differs and adds new ways to reach them; nothing that somebody here wrote is ended."""
    chart = charts.open(identifier, Demography, Whereabouts, Reach, Addresses, by=by)
    known = chart.one(Demography)
    said = _merged(registration.facts_of(person), known, chart.one(Whereabouts))
    if said is not None:
        actions.edit(identifier, said, seen=known.version, by=by)
    numbers = {row.value for row in chart.all(Reach).get(identifier, ())}
    homes = [row.where for row in chart.all(Addresses).get(identifier, ())]
    for fact in registration.reach_of(person):
        if isinstance(fact, Contact) and fact.checked().value not in numbers:
            actions.add_contact(identifier, fact, by=by)
        elif isinstance(fact, Home) and fact.columns()["where"] not in homes:
            actions.add_address(identifier, fact, by=by)


def _merged(said: facts.Demographics, *known: Any) -> facts.Demographics | None:
    """What the file says over what is known; None when that is what is known already."""
    held = {f.name: getattr(excerpt, f.name) for excerpt in known for f in fields(excerpt) if f.name != "version"}
    held["former_names"] = tuple(held["former_names"] or ())
    before = facts.Demographics(**{name: value for name, value in held.items() if value is not None})
    stated = {f.name: getattr(said, f.name) for f in fields(said) if getattr(said, f.name)}
    after = replace(before, **stated)
    return None if after == before else after
