"""Finding patients by what was typed, and keeping them findable: here alone is the blind index asked or written."""

from __future__ import annotations

from uuid import UUID

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
    if PhiClass.IDENTITY not in policy.visible(by):
        refusal = Refusal("POLICY_DENY", rule="your role does not include looking for patients")
        custody.record(
            Entry(
                "deny",
                "patient.searched",
                (PhiClass.IDENTITY,),
                outcome=refusal.code,
                detail=canonical({"asked": asked.fields}),
            ),
            by,
        )
        raise refusal
    found: dict[UUID, None] = {}
    for stage in BlindIndex(custody.index_key(by)).plan(asked).stages:
        if stage.level == level and len(found) < limit:
            found |= dict.fromkeys(custody.find(stage.every, stage.some, asked.fields, limit, by))
    return list(found)[:limit]


def searchable(asked: Asked) -> bool:
    """Whether enough was typed to look anybody up: three letters of a name, a number or an address."""
    return bool(BlindIndex(bytes(32)).plan(asked).stages)


def index(patient: UUID, person: Findable, *, by: Actor) -> None:
    """Makes a patient findable by these, and by nothing that was indexed before; inside an action about them."""
    tokens = BlindIndex(custody.index_key(by)).tokens(person)
    custody.index(patient, tokens.exact, tokens.near)
