"""Choosing a patient within another form: words are looked for, somebody is picked, nobody is guessed.

Pages include `patients/choose.html` and give it what `Chosen` holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from django.http import QueryDict

from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.patients import finder
from keepwell.patients.finder import Hit


@dataclass(frozen=True, slots=True, repr=False)
class Chosen:
    """Who was chosen, or what was looked for and found. `looking`: the page is to be shown again with the answers."""

    patient: UUID | None = None
    who: str = ""
    hits: tuple[Hit, ...] | None = None
    refusal: Refusal | None = None
    looking: bool = False

    @classmethod
    def of(cls, sent: QueryDict, by: Actor) -> Self:
        """Reads what was posted: `patient` chosen, or `who` to look for. Raises Refusal POLICY_DENY."""
        typed, patient = sent.get("who", "").strip(), uuid_of(sent.get("patient", ""))
        if not typed or (patient and "find" not in sent):
            return cls(patient, typed)
        try:
            return cls(None, typed, finder.search(typed, by=by).hits, None, True)
        except Refusal as refusal:
            if refusal.code != "SEARCH_TOO_SHORT":
                raise
            return cls(None, typed, None, refusal, True)

    @property
    def status(self) -> int:
        return self.refusal.status if self.refusal else 200

    def shown(self) -> dict[str, Any]:
        """What the template needs, but for `tag`: the name of whoever is chosen already."""
        return {"patient": self.patient, "who": self.who, "hits": self.hits, "refusal": self.refusal}


def uuid_of(text: str) -> UUID | None:
    """The id in a text; None for anything else."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
