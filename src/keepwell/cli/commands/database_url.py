"""Print the address of the database in use, with its password: keep it off screens that others see."""

from __future__ import annotations

import argparse

from keepwell.operations.addresses import address
from keepwell.operations.places import APPLICATION, OWNER, SEQUENCER, Places
from keepwell.operations.saying import answer


def add(parser: argparse.ArgumentParser) -> None:
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--owner", dest="role", action="store_const", const=OWNER, help="the owner's, for migrations")
    who.add_argument("--sequencer", dest="role", action="store_const", const=SEQUENCER, help="the ledger sequencer's")
    parser.set_defaults(role=APPLICATION)


def run(args: argparse.Namespace) -> None:
    answer(address(args.role, Places.here()))
