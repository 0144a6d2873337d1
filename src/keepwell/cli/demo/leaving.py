"""Somebody who left this week: a record of their departure with things still to come back and a partner to tell."""

from __future__ import annotations

import secrets

from keepwell.access import actions as access
from keepwell.access import device_actions
from keepwell.access.device_actions import Posture
from keepwell.access.models import Membership
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.cli.demo.staff import Clinic
from keepwell.compliance.people import departures, returning
from keepwell.ledger.doorway import present

WHO = ("Remy Cole", "remy")


def left(clinic: Clinic, administrator: Membership, system: Actor) -> None:
    """They never sign in: made, given a laptop, and gone again, each by who would do it."""
    name, local = WHO
    with present(system) as by:
        person = access.add_person(f"{local}@{clinic.slug}.example", name, by=by)
        member = access.join(person, Role.BILLER, by=by)
    with present(Actor(member.id, system.practice, Role.BILLER, Purpose.HPAYMT)) as by:
        kept = Posture(encrypted=True, locks=True, updated=True)
        device_actions.register("Laptop 7", "home", secrets.token_bytes(32), kept, by=by, approved=True)
    with present(Actor(administrator.id, system.practice, Role.ADMINISTRATOR, Purpose.HSYSADMIN)) as by:
        gone = departures.begin(Membership.objects.select_related("person").get(id=member.id), clock.now(), None, by=by)
        badge = returning.add(gone, "Door badge 112", by=by)
        returning.settle(badge, "returned", by=by)
        returning.list_partner(gone, "Clearing house portal", by=by)
