"""Which patient? Looked up by what was typed, shown to choose from, never guessed; for every form about one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from keepwell import charts
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.patients import finder
from keepwell.patients.codes import STATES
from keepwell.patients.excerpts import NameTag, Whereabouts
from keepwell.patients.finder import Hit
from keepwell.patients.views import actor_of


@dataclass(frozen=True, slots=True)
class Choice:
    """A patient, or those who answer to the words. `looks`: the search was asked for, not the form sent."""

    patient: UUID | None = None
    words: str = ""
    hits: tuple[Hit, ...] | None = None
    looks: bool = False
    refusal: Refusal | None = None

    @property
    def status(self) -> int:
        return self.refusal.status if self.refusal else 200


def of(request: HttpRequest) -> Choice:
    """What a posted form says about the patient."""
    patient, words = uuid(request.POST.get("patient", "")), request.POST.get("find_words", "").strip()
    if not words or (patient and "find" not in request.POST):
        return Choice(patient, words)
    try:
        return Choice(None, words, finder.search(words, by=actor_of(request)).hits, looks=True)
    except Refusal as refusal:
        if refusal.code != "SEARCH_TOO_SHORT":
            raise
        return Choice(None, words, looks=True, refusal=refusal)


def nobody(chosen: Choice) -> Choice:
    """The same, saying that nobody was chosen if that is so."""
    return chosen if chosen.patient else replace(chosen, refusal=Refusal("PATIENT_MISSING"))


def shown(chosen: Choice, by: Actor) -> dict[str, Any]:
    """What `scheduling/whom.html` needs."""
    tag = charts.open(chosen.patient, NameTag, by=by, listed=False).one(NameTag) if chosen.patient else None
    return {"whom": chosen, "tag": tag}


def state_of(patient: UUID | None, by: Actor) -> str:
    """Where a patient lives, as the likeliest place they will be; it is asked all the same."""
    if patient is None:
        return ""
    lives = charts.open(patient, Whereabouts, by=by, listed=False).one(Whereabouts)
    return lives.state if lives.state in STATES else ""


def uuid(text: str) -> UUID | None:
    """An id that was typed or posted, if it is one."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
