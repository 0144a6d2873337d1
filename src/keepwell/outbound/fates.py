"""What became of a message: sent, delivered, bounced, to be tried again, given up, or unknown."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable
from uuid import UUID

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.ledger.actions import action
from keepwell.outbound.actions import OPEN, left_at, settle
from keepwell.outbound.connectors.base import Fate, Outcome
from keepwell.outbound.gate import TEXTS_STOPPED
from keepwell.outbound.models import Message

Status = Message.Status
FIRST, LONGEST, MOST = dt.timedelta(minutes=1), dt.timedelta(hours=4), 8
"""Tried again after a minute, two, four … up to four hours; after eight times it could not be delivered."""


def became(id: UUID, attempt: UUID, outcome: Outcome, *, by: Actor) -> None:
    """Writes down how an attempt ended. A late answer still counts for a message given up as unknown, and no other."""
    rows = Message.objects.select_for_update().filter(id=id, attempt=attempt)
    message = rows.filter(status__in=(Status.SENDING, Status.UNKNOWN)).first()
    if message is not None:
        {Fate.ACCEPTED: _sent, Fate.REFUSED: _bounced, Fate.LATER: _later, Fate.UNKNOWN: _lost}[outcome.fate](
            message, outcome, by=by
        )


@action("message.sent", about="message")
def _sent(message: Message, outcome: Outcome, *, by: Actor) -> None:
    "The carrier took a message."
    message.status, message.sent_at, message.reference = Status.SENT, clock.now(), outcome.reference
    message.reason, message.facts = "", {}
    message.save(update_fields=["status", "sent_at", "reference", "reason", "facts"])


@action("message.bounced", about="message")
def _bounced(message: Message, outcome: Outcome, *, by: Actor) -> None:
    "The carrier does not take a message, now or later. Some carriers confirm a STOP themselves; then that is done."
    message.reason, message.sent_at = outcome.code, _not_left(message)
    message.save(update_fields=["reason", "sent_at"])
    said = message.template == TEXTS_STOPPED and outcome.code == "TEXTS_STOPPED"
    settle([message], Status.WITHDRAWN if said else Status.BOUNCED)


@action("message.tried", about="message")
def _later(message: Message, outcome: Outcome, *, by: Actor) -> None:
    "The carrier could not take a message now; it is tried again later, and given up after eight times."
    message.reason, message.sent_at = outcome.code, _not_left(message)
    if message.attempts >= MOST:
        message.save(update_fields=["reason", "attempts", "sent_at"])
        settle([message], Status.FAILED)
        return
    message.status = Status.CLEARED
    message.next_at = clock.now() + (outcome.after or pause(message.attempts))
    message.save(update_fields=["reason", "status", "next_at", "attempts", "sent_at"])


@action("message.lost", about="message")
def _lost(message: Message, outcome: Outcome, *, by: Actor) -> None:
    "Nobody knows whether the carrier took a message: a person decides, Keepwell does not send it again."
    message.reason = outcome.code or "CARRIER_SILENT"
    message.status, message.next_at, message.sent_at = Status.UNKNOWN, None, left_at(message)
    message.save(update_fields=["reason", "status", "next_at", "sent_at"])


def _not_left(message: Message) -> dt.datetime | None:
    """When it left, now that this attempt is known to have sent nothing: only what went before it counts."""
    return None if message.sent_at == message.sending_at else message.sent_at


def unknown(before: dt.datetime, *, by: Actor) -> int:
    """What was being sent by a process that is gone. How many."""
    rows = Message.objects.select_for_update(skip_locked=True).filter(status=Status.SENDING, sending_at__lt=before)
    found = list(rows.order_by("id"))
    for message in found:
        _lost(message, Outcome(Fate.UNKNOWN, "SENDER_STOPPED"), by=by)
    return len(found)


def put_aside(id: UUID, *, by: Actor) -> None:
    """A message that breaks before it is sent waits longer each time, and is then shown as not deliverable."""
    message = Message.objects.select_for_update().filter(id=id, status__in=OPEN).first()
    if message is not None:
        message.attempts += 1
        _later(message, Outcome(Fate.LATER, "SENDING_BROKE"), by=by)


@action("message.reported", about="message")
def reported(message: Message, status: str, code: str, *, by: Actor) -> None:
    "The carrier says later what became of a message: delivered, or not after all."
    if message.status not in (Status.SENT, Status.UNKNOWN, Status.DELIVERED):
        return
    message.reason, message.sent_at = code, left_at(message)
    message.save(update_fields=["reason", "sent_at"])
    settle([message], status)


def by_reference(reference: str, connection: UUID) -> Iterable[Message]:
    """The message a carrier speaks of, among those it carried itself: what others carried is nothing of its own."""
    if "\0" in reference:
        return ()
    told = Message.objects.select_for_update().filter(connection=connection, reference=reference)
    return told.order_by("id")


def pause(attempts: int) -> dt.timedelta:
    """How long to wait before the next try; a little uneven, so that a carrier that comes back is not overrun."""
    doubled: dt.timedelta = min(FIRST * 2 ** max(attempts - 1, 0), LONGEST)
    return doubled * random.uniform(0.8, 1.2)  # noqa: S311 - evens out a rush, keeps no secret
