"""Start, stop or look at the embedded database server.

start   have it run until `stop`, whoever else uses it
stop    stop it now
status  say whether it runs, and where
run     have it run while this command runs (what `keepwell serve` does)
"""

from __future__ import annotations

import argparse
import signal
import time

from keepwell.base.refusal import Refusal
from keepwell.operations.addresses import embedded
from keepwell.operations.places import Places
from keepwell.operations.postgres import Cluster
from keepwell.operations.saying import answer, say

LOOK_EVERY = 1.0


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("verb", choices=["start", "stop", "status", "run"])


def run(args: argparse.Namespace) -> int:
    if not embedded():
        raise Refusal("NOT_EMBEDDED")
    cluster = Cluster(Places.here(), say=say)
    return {"start": start, "stop": stop, "status": status, "run": keep}[args.verb](cluster)


def start(cluster: Cluster) -> int:
    started = cluster.start()
    cluster.stays = True
    answer("The database server was started." if started else "The database server runs already.")
    return 0


def stop(cluster: Cluster) -> int:
    if cluster.places.run.exists():
        cluster.stays = False
    answer("The database server was stopped." if cluster.stop() else "The database server was not running.")
    return 0


def status(cluster: Cluster) -> int:
    running = cluster.is_running()
    answer(f"{'running' if running else 'stopped'}\tdata {cluster.data}\tsocket {cluster.places.sockets}")
    return 0 if running else 3


def keep(cluster: Cluster) -> int:
    """Start it again whenever it died, until somebody ends this process."""

    def leave(*_: object) -> None:
        raise SystemExit(0)

    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, leave)
    with cluster.running():
        say("ready")
        while True:
            time.sleep(LOOK_EVERY)
            if not cluster.is_running() and cluster.start():
                say("the server had died and was started again")
