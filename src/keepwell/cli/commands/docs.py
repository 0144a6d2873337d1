"""Write the pages of docs/ that come from the code."""

from __future__ import annotations

import argparse

from keepwell.cli import setup
from keepwell.operations.places import checkout
from keepwell.operations.saying import say


def add(parser: argparse.ArgumentParser) -> None:
    del parser


def run(args: argparse.Namespace) -> int:
    del args
    setup.django()
    from keepwell.cli.pages import PAGES

    top = checkout()
    if top is None:
        say("The pages belong to a checkout of the source.")
        return 1
    for name, write in PAGES.items():
        (top / "docs" / name).write_text(write(), encoding="utf-8")
        say(f"docs/{name}")
    return 0
