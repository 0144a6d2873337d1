"""Serve pages, run jobs and keep the ledger in order: everything, under one supervisor.

Refuses to start while `keepwell doctor` finds something fatal. On an address other than this machine it needs TLS.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from keepwell.base.refusal import Refusal
from keepwell.cli import setup
from keepwell.cli.ports import must_be_free
from keepwell.cli.serving import WORKERS, Site, children
from keepwell.cli.supervisor import Supervisor
from keepwell.operations import doctor, schema
from keepwell.operations.places import Places
from keepwell.operations.saying import answer, say


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=WORKERS, help="processes that serve pages")
    parser.add_argument("--tls-cert", type=Path, help="certificate chain, PEM")
    parser.add_argument("--tls-key", type=Path, help="its key, PKCS#8 PEM")
    parser.add_argument("--reload", action="store_true", help="for development: read changed source again")


def run(args: argparse.Namespace) -> int:
    site = Site(args.host, args.port, args.workers, args.tls_cert, args.tls_key, args.reload)
    site.prepare()
    with schema.database_up(Places.here(), say):
        setup.django()
        refuse_if_unsafe(site)
        return supervise(site)


def refuse_if_unsafe(site: Site) -> None:
    """Says every finding; raises Refusal UNSAFE when one is fatal."""
    found = doctor.examine(doctor.Situation.here(site.host))
    for finding in found:
        say(f"{finding.severity}: {finding.why} {finding.fix} [{finding.code}]")
    fatal = [finding.code for finding in found if finding.severity == doctor.Severity.FATAL]
    if fatal:
        raise Refusal("UNSAFE", codes=", ".join(fatal))


def supervise(site: Site, each_turn: Callable[[], bool] = lambda: True) -> int:
    """Run everything until told to stop."""
    must_be_free(site.host, site.port)
    answer(f"Keepwell serves {site.address} (Ctrl-C stops it)")
    return Supervisor(children(site), answer).run(each_turn)
