"""A place to work opens to a person's factors only once they accepted it with them (45 CFR § 164.308(a)(4)(ii)(C)).

One person may work at several practices. Factors set up from nothing are vouched for by the practice whose link or
whose officers did it, and open that practice alone: `renewed` closes the others, until the person accepts each again
through a link of its own. The database decides it, in custody.memberships.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from keepwell.access import door
from keepwell.access.models import Membership, Person
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.ledger.actions import action


def renewed(person: Person, *, by: Actor) -> None:
    """The person's factors were set up from nothing. Only inside an action about them. `by`'s practice stays open."""
    person.renewed_at = clock.now()
    person.save(update_fields=["renewed_at"])
    here = list(Membership.objects.filter(person=person).exclude(accepted_at=None))
    if here:
        accept(here, by=by)


@action("membership.accepted", about="memberships")
def accept(memberships: Iterable[Membership], *, by: Actor) -> None:
    "A person accepted a place to work, with the factors they have now; only now it opens to them."
    for membership in memberships:
        membership.accepted_at = clock.now()
        membership.save(update_fields=["accepted_at"])


def open_to(person: UUID, membership: UUID) -> bool:
    """Whether a person may enter this place with the factors they have now."""
    return any(place.membership == membership for place in door.places_of(person))
