"""An action of the tests: an account is closed. The product gets its own with offboarding."""

from __future__ import annotations

from keepwell.access.models import Person
from keepwell.base.actor import Actor
from keepwell.ledger.actions import action


@action("test.account_closed", about="person")
def close(person: Person, *, by: Actor) -> None:
    "The account no longer works."
    person.is_active = False
    person.save(update_fields=["is_active"])
