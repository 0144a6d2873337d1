"""Auditors: read-only, for a time, and only what they were let in to look at (OCR audit protocol; § 160.310)."""

from __future__ import annotations

import datetime as dt

from keepwell.access import roles
from keepwell.access.models import Membership
from keepwell.base import clock
from keepwell.base.actor import Actor, Role, Scope
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action

LONGEST = dt.timedelta(days=90)


def refuse_open_end(until: dt.datetime | None) -> None:
    """Raises Refusal AUDITOR_TIME_BOX unless the end is ahead and at most ninety days away."""
    now = clock.now()
    if until is None or not now < until <= now + LONGEST:
        raise Refusal("AUDITOR_TIME_BOX", field="until")


@action("auditor.rescoped", about="auditor")
def rescope(auditor: Membership, until: dt.datetime, scope: Scope, *, by: Actor) -> Membership:
    "An officer gives an auditor another end, or other things to look at. Never one's own."
    if auditor.role != Role.AUDITOR:
        raise Refusal("NOT_FOUND")
    refuse_open_end(until)
    auditor.ends_at, auditor.scope = until, roles.spoken(scope)
    auditor.save(update_fields=["ends_at", "scope"])
    return auditor
