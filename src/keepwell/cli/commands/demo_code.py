"""Show the code that a demo person's authenticator app would show now."""

from __future__ import annotations

import argparse

from keepwell.base.refusal import Refusal
from keepwell.cli import people
from keepwell.operations.places import Places
from keepwell.operations.saying import answer


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("email", help="whose; the beginning is enough")


def run(args: argparse.Namespace) -> None:
    found = [person for person in people.read(Places.here()) if person.email.startswith(args.email)]
    if not found:
        raise Refusal("NOT_FOUND")
    for person in found:
        answer(f"{person.code()}  {person.email}")
