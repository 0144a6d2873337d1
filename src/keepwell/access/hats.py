"""Several roles of one person in one practice: hats. One is worn at a time, and changing it is recorded.

A person who wears another hat goes on under a new session key, within the day that began when they signed in.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.http import HttpRequest

from keepwell.access import limits, single
from keepwell.access.door import Place
from keepwell.access.entrances import Signed
from keepwell.access.pending import store_of
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger import signins


def others(places: Iterable[Place], worn: Place) -> tuple[Place, ...]:
    """The other places of a person in the same practice that last."""
    return tuple(p for p in places if p.practice == worn.practice and p.membership != worn.membership and p.lasts)


def change(request: HttpRequest, hat: UUID, *, by: Actor) -> Place:
    """Goes on in another role of one's own: first the ledger has an entry, then the session a new key.

    Raises Refusal NOT_FOUND for a place that is not the person's, not in this practice, or over, and SESSION_CONCURRENT
    where the practice lets nobody have two sessions.
    """
    signed: Signed = request.signed_in  # type: ignore[attr-defined]
    place = next((each for each in signed.hats if each.membership == hat), None)
    if place is None:
        raise Refusal("NOT_FOUND")
    held = store_of(request).data.get("sso")
    if held and place.role not in held["roles"]:
        raise Refusal("SSO_ROLE")
    if single.others(signed.person, place, signed.session):
        raise Refusal("SESSION_CONCURRENT")
    store, session = store_of(request), new_id()
    person, hours = store.person, min(store.data["hours"], limits.of(place.role).absolute)
    said = {"to": place.membership, "role": place.role, "session": session}
    signins.record("hat.changed", by, about=[person], detail=said)
    store.start(store.data | {"membership": str(place.membership), "hours": hours}, person, hours, session)
    return place
