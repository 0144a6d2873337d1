"""May this be told to somebody outside? A basis in law, no restriction against it, and for Part 2 records and
psychotherapy notes the patient's own specific consent. Exports, letters and releases ask here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from keepwell.access import authorizations, consents
from keepwell.access.authorizations import Kind
from keepwell.access.consents import Asked
from keepwell.access.models import Authorization, Restriction
from keepwell.access.rights import LEGAL, TPO, UNRESTRICTED, Right
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel, Topic
from keepwell.vault.phi import PhiClass

Toward = Restriction.Toward
CLOSED = frozenset({PhiClass.PART2, PhiClass.PSYCHOTHERAPY})
"""What two laws close to everybody without the patient's own word."""
NO_GROUND = frozenset({Right.AUTHORIZATION, Right.INCIDENTAL, Right.MISTAKE})
"""What allows nothing by itself: somebody signed, or nothing leaves."""

TOWARD = {
    Right.INDIVIDUAL: (),
    Right.PAYMENT: (Toward.OUTSIDE, Toward.PLAN),
    Right.OPERATIONS: (Toward.OUTSIDE, Toward.PLAN),
    Right.INVOLVED: (Toward.OUTSIDE, Toward.RELATED),
} | dict.fromkeys(UNRESTRICTED, ())
"""Right → which restrictions speak of whoever is told by it; by any other, those about anybody outside.

What a law demands is told whatever was agreed (45 CFR § 164.522(a)(1)(v)): no restriction speaks of it.
"""


@dataclass(frozen=True, slots=True)
class Telling:
    """Something about to be disclosed, and by what right; `authorization` is the one relied on.

    `unproved`: it goes to an address that nobody showed to be the patient's own, whoever it is said to be.
    """

    patient: UUID
    classes: frozenset[PhiClass]
    right: Right
    authorization: UUID | None = None
    unproved: bool = False

    @property
    def to_themselves(self) -> bool:
        return self.right is Right.INDIVIDUAL and not self.unproved


def may_disclose(telling: Telling, *, by: Actor) -> Refusal | None:
    """Why this may not be disclosed, or None."""
    counts = telling.authorization is not None or not telling.classes.isdisjoint(CLOSED)
    signed = authorizations.of(telling.patient) if counts else []
    relied = next((each for each in signed if each.id == telling.authorization), None)
    if telling.authorization is not None and relied is None:
        return Refusal("NO_LEGAL_BASIS")
    return (
        (authorizations.why_unusable(relied) if relied else None)
        or (_uncovered(telling, relied) if relied else None)
        or _closed(telling, signed, relied)
        or (None if relied or telling.right not in NO_GROUND else Refusal("NO_LEGAL_BASIS"))
        or _restricted(telling, by)
    )


def _uncovered(telling: Telling, relied: Authorization) -> Refusal | None:
    """An authorization covers what it names, and nothing else (§ 164.508(a)(1)). Whose it is, is never left out."""
    return None if telling.classes - {PhiClass.IDENTITY} <= set(relied.classes) else Refusal("NO_LEGAL_BASIS")


def _closed(telling: Telling, signed: Sequence[Authorization], relied: Authorization | None) -> Refusal | None:
    """Two laws close two classes to everybody without the patient's own word."""
    if PhiClass.PSYCHOTHERAPY in telling.classes and (relied is None or relied.kind != Kind.PSYCHOTHERAPY):
        return Refusal("PSYCH_NOTES_LOCKED")
    if PhiClass.PART2 not in telling.classes or telling.to_themselves:
        return None
    if telling.right in LEGAL:
        return None if relied is not None and relied.kind == Kind.PART2_LEGAL else Refusal("P2_LEGAL_BLOCK")
    if relied is not None and relied.kind == Kind.PART2:
        return None
    general = telling.right in TPO and any(
        each.kind == Kind.PART2 and each.tpo and authorizations.why_unusable(each) is None for each in signed
    )
    return None if general else Refusal("P2_CONSENT_ABSENT")


def _restricted(telling: Telling, by: Actor) -> Refusal | None:
    """What the practice agreed not to tell them; an authorization signed since does not lift it."""
    asked = [
        Asked(telling.patient, Channel.LETTER, Topic.CARE, letter=True, toward=toward, classes=telling.classes)
        for toward in TOWARD.get(telling.right, (Toward.OUTSIDE,))
    ]
    return next((no for no in consents.may_reach(asked, by=by) if no), None) if asked else None
