"""Finding patients by what was typed, and keeping them findable: here alone is the blind index asked or written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.utils.translation import gettext

from keepwell.access import policy
from keepwell.base.actor import Actor
from keepwell.base.asked import Asked
from keepwell.base.refusal import Refusal
from keepwell.ledger import custody
from keepwell.ledger.entries import Entry, canonical
from keepwell.vault.blind import BlindIndex, Findable
from keepwell.vault.phi import PhiClass


def find(asked: Asked, *, by: Actor, limit: int, level: int = 0) -> list[UUID]:
    """Candidates in the blind index, each recorded as listed, most recently seen first; verify them in a chart.

    `level` 0 asks for names as typed, 1 and 2 for names mistyped in one word or in any. Too little finds nobody.
    Raises Refusal POLICY_DENY.
    """
    _require_looking(asked.fields, by)
    found: dict[UUID, None] = {}
    for stage in BlindIndex(custody.index_key(by)).plan(asked).stages:
        if stage.level == level and len(found) < limit:
            found |= dict.fromkeys(custody.find(stage.every, stage.some, asked.fields, limit, by))
    return list(found)[:limit]


def find_alike(people: Iterable[Findable], *, by: Actor, limit: int) -> list[UUID]:
    """Everybody in the blind index who may be one of these people, in one recorded search; verify them in a chart.

    Raises Refusal POLICY_DENY.
    """
    fields = ("birth_date", "email", "name", "phone", "record_number")
    _require_looking(fields, by)
    index_of = BlindIndex(custody.index_key(by))
    asked = {question: None for person in people for question in index_of.alike(person)}
    return custody.find_each(list(asked), fields, limit, by) if asked else []


def searchable(asked: Asked) -> bool:
    """Whether enough was typed to look anybody up: three letters of a name, a number or an address."""
    return bool(BlindIndex(bytes(32)).plan(asked).stages)


def index_each(people: Mapping[UUID, Findable], *, by: Actor) -> None:
    """Makes many patients findable at once, each by these facts and nothing else; inside an action about them all."""
    index_of = BlindIndex(custody.index_key(by))
    found = {patient: index_of.tokens(person) for patient, person in people.items()}
    if found:
        custody.index_each({patient: (tokens.exact, tokens.near) for patient, tokens in found.items()})


def forget_each(patients: Iterable[UUID]) -> None:
    """Makes patients findable by nothing; inside an action about them all."""
    if gone := dict.fromkeys(patients, ((), ())):
        custody.index_each(gone)


def index(patient: UUID, person: Findable, *, by: Actor) -> None:
    """Makes a patient findable by these, and by nothing that was indexed before; inside an action about them."""
    tokens = BlindIndex(custody.index_key(by)).tokens(person)
    custody.index(patient, tokens.exact, tokens.near)


def _require_looking(fields: Iterable[str], by: Actor) -> None:
    if PhiClass.IDENTITY not in policy.visible(by):
        refusal = Refusal("POLICY_DENY", rule=gettext("your role does not include looking for patients"))
        asked = canonical({"asked": tuple(fields)})
        custody.record(Entry("deny", "patient.searched", (PhiClass.IDENTITY,), outcome=refusal.code, detail=asked), by)
        raise refusal
