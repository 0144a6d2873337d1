"""The patients of the cast, and how tests bring them in."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from uuid import UUID

from keepwell.access import actions as access
from keepwell.base.actor import Actor, Purpose
from keepwell.ledger import wire
from keepwell.ledger.doorway import present
from keepwell.patients import actions, finder
from keepwell.patients.facts import Demographics
from keepwell.patients.reach import Contact, Kin

if TYPE_CHECKING:
    from tests.cast import Clinic

ADA = Demographics(
    given_name="Ada", family_name="Lovelace", birth_date=dt.date(1985, 12, 10), state="MA", language="en"
)
LI = Demographics(given_name="Bo", family_name="Li", birth_date=dt.date(2018, 6, 7), state="MA")


def again(actor: Actor, purpose: Purpose | None = None) -> Actor:
    """The same person with a new request."""
    return Actor(actor.id, actor.practice, actor.role, purpose or actor.purpose)


def registers(clinic: Clinic, who: Demographics, *reach: Contact | Kin, despite: Any = ()) -> UUID:
    """A patient of the clinic, registered by nobody in particular."""
    by = access.system_actor(clinic.practice.id, Purpose.HOPERAT)
    with present(by):
        return actions.register(who, *reach, by=by, despite=despite).id


def adds(clinic: Clinic, patient: UUID, contact: Contact) -> None:
    """One more way to reach a patient."""
    by = access.system_actor(clinic.practice.id, Purpose.HOPERAT)
    with present(by):
        actions.add_contact(patient, contact, by=by)


def looks_after(clinic: Clinic, member: Actor, patient: UUID) -> None:
    """The member begins to look after the patient."""
    with present(clinic.system) as by:
        access.relate(patient, by=by, member=member.id)


def finds(actor: Actor, words: str) -> list[UUID]:
    """Whom the words find, best first."""
    by = again(actor)
    with present(by):
        return [hit.patient for hit in finder.search(words, by=by).hits]


def entries(by: Actor, where: str, *values: Any) -> list[tuple[Any, ...]]:
    """(kind, verb, classes, subjects, listed, detail) of the ledger, oldest first."""
    with present(again(by)):
        return wire.rows(
            "default",
            f"SELECT kind, verb, classes, subjects, listed, detail FROM custody.entry WHERE {where} ORDER BY at",
            *values,
        )
