"""An invitation is a one-time link, signed with a key from outside the database; the person answers it themselves.

Somebody who signs in to Keepwell already accepts with the factors they have: a practice that invites them sets up none
for them. Only somebody without any sets up their own on the way, and then accepts too.
"""

from __future__ import annotations

import base64
import datetime as dt
import hmac
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from keepwell.access import acceptance, actions, credentials, door, factors, grants, signin, throttle
from keepwell.access.models import Grant, Person
from keepwell.access.pending import Pending, address, store_of, told
from keepwell.access.throttle import By
from keepwell.base import clock
from keepwell.base.actor import Role, nobody
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present

_SIGNATURE = 24


@dataclass(frozen=True, slots=True)
class Offer:
    """What an invitation says to whoever holds it."""

    practice: UUID
    practice_name: str
    grant: UUID
    name: str
    email: str
    role: Role
    starts_at: dt.datetime


def path(grant: Grant) -> str:
    """What to hand to the person, as the path to open."""
    assert grant.link is not None and grant.practice_id is not None
    said = grant.practice_id.bytes + grant.id.bytes + grant.link.bytes
    return reverse("invited", args=[base64.urlsafe_b64encode(said + _signature(said)).decode().rstrip("=")])


def read(text: str) -> Offer:
    """What an invitation offers now. Raises Refusal LINK_REFUSED unless it is ours, the newest, and still open."""
    practice, grant, link = _named(text)
    with present(actions.system_actor(practice)):
        found = Grant.objects.select_related("practice").filter(id=grant, link=link, closed_at=None).first()
        if found is None or found.link_until is None or found.link_until <= clock.now():
            raise Refusal("LINK_REFUSED")
        where = found.practice
    return Offer(practice, where.name, grant, found.name, found.email, Role(found.role), found.starts_at)


def begin_new(request: HttpRequest, text: str) -> Pending:
    """Somebody without any factor sets up their own, by a sign-in link of the place that is offered.

    Raises Refusal SIGN_IN_FIRST when there are factors: the same words whether they were set up here or elsewhere.
    """
    with told(request, "invitation"):
        throttle.count(By.ADDRESS, address(request))
        offer = read(text)
        person = _person(offer)
        if factors.has_any(person.id):
            raise Refusal("SIGN_IN_FIRST")
        _refuse_lost(offer, person)
    throttle.succeeded(By.ADDRESS, address(request))
    with present(actions.system_actor(offer.practice)) as by:
        place = grants.begin(Grant.objects.select_related("membership", "manager").get(id=offer.grant), person, by=by)
        link = credentials.make_link(place, by=by)
    pending = signin.with_link(request, link.strip("/").rpartition("/")[2])
    pending.next = reverse("invited", args=[text])
    return pending


def accept(request: HttpRequest, text: str, person: UUID) -> door.Place:
    """The invited person, known by their own factors, accepts. Raises Refusal INVITATION_FOR_ANOTHER to others."""
    with told(request, "invitation", str(person)):
        offer = read(text)
        if Person.objects.get(id=person).email != offer.email:
            raise Refusal("INVITATION_FOR_ANOTHER")
    with present(actions.system_actor(offer.practice)) as by:
        grant = Grant.objects.select_related("membership", "manager").get(id=offer.grant)
        place = grants.begin(grant, Person.objects.get(id=person), by=by)
    with present(signin.member(place.id, offer.practice, offer.role, store_of(request).id)) as by:
        acceptance.accept([place], by=by)
        grants.take_up(grant, by=by)
        place.practice = grant.practice
        return door.place_of(place)


def _refuse_lost(offer: Offer, person: Person) -> None:
    """Nor does an invitation set up anew what two persons have to vouch for; in the same words."""
    with present(actions.system_actor(offer.practice)):
        if credentials.lost(person):
            raise Refusal("SIGN_IN_FIRST")


def _person(offer: Offer) -> Person:
    """Whoever has this address, or a new person, by the house's ledger: no practice reads whether they were new."""
    with present(nobody()) as by:
        known = Person.objects.filter(email=offer.email).first()
        return known or actions.add_person(offer.email, offer.name, by=by, person=new_id())


def _named(text: str) -> tuple[UUID, UUID, UUID]:
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Refusal("LINK_REFUSED") from None
    said, signature = raw[:-_SIGNATURE], raw[-_SIGNATURE:]
    if len(said) != 48 or not hmac.compare_digest(signature, _signature(said)):
        raise Refusal("LINK_REFUSED")
    return UUID(bytes=said[:16]), UUID(bytes=said[16:32]), UUID(bytes=said[32:])


def _signature(said: bytes) -> bytes:
    return door.keyed("invitations", said.hex())[:_SIGNATURE]
