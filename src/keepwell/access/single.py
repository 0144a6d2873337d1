"""One session at a time, in the roles for which a practice wants it (45 CFR § 164.312(a)(2)(iii), § 164.312(d)).

Whoever signs in while another session of theirs works in the same place is asked whether that one ends. The session is
begun first and looked at then, so that of two that come at the same moment no two go on.
"""

from __future__ import annotations

from uuid import UUID

from keepwell.access import devices, session_store
from keepwell.access.actions import system_actor
from keepwell.access.door import Place
from keepwell.access.models import Session
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.ledger import signins
from keepwell.ledger.doorway import present


def elsewhere(person: UUID, place: Place, but: UUID | None = None) -> list[Session]:
    """The person's other living sessions in this place, newest first; none where the practice does not limit them."""
    with present(system_actor(place.practice)):
        return others(person, place, but)


def others(person: UUID, place: Place, but: UUID | None) -> list[Session]:
    """The same, asked with somebody of the practice present already."""
    if place.role not in devices.rules().single:
        return []
    rows = Session.objects.using("recorder").filter(person_id=person, ended_at=None, expires_at__gt=clock.now())
    here = rows.exclude(id=but) if but else rows
    return [r for r in here.order_by("-seen_at") if session_store.data_of(r).get("membership") == str(place.membership)]


def only(person: UUID, place: Place, mine: UUID, *, ending: bool) -> None:
    """Just after a session began: the others end if that was agreed to, or else this one does.

    Raises Refusal SESSION_CONCURRENT. Only older ones are ended: whoever comes later sees this one, and decides.
    """
    found = elsewhere(person, place, but=mine)
    if not found:
        return
    began = Session.objects.using("recorder").get(id=mine).created_at
    by = Actor(place.membership, place.practice, place.role, Purpose.HSYSADMIN, mine)
    for other in found if ending else ():
        if other.created_at <= began and session_store.end(other.id):
            signins.record(
                "sign_in.ended", by, outcome="SESSION_CONCURRENT", about=[person], detail={"session": other.id}
            )
    if not ending:
        session_store.end(mine)
        signins.record("sign_in.ended", by, outcome="SESSION_CONCURRENT", about=[person])
        raise Refusal("SESSION_CONCURRENT")
