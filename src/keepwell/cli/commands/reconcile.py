"""Compare every protected value with the activity log: finds values rolled back, planted or taken away."""

from __future__ import annotations

import argparse

from keepwell.cli import operators, setup
from keepwell.operations import schema
from keepwell.operations.places import Places
from keepwell.operations.saying import answer, say


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("slug", nargs="?", default="", help="one practice; without it, all of them")
    operators.add(parser)


def run(args: argparse.Namespace) -> int:
    with schema.database_up(Places.here(), say):
        setup.django()
        from keepwell.access import maintenance
        from keepwell.ledger.doorway import present
        from keepwell.ledger.reconcile import reconcile

        operator = operators.ask(args, "reconcile")
        wrong = 0
        for practice in maintenance.practices(args.slug):
            with operators.working(practice, operator) as by, present(by):
                found = reconcile(by)
            for finding in found:
                answer(f"{finding.code}  {finding.table}.{finding.column}  {finding.row}")
            say(f"{practice.name}: {len(found) or 'no'} values differ from the activity log.")
            wrong += len(found)
    return 1 if wrong else 0
