"""Python with Django ready, as the application role. Nobody is present: practice tables show no rows.

It asks first who you are and why. Then `with enter("willow") as by:` lets you into one practice, on record there.
"""

from __future__ import annotations

import argparse
import code
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from keepwell.cli import operators, setup
from keepwell.operations import schema
from keepwell.operations.places import Places
from keepwell.operations.saying import say

if TYPE_CHECKING:
    from keepwell.access.operators import Operator


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-c", dest="source", metavar="CODE", help="run this instead of asking")
    operators.add(parser)


def run(args: argparse.Namespace) -> None:
    with schema.database_up(Places.here(), say):
        setup.django()
        names = opened(operators.ask(args, "console"))
        if args.source is not None:
            code.InteractiveInterpreter(names).runcode(compile(args.source, "<console>", "exec"))
        else:
            code.interact('Keepwell. Nobody is present; `with enter("SLUG") as by:` lets you in.', local=names)


def opened(operator: Operator) -> dict[str, Any]:
    """What the console begins with: a way into a practice, and nothing else."""
    from keepwell.access import maintenance
    from keepwell.access import operators as access
    from keepwell.base.actor import Actor, Purpose
    from keepwell.ledger.doorway import present

    @contextmanager
    def enter(slug: str, purpose: str = Purpose.HSYSADMIN) -> Iterator[Actor]:
        """Work in one practice for a purpose; running the system opens no chart."""
        (practice,) = maintenance.practices(slug)
        with access.working(practice.id, practice.name, operator, Purpose(purpose)) as by, present(by):
            yield by

    return {"__name__": "keepwell_console", "enter": enter}
