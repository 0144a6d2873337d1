"""Make folders, secrets, database roles and the database; then bring the schema up to date.

Safe to repeat: what exists is kept, and while no practice is set up a new set-up link is printed. With DATABASE_URL set
(the application role, with the password it shall have), KEEPWELL_OWNER_DATABASE_URL must name a role that may create
roles and databases.
"""

from __future__ import annotations

import argparse

from keepwell.cli import first, setup
from keepwell.operations import schema
from keepwell.operations.places import Places
from keepwell.operations.saying import answer, say


def add(parser: argparse.ArgumentParser) -> None:
    del parser


def run(args: argparse.Namespace) -> None:
    del args
    places = Places.here()
    places.make()
    with schema.database_up(places, say):
        schema.make_ready(places, say)
        setup.django(as_owner=True)
        schema.migrate(places, say)
        path = first.link()
    if path:
        answer(f"Nothing is set up yet. While `keepwell serve` runs, open this path there, within a week:\n{path}")
    say(f"Ready. Data: {places.home}. Keys: {places.keys} (keep a copy of them somewhere else).")
