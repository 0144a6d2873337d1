"""Name each unsafe setting of this installation, why it matters and what to do. Exit 1 when one is fatal."""

from __future__ import annotations

import argparse
import json

from keepwell.cli import setup
from keepwell.operations import doctor, schema
from keepwell.operations.places import Places
from keepwell.operations.saying import answer, say


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON list, for programs")
    parser.add_argument("--host", default="127.0.0.1", help="the address pages will be served on")


def run(args: argparse.Namespace) -> int:
    setup.django()
    with schema.database_up(Places.here(), say):
        found = doctor.examine(doctor.Situation.here(args.host))
    if args.json:
        answer(json.dumps([finding.as_json() for finding in found], indent=2))
    else:
        show(found)
    return int(any(finding.severity == doctor.Severity.FATAL for finding in found))


def show(found: list[doctor.Finding]) -> None:
    """For people: the worst first."""
    for finding in found:
        answer(f"{finding.severity.upper():<8} {finding.code}\n         {finding.why}\n         {finding.fix}")
    if not found:
        answer("Nothing unsafe found.")
