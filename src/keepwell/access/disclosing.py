"""May this be told to somebody outside? A basis in law, no restriction against it, and for Part 2 records and
psychotherapy notes the patient's own specific consent. Exports, letters and releases ask here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from keepwell.access import authorizations, consents
from keepwell.access.authorizations import Kind
from keepwell.access.consents import Asked
from keepwell.access.models import Authorization
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel, Topic
from keepwell.vault.phi import PhiClass

TPO = frozenset({Purpose.TREAT, Purpose.HPAYMT, Purpose.HOPERAT})
"""Treatment, payment and operations need no authorization (45 CFR § 164.506)."""

WITHOUT = TPO | {Purpose.PATRQT, Purpose.PUBHLTH}
"""Nor does what the patient gets themselves (§ 164.524) or what public health law asks for (§ 164.512(b))."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Something about to be disclosed. `toward` as in a restriction; empty is the patient themselves.

    `authorization` is the one relied on; `legal` is a proceeding against the patient (42 CFR § 2.12(d)).
    """

    patient: UUID
    classes: frozenset[PhiClass]
    purpose: Purpose
    toward: str = ""
    authorization: UUID | None = None
    legal: bool = False


def may_disclose(telling: Telling, *, by: Actor) -> Refusal | None:
    """Why this may not be disclosed, or None."""
    signed = authorizations.of(telling.patient)
    relied = next((each for each in signed if each.id == telling.authorization), None)
    if telling.authorization is not None and relied is None:
        return Refusal("NO_LEGAL_BASIS")
    return (
        (authorizations.why_unusable(relied) if relied else None)
        or (_uncovered(telling, relied) if relied else None)
        or _closed(telling, signed, relied)
        or (None if relied or telling.purpose in WITHOUT else Refusal("NO_LEGAL_BASIS"))
        or _restricted(telling, by)
    )


def _uncovered(telling: Telling, relied: Authorization) -> Refusal | None:
    """An authorization covers what it names, and nothing else (§ 164.508(a)(1))."""
    return None if telling.classes <= set(relied.classes) else Refusal("NO_LEGAL_BASIS")


def _closed(telling: Telling, signed: Sequence[Authorization], relied: Authorization | None) -> Refusal | None:
    """Two laws close two classes to everybody without the patient's own word."""
    if PhiClass.PSYCHOTHERAPY in telling.classes and (relied is None or relied.kind != Kind.PSYCHOTHERAPY):
        return Refusal("PSYCH_NOTES_LOCKED")
    if PhiClass.PART2 not in telling.classes or telling.toward == "":
        return None
    if telling.legal:
        return None if relied is not None and relied.kind == Kind.PART2_LEGAL else Refusal("P2_LEGAL_BLOCK")
    if relied is not None and relied.kind == Kind.PART2:
        return None
    general = telling.purpose in TPO and any(
        each.kind == Kind.PART2 and each.tpo and authorizations.why_unusable(each) is None for each in signed
    )
    return None if general else Refusal("P2_CONSENT_ABSENT")


def _restricted(telling: Telling, by: Actor) -> Refusal | None:
    """What the practice agreed not to tell them; an authorization signed since does not lift it."""
    if not telling.toward:
        return None
    asked = Asked(
        telling.patient, Channel.LETTER, Topic.CARE, letter=True, toward=telling.toward, classes=telling.classes
    )
    return consents.may_reach([asked], by=by)[0]
