"""What Keepwell does by itself: room in the ledger ahead of time, and the nightly reconciliation."""

from __future__ import annotations

from procrastinate.contrib.django import app

from keepwell.access import maintenance
from keepwell.ledger import wire
from keepwell.ledger.doorway import present
from keepwell.ledger.reconcile import reconcile

MONTHS_AHEAD = 3


@app.periodic(cron="10 2 * * *")
@app.task(name="keepwell.partitions", queue="keepwell")
def partitions(timestamp: int = 0) -> int:
    """Partitions of the ledger for the months to come; there is a default one should this ever not run."""
    return int(wire.rows("default", "SELECT custody.make_partitions(%s)", MONTHS_AHEAD)[0][0])


@app.periodic(cron="40 2 * * *")
@app.task(name="keepwell.reconcile", queue="keepwell")
def reconcile_all(timestamp: int = 0) -> int:
    """Every practice's protected values against its ledger. What differs is recorded; the count is the job's answer."""
    wrong = 0
    for practice in maintenance.practices():
        with present(practice.actor("nightly reconciliation")) as by:
            wrong += len(reconcile(by))
    return wrong
