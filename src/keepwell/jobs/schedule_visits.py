"""What comes round by the clock about visits: what is sent about them, and old lists of them."""

from __future__ import annotations

from procrastinate.contrib.django import app

from keepwell.access import maintenance
from keepwell.access.actions import system_actor
from keepwell.base.actor import Purpose
from keepwell.ledger.doorway import present
from keepwell.scheduling import reminding
from keepwell.scheduling.movein import actions as visit_lists


@app.periodic(cron="* * * * *")
@app.task(name="keepwell.reminders", queue="keepwell")
def plan_reminders(timestamp: int = 0) -> int:
    """What is sent about visits is worked out for those that changed since, in every practice; how many visits."""
    worked_out = 0
    for practice in maintenance.practices():
        with present(system_actor(practice.id, Purpose.HOPERAT, reason="reminders")) as by:
            worked_out += reminding.round_of_plans(by=by)
    return worked_out


@app.periodic(cron="25 3 * * *")
@app.task(name="keepwell.visit_lists", queue="keepwell")
def old_lists(timestamp: int = 0) -> int:
    """Lists of appointments that were sent long ago go off the disk, in every practice; how many."""
    gone = 0
    for practice in maintenance.practices():
        with present(practice.actor("old lists of appointments")) as by:
            gone += visit_lists.expire(by=by)
    return gone
