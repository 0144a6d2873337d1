"""Put the ledger's entries in their final order, sign them and anchor the signature, until told to stop."""

from __future__ import annotations

import argparse
import signal
from threading import Event

import psycopg

from keepwell.cli import setup
from keepwell.operations.addresses import address
from keepwell.operations.places import SEQUENCER, Places


def add(parser: argparse.ArgumentParser) -> None:
    del parser


def run(args: argparse.Namespace) -> None:
    del args
    setup.django()
    from django.conf import settings

    from keepwell.ledger import anchors
    from keepwell.ledger.sequencer import Sequencer
    from keepwell.vault import roots

    url, stop = address(SEQUENCER, Places.here()), Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    sequencer = Sequencer(
        lambda: psycopg.connect(url, autocommit=True),
        anchors.load(settings.KEEPWELL_ANCHOR),
        roots.load(settings.KEEPWELL_ROOT),
    )
    sequencer.run(stop)
