"""How somebody is spoken with, set by the desk; and one tap for "verified, told them when their visit is"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from keepwell.access.disclosing import Telling, may_disclose
from keepwell.access.persons import persons
from keepwell.access.rights import Right
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.patients import handling
from keepwell.patients.actions import locked
from keepwell.patients.codes import HANDLING, IDENTIFIERS, MAY_TELL, TELLS, TOLD, VOICEMAIL
from keepwell.patients.models import CallerCheck, CallRules, Handling
from keepwell.vault.phi import PhiClass

CONTACT = PhiClass.CONTACT
LONGEST = 80
ENOUGH = 2
"""Facts somebody has to know before they are told anything (45 CFR § 164.514(h))."""


def flag(patient: UUID, what: str, *, by: Actor, more: str = "") -> UUID:
    """The front desk sees at once how to deal with somebody; said twice it stands once.

    Raises Refusal CHOICE_UNKNOWN, FIELD_EMPTY, TEXT_TOO_LONG.
    """
    if what not in HANDLING:
        raise Refusal("CHOICE_UNKNOWN", field="flag")
    words, _icon, named = HANDLING[what]
    more = more.strip() if named else ""
    if named and not more:
        raise Refusal("FIELD_EMPTY", field="more")
    if len(more) > LONGEST:
        raise Refusal("TEXT_TOO_LONG", field="more", most=LONGEST)
    there = handling.of([patient], by=by).get(patient, [])
    same = next((mark.id for mark in there if (mark.words, mark.more) == (words, more)), None)
    return same or _flagged(patient, what, more, by=by)


@action("handling.flagged", about="patient", seals={CONTACT})
def _flagged(patient: UUID, what: str, more: str, *, by: Actor) -> UUID:
    "Something the front desk has to know about somebody; from a closed list, no clinical words."
    locked(patient)
    row = Handling(patient_id=patient, flag=what, more=more or None)
    row.save(force_insert=True)
    return row.id


@action("handling.unflagged", about="patient")
def unflag(patient: UUID, mark: UUID, *, by: Actor) -> None:
    "Something the front desk had to know about somebody no longer holds."
    rows = Handling.objects.filter(id=mark, patient_id=patient, ended_at=None)
    if not rows.update(ended_at=clock.now()):
        raise Refusal("STALE_VERSION")


@action("call_rules.set", about="patient", seals={CONTACT})
def set_rules(patient: UUID, voicemail: str, safe_word: str, *, by: Actor) -> CallRules:
    "Whether a message may be left for somebody, and the word they are known by on the phone."
    if voicemail not in VOICEMAIL:
        raise Refusal("CHOICE_UNKNOWN", field="voicemail")
    if len(safe_word) > LONGEST:
        raise Refusal("TEXT_TOO_LONG", field="safe_word", most=LONGEST)
    locked(patient)
    CallRules.objects.filter(patient_id__in=persons([patient])[patient], ended_at=None).update(ended_at=clock.now())
    row = CallRules(patient_id=patient, voicemail=voicemail, safe_word=safe_word.strip() or None)
    row.save(force_insert=True)
    return row


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Call:
    """A call as it went. `related` is empty for the patient; `level` is how much that person may be told."""

    knew: Sequence[str]
    told: Sequence[str]
    related: UUID | None = None
    name: str = ""
    level: str = ""


def verified(patient: UUID, call: Call, *, by: Actor) -> CallerCheck:
    """They knew enough, and were told what they may be told: as was agreed, and not what was restricted since.

    Raises Refusal IDENTITY_NOT_VERIFIED, TOLD_UNSAID, CONTACT_NOT_PERMITTED, RESTRICTION_BLOCK, CHOICE_UNKNOWN.
    """
    if not set(call.told) <= set(TOLD) or not set(call.knew) <= set(IDENTIFIERS):
        raise Refusal("CHOICE_UNKNOWN", field="told")
    if len(set(call.knew)) < ENOUGH:
        raise Refusal("IDENTITY_NOT_VERIFIED", field="knew")
    if not call.told:
        raise Refusal("TOLD_UNSAID", field="told")
    if call.related is not None and not set(call.told) <= MAY_TELL.get(call.level, MAY_TELL[""]):
        raise Refusal("CONTACT_NOT_PERMITTED", field="told")
    told = frozenset(phi for each in call.told for phi in TELLS[each])
    if call.related is not None and told and (no := may_disclose(Telling(patient, told, Right.INVOLVED), by=by)):
        raise no
    return _verified(patient, call, by=by)


@action("caller.verified", about="patient", seals={CONTACT})
def _verified(patient: UUID, call: Call, *, by: Actor) -> CallerCheck:
    "A caller proved who they are and was told something (45 CFR § 164.510(b), § 164.514(h))."
    return _kept(patient, call, True, by)


@action("caller.not_verified", about="patient", seals={CONTACT})
def not_verified(patient: UUID, call: Call, *, by: Actor) -> CallerCheck:
    "Somebody called about a patient, could not prove who they are, and was told nothing."
    return _kept(patient, call, False, by)


def _kept(patient: UUID, call: Call, passed: bool, by: Actor) -> CallerCheck:
    locked(patient)
    said = {
        "related": str(call.related) if call.related else "",
        "name": call.name,
        "knew": sorted(set(call.knew)),
        "told": sorted(set(call.told)) if passed else [],
    }
    row = CallerCheck(patient_id=patient, passed=passed, said=said, taken_by=by.id, at=clock.now())
    row.save(force_insert=True)
    return row
