"""Use a practice's sealed recovery kit at the machine: a one-time pass for one of its administrators.

The code is typed at the terminal, or comes as a line on standard input; it never stands on the command line.
"""

from __future__ import annotations

import argparse
import getpass
import sys

from keepwell.cli import operators, setup
from keepwell.operations import schema
from keepwell.operations.places import Places
from keepwell.operations.saying import answer, say

FROM = "the machine itself"
"""Where attempts are counted for whoever sits at the machine."""


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("email", help="of the administrator who is let in")
    parser.add_argument("--site", default="", help="the address of this site, to print the whole link")
    operators.add(parser)


def run(args: argparse.Namespace) -> None:
    with schema.database_up(Places.here(), say):
        setup.django()
        operator = operators.ask(args, "recovery-kit")
        path = _used(_typed(), args.email, operator.words)
    answer(f"{args.site.rstrip('/')}{path}")
    say("It works once, within a day. Everybody in the practice is told; make a new kit afterwards.")


def _typed() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Code on the paper: ")
    return sys.stdin.readline()


def _used(typed: str, email: str, line: str) -> str:
    from keepwell.access import kit_code, kit_recovery, links, throttle
    from keepwell.access.throttle import By

    kit_code.read(typed)
    throttle.count(By.KIT, FROM)
    link = kit_recovery.use(typed, email, line)
    throttle.succeeded(By.KIT, FROM)
    return links.token(link)
