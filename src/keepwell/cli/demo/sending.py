"""What waits in a clinic's outbox: nobody carries messages for it yet, so everything says why it waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from keepwell.access.rights import Right
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.sending import Channel
from keepwell.ledger.doorway import present
from keepwell.outbound import actions, connections, letters, planned
from keepwell.outbound.asks import Draft, Elsewhere

DAY = dt.timedelta(days=1)
TO = Elsewhere("617-555-0188", "Dr. Pia Lindholm, Harbor Cardiology", Right.TREATMENT, "referral")
"""Made up, as everybody here."""


def begin(name: str, by: Actor, patients: Sequence[UUID]) -> None:
    """Says how the clinic writes, asks for a few messages, and plans a reminder."""
    with present(by) as here:
        connections.describe(name, phone="617-555-0100", postal="1 Elm Street, Boston MA 02110", by=here)
        when = (clock.now() + 2 * DAY).replace(minute=0, second=0, microsecond=0)
        for number, patient in enumerate(patients[:4]):
            reminds = {"when": when + number * dt.timedelta(hours=1), "link": f"/visit/{number + 1}"}
            draft = Draft("appointment.reminder", patient, ways=(Channel.SMS, Channel.EMAIL), values=reminds)
            actions.send(draft if number % 2 == 0 else Draft("please.call", patient), by=here)
        for patient in patients[1:2]:
            paper = letters.written("contact.check", patient, by=here)
            actions.send(Draft("contact.check", patient, ways=(Channel.FAX,), paper=paper, elsewhere=TO), by=here)
        for patient in patients[4:6]:
            values = {"when": when + 5 * DAY, "link": "/visit/9"}
            key = f"demo:{patient}"
            planned.plan(
                Draft("appointment.reminder", patient, values=values, key=key, not_before=when + 4 * DAY), by=here
            )
