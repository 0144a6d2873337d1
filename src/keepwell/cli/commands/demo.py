"""From nothing to a working clinic of made-up patients on this machine; again, quickly, with its data kept.

Every secret is made for this machine; none has a default.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from keepwell.base.refusal import Refusal
from keepwell.cli import people, probe, setup
from keepwell.cli.commands import serve
from keepwell.cli.serving import Site
from keepwell.operations import schema
from keepwell.operations.places import SECRETS, Places
from keepwell.operations.postgres import Cluster
from keepwell.operations.saying import answer, say

PATIENCE = 180.0
MARK = "demo"


def add(parser: argparse.ArgumentParser) -> None:
    serve.add(parser)
    parser.add_argument("--reset", action="store_true", help="delete the demo's data and start over")
    parser.add_argument("--patients", type=int, default=60, help="made-up patients for each clinic, the first time")
    parser.add_argument("--once", action="store_true", help="prove that signing in works, then stop")


def run(args: argparse.Namespace) -> int:
    places = Places.here()
    refuse_real_data(places)
    if args.reset:
        reset(places)
    places.make()
    (places.home / MARK).touch()
    site = Site(args.host, args.port, args.workers, args.tls_cert, args.tls_key, args.reload)
    site.prepare()
    with schema.database_up(places, say):
        bring_up_to_date(places, args.patients)
        serve.refuse_if_unsafe(site)
        everybody = people.read(places)
        if args.once:
            return prove(site, everybody)
        answer(people.listed(everybody))
        answer("\nNo authenticator app at hand? `bin/keepwell demo-code E-MAIL` shows the current code.\n")
        return serve.supervise(site)


def refuse_real_data(places: Places) -> None:
    """A demo is made only where nothing is, or where a demo was. Raises Refusal NOT_A_DEMO."""
    if Cluster(places).data.exists() and not (places.home / MARK).exists():
        raise Refusal("NOT_A_DEMO", folder=places.home)


def reset(places: Places) -> None:
    """Delete the demo: its data, and the keys and checkpoints that belonged to it."""
    say("Starting over: the demo's data and keys are deleted …")
    Cluster(places, say=say).remove()
    shutil.rmtree(places.media, ignore_errors=True)
    for name in (*SECRETS, "root.key", people.FILE):
        (places.keys / name).unlink(missing_ok=True)
    for path in places.keys.glob("anchor*"):
        path.unlink()


def bring_up_to_date(places: Places, patients: int) -> None:
    """Everything the first time; afterwards only what a newer Keepwell adds."""
    if not people.read(places):
        step("init")
        step("seed-demo", "--patients", str(patients))
        setup.django()
        return
    setup.django()
    if schema.pending():
        step("migrate")


def step(command: str, *words: str) -> None:
    """One command in a process of its own: some act as the owner, this one does not."""
    done = subprocess.run([sys.executable, "-m", "keepwell.cli.main", command, *words], check=False)
    if done.returncode:
        raise Refusal("STEP_FAILED", command=command)


@dataclass
class Proof:
    """What `--once` shows: the sign-in page answers, and somebody can sign in."""

    site: Site
    person: people.Somebody
    until: float
    failure: str | None = "it did not answer in time"

    def turn(self) -> bool:
        """Whether to go on waiting."""
        if not probe.answers(self.site.port):
            return time.monotonic() < self.until
        page = probe.sign_in(self.site.port, self.person)
        self.failure = None if page.status == 200 else f"{page.path} answered {page.status} to {self.person.role}"
        return False


def prove(site: Site, everybody: list[people.Somebody], supervise: Callable[..., int] = serve.supervise) -> int:
    """Serve, sign somebody in over HTTP, stop."""
    proof = Proof(site, everybody[0], time.monotonic() + PATIENCE)
    supervise(site, proof.turn)
    if proof.failure:
        raise Refusal("DEMO_FAILED", why=proof.failure)
    answer(f"The sign-in page answers, and {proof.person.role.replace('_', ' ')} can sign in.")
    return 0
