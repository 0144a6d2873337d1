"""What sends by itself: the dispatcher, every minute and whenever a message is cleared."""

from __future__ import annotations

from procrastinate.contrib.django import app

from keepwell.access import maintenance
from keepwell.ledger.doorway import present
from keepwell.outbound import dispatch, forwarding
from keepwell.outbound.actions import DISPATCH
from keepwell.outbound.webhooks import delivering


@app.periodic(cron="* * * * *")
@app.task(name=DISPATCH, queue="keepwell")
def send(timestamp: int = 0) -> int:
    """Messages that are due, in every practice; how many were touched. It carries no argument: the rows say what."""
    return dispatch.everywhere()


@app.periodic(cron="*/2 * * * *")
@app.task(name="keepwell.forward", queue="keepwell")
def forward(timestamp: int = 0) -> int:
    """Alarming notices nobody has seen, by e-mail, in every practice that has a carrier; how many."""
    sent = 0
    for practice in maintenance.practices():
        with present(dispatch.actor(practice.id)) as by:
            sent += forwarding.forward(by=by)
    return sent


@app.periodic(cron="* * * * *")
@app.task(name="keepwell.webhooks", queue="keepwell")
def tell(timestamp: int = 0) -> int:
    """The practices' own systems are told what happened; how many deliveries were touched."""
    return delivering.everywhere()
