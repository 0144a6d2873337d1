"""Work creates the care relation: whoever is given a task or a message looks after its patient until a week after it.

Given by somebody else: work that one gives to oneself opens no chart. That is emergency access.
"""

from __future__ import annotations

import datetime as dt
from typing import Protocol
from uuid import UUID

from keepwell.access import actions as access
from keepwell.access.models import CareRelation, Membership
from keepwell.base import clock
from keepwell.base.actor import Actor

AFTERWARDS = dt.timedelta(days=7)
KEEPWELL = UUID(int=1)
"""Who gives work when nobody did: the id of the system's actor."""


class Work(Protocol):
    """Something about a patient that somebody is to do; `basis` names the relation it makes."""

    basis: str
    patient_id: UUID | None
    owner_id: UUID | None
    relation_id: UUID | None
    relation: CareRelation | None


def begins(work: Work, giver: UUID | None, by: Actor) -> None:
    """The owner begins to look after the patient, if somebody else gave them the work."""
    if work.patient_id is None or work.owner_id is None or same_person(giver, work.owner_id):
        return
    work.relation = access.relate(work.patient_id, by=by, member=work.owner_id, basis=work.basis)


def ends(work: Work, by: Actor) -> None:
    """The owner's relation ends now: somebody else has the work."""
    _until(work, clock.now(), by)
    work.relation = None


def fades(work: Work, by: Actor) -> None:
    """It is settled; the relation lasts a while, for the call back and the question after."""
    _until(work, clock.now() + AFTERWARDS, by)


def resumes(work: Work, by: Actor) -> None:
    """It was settled by mistake a moment ago: whoever looked after the patient because of it does again."""
    if work.relation_id is not None and work.patient_id and work.owner_id:
        work.relation = access.relate(work.patient_id, by=by, member=work.owner_id, basis=work.basis)


def _until(work: Work, at: dt.datetime, by: Actor) -> None:
    if work.relation_id is not None:
        access.unrelate(CareRelation.objects.get(id=work.relation_id), by=by, at=at)


def same_person(giver: UUID | None, owner: UUID) -> bool:
    """Whether two memberships are of one person. Keepwell itself is nobody."""
    if giver is None or giver == KEEPWELL:
        return False
    return len(set(Membership.objects.filter(id__in=[giver, owner]).order_by().values_list("person_id"))) == 1
