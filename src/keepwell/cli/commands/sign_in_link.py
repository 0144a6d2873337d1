"""Make a one-time sign-in link for somebody who works here: for a new colleague, or one who is locked out."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from keepwell.base.refusal import Refusal
from keepwell.cli import operators, setup
from keepwell.operations import schema
from keepwell.operations.places import Places
from keepwell.operations.saying import answer, say

if TYPE_CHECKING:
    from keepwell.access.operators import Operator


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("email", help="whose")
    parser.add_argument("--site", default="", help="the address of this site, to print the whole link")
    operators.add(parser)


def run(args: argparse.Namespace) -> None:
    with schema.database_up(Places.here(), say):
        setup.django()
        for place, path in _links(args.email, operators.ask(args, "sign-in-link")):
            answer(f"{args.site.rstrip('/')}{path}  {place}")


def _links(email: str, operator: Operator) -> list[tuple[str, str]]:
    """A link for each place somebody works at. Raises Refusal ACCOUNT_ORPHANED when there is none."""
    from keepwell.access import credentials, door
    from keepwell.access.models import Membership, Person
    from keepwell.access.operators import working
    from keepwell.access.words import role_word
    from keepwell.ledger.doorway import present

    person = Person.objects.filter(email=email.strip().casefold()).first()
    made = []
    for place in door.places_of(person.id) if person else ():
        with working(place.practice, place.practice_name, operator) as by, present(by):
            path = credentials.make_link(Membership.objects.get(id=place.membership), by=by)
        made.append((f"{place.practice_name}, {role_word(place.role)}", path))
    if not made:
        raise Refusal("ACCOUNT_ORPHANED")
    return made
