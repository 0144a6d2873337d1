"""Commands that can read or change practice data ask first who and why: --who and --why, or at the terminal."""

from __future__ import annotations

import argparse
import sys
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from keepwell.operations import osuser
from keepwell.operations.saying import say

if TYPE_CHECKING:
    from keepwell.access.maintenance import Known
    from keepwell.access.operators import Operator
    from keepwell.base.actor import Actor


def add(parser: argparse.ArgumentParser) -> None:
    """The two options of every such command."""
    asked = parser.add_argument_group("who and why, on record before anything is done")
    asked.add_argument("--who", default="", metavar="NAME", help="who you are: your name or your e-mail address here")
    asked.add_argument("--why", default="", metavar="REASON", help="why, in a line")


def ask(args: argparse.Namespace, command: str) -> Operator:
    """Who and why, from the options or else from whoever sits at the terminal; on record in the house at once.

    Raises Refusal OPERATOR_UNNAMED.
    """
    from keepwell.access.operators import Operator, announce

    who, why = args.who or _typed("Who are you?"), args.why or _typed("Why?")
    operator = Operator(osuser.me().pw_name, who, why, command)
    announce(operator)
    return operator


def working(practice: Known, operator: Operator, by: Actor | None = None) -> AbstractContextManager[Actor]:
    """An operator's access to one practice; yields the actor to work as."""
    from keepwell.access import operators

    return operators.working(practice.id, practice.name, operator, by=by)


def _typed(question: str) -> str:
    if not sys.stdin.isatty():
        return ""
    say(question)
    return sys.stdin.readline().strip()
