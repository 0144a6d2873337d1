"""Patients, what is known about reaching them, and the lists they came with."""

from __future__ import annotations

from keepwell.patients.models.calls import CallerCheck, CallRules, Handling, PaperLoad
from keepwell.patients.models.lists import ListRow, ListState, MoveIn, MoveInRow, SentList
from keepwell.patients.models.people import Address, ContactPoint, Coverage, Lasting, Patient, RelatedPerson

__all__ = [
    "Address",
    "CallRules",
    "CallerCheck",
    "ContactPoint",
    "Coverage",
    "Handling",
    "Lasting",
    "ListRow",
    "ListState",
    "MoveIn",
    "MoveInRow",
    "PaperLoad",
    "Patient",
    "RelatedPerson",
    "SentList",
]
