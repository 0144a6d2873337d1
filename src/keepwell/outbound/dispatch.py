"""The dispatcher: takes what is due, asks the gate again, writes that it is sending, sends, writes what came of it.

A process may be killed between any two lines. Before the network act the row says `sending`, committed; whoever finds
it so later cannot know whether the carrier has it, so it becomes `unknown`, is shown to a person and is never sent
again by itself. Two dispatchers never take one message: rows are locked, and skipped where they are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from uuid import UUID

import structlog

from keepwell.access import maintenance
from keepwell.access.actions import system_actor
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from keepwell.outbound import fates, taking
from keepwell.outbound.connectors import CONNECTORS, Fate, Outcome
from keepwell.outbound.models import Message
from keepwell.outbound.taking import Taken

LEASE = dt.timedelta(minutes=5)
"""How long sending may take; longer than every step of a connector together. After that its process is dead."""
BATCH = 50

log = structlog.get_logger()


def everywhere() -> int:
    """One round through all practices; how many messages were touched."""
    return sum(practice(known.id) for known in maintenance.practices())


def practice(id: UUID, lease: dt.timedelta = LEASE) -> int:
    """Everything due in one practice, each once. A message that breaks is put aside and does not stop the others."""
    touched, seen = _swept(id, lease), set[UUID]()
    while due := _due(id, seen):
        seen.update(due)
        touched += sum(_one(id, message) for message in due)
    return touched


def actor(practice: UUID) -> Actor:
    """Keepwell itself, sending."""
    return system_actor(practice, Purpose.TREAT, reason="sending messages")


def _due(practice: UUID, seen: Collection[UUID]) -> list[UUID]:
    with present(actor(practice)):
        due = Message.objects.filter(next_at__lte=clock.now(), status__in=taking.DUE).exclude(id__in=seen)
        return list(due.order_by("next_at", "id").values_list("id", flat=True)[:BATCH])


def _one(practice: UUID, message: UUID) -> bool:
    """One message through all its steps. The network act stands between two transactions, never inside one."""
    try:
        with present(actor(practice)) as by:
            taken = taking.take(message, by=by)
    except Exception as error:  # whatever it is, it is this message's: the others behind it still leave
        log.warning("sending.not_taken", message=str(message), kind=getattr(error, "code", type(error).__name__))
        with present(actor(practice)) as by:
            fates.put_aside(message, by=by)
        return True
    if isinstance(taken, Taken):
        outcome = _delivered(taken)
        with present(actor(practice)) as by:
            fates.became(message, taken.attempt, outcome, by=by)
    return taken is not None


def _delivered(taken: Taken) -> Outcome:
    connector = CONNECTORS.get(taken.connector)
    if connector is None or connector.channel is not taken.parcel.channel:
        return Outcome(Fate.LATER, "CARRIER_NOT_CONNECTED")
    try:
        return connector.deliver(taken.cleared, taken.parcel)
    except Refusal as refusal:  # the clearance grew old while it was put together: nothing was sent, it is asked anew
        log.warning("sending.not_cleared", message=str(taken.parcel.message), kind=refusal.code)
        return Outcome(Fate.LATER, "SENDING_BROKE")


def _swept(practice: UUID, lease: dt.timedelta) -> int:
    """What was being sent by a process that is gone: nobody knows whether it arrived."""
    with present(actor(practice)) as by:
        return fates.unknown(clock.now() - lease, by=by)
