"""Renew keys in place: of a practice, or the root key over all of them. Safe to stop and to run again.

keepwell rotate practice [SLUG]    a new practice key; every class key is wrapped under it
keepwell rotate root               a new root key version; every practice key is wrapped under it
--resume                           go on with a rotation that was stopped, without a further new key
--destroy-old                      after the backup window: older practice keys are destroyed for good
"""

from __future__ import annotations

import argparse
from functools import partial
from typing import TYPE_CHECKING

from keepwell.cli import operators, setup
from keepwell.operations import schema
from keepwell.operations.places import Places
from keepwell.operations.saying import say

if TYPE_CHECKING:
    from keepwell.access.operators import Operator


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("practice", "root"))
    parser.add_argument("slug", nargs="?", default="", help="one practice; without it, all of them")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--destroy-old", action="store_true")
    operators.add(parser)


def run(args: argparse.Namespace) -> None:
    places = Places.here()
    with schema.database_up(places, say):
        setup.django()
        operator = operators.ask(args, f"rotate {args.what}")
        if args.what == "root":
            _root(places, operator, resume=args.resume)
        else:
            _practices(args, operator)


def _practices(args: argparse.Namespace, operator: Operator) -> None:
    from keepwell.access import maintenance
    from keepwell.ledger import rotation

    for practice in maintenance.practices(args.slug):
        with operators.working(practice, operator) as by:
            done = rotation.roll_practice_key(by, partial(_progress, practice.name), fresh=not args.resume)
            say(f"{practice.name}: {done} keys are wrapped under the new practice key.")
            if args.destroy_old and rotation.destroy_old_epochs(by):
                say(f"{practice.name}: older practice keys are destroyed; backups of keys made under them stay closed.")


def _progress(name: str, done: int) -> None:
    say(f"{name}: {done} keys …")


def _root(places: Places, operator: Operator, *, resume: bool) -> None:
    import psycopg
    from django.conf import settings

    from keepwell.access import maintenance
    from keepwell.ledger import house, rotation
    from keepwell.operations.addresses import address
    from keepwell.operations.places import OWNER
    from keepwell.vault.roots import new_version

    for practice in maintenance.practices():
        with operators.working(practice, operator):
            pass
    if not resume:
        new_version(settings.KEEPWELL_ROOT)
    with psycopg.connect(address(OWNER, places), autocommit=True) as owner:
        done = rotation.rewrap_root(owner, house.root(), lambda done: say(f"{done} keys …"))
    say(f"{done} keys are wrapped under the newest root key version.")
