"""What sends by itself: the dispatcher, every minute and whenever a message is cleared."""

from __future__ import annotations

from procrastinate.contrib.django import app

from keepwell.outbound import dispatch
from keepwell.outbound.actions import DISPATCH


@app.periodic(cron="* * * * *")
@app.task(name=DISPATCH, queue="keepwell")
def send(timestamp: int = 0) -> int:
    """Messages that are due, in every practice; how many were touched. It carries no argument: the rows say what."""
    return dispatch.everywhere()
