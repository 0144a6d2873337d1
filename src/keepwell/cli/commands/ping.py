"""Ask the server on this machine whether it answers. Exit 0 when it does: for containers and supervisors."""

from __future__ import annotations

import argparse

from keepwell.cli import probe
from keepwell.operations.saying import say


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8000)


def run(args: argparse.Namespace) -> int:
    if probe.alive(args.port):
        return 0
    say(f"Nothing answers on port {args.port}.")
    return 1
