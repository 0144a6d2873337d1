"""Fill a new installation with two clinics of made-up people. Done once; again does nothing."""

from __future__ import annotations

import argparse

from keepwell.cli import people, setup
from keepwell.operations import schema
from keepwell.operations.places import Places
from keepwell.operations.saying import say

PATIENTS = 60


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--patients", type=int, default=PATIENTS, help="how many for each clinic")


def run(args: argparse.Namespace) -> None:
    places = Places.here()
    if people.read(places):
        return
    with schema.database_up(places, say):
        setup.django()
        from keepwell.cli.demo import seeding

        people.write(places, seeding.seed(args.patients, say))
