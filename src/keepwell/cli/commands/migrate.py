"""Bring the schema up to date, as the owner of the database."""

from __future__ import annotations

import argparse

from keepwell.cli import setup
from keepwell.operations import schema
from keepwell.operations.places import Places
from keepwell.operations.saying import say


def add(parser: argparse.ArgumentParser) -> None:
    del parser


def run(args: argparse.Namespace) -> None:
    del args
    places = Places.here()
    with schema.database_up(places, say):
        setup.django(as_owner=True)
        schema.migrate(places, say)
