"""Python with Django ready, as the application role. Nobody is present: practice tables show no rows."""

from __future__ import annotations

import argparse
import code

from keepwell.cli import setup
from keepwell.operations import schema
from keepwell.operations.places import Places
from keepwell.operations.saying import say


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-c", dest="source", metavar="CODE", help="run this instead of asking")


def run(args: argparse.Namespace) -> None:
    with schema.database_up(Places.here(), say):
        setup.django()
        names: dict[str, object] = {"__name__": "keepwell_console"}
        if args.source is not None:
            code.InteractiveInterpreter(names).runcode(compile(args.source, "<console>", "exec"))
        else:
            code.interact(
                "Keepwell. Nobody is present; `keepwell.ledger.doorway.present(actor)` lets somebody in.", local=names
            )
