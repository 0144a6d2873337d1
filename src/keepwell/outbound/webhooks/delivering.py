"""Telling endpoints: takes what is due, asks the gate again, writes that it is sending, tells, writes what came of it.

A process may be killed between any two lines. A delivery found `sending` after its lease is told again: the endpoint
may have it already and knows it by its id, which never changes. Two workers never take one: rows are locked, and
skipped where they are.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog

from keepwell import charts
from keepwell.access import maintenance
from keepwell.access.actions import system_actor
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger import following
from keepwell.ledger.actions import action
from keepwell.ledger.doorway import present
from keepwell.outbound import fates, gate
from keepwell.outbound.clearance import Cleared
from keepwell.outbound.connectors import Fate, Outcome
from keepwell.outbound.connectors.webhook import Telling, deliver
from keepwell.outbound.excerpts import WebhookSecrets
from keepwell.outbound.models import Webhook, WebhookDelivery
from keepwell.outbound.webhooks import endpoints, signing
from keepwell.outbound.webhooks.gathering import gather
from keepwell.practices.models import Practice

Status = WebhookDelivery.Status
LEASE, MINUTE, HELD = dt.timedelta(minutes=5), dt.timedelta(minutes=1), dt.timedelta(minutes=15)
BATCH = 50

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, repr=False)
class Taken:
    """A delivery that this process alone may make now, once."""

    attempt: UUID
    cleared: Cleared
    telling: Telling


def everywhere() -> int:
    """One round through all practices; how many deliveries were touched."""
    return sum(practice(known.id) for known in maintenance.practices())


def practice(id: UUID, lease: dt.timedelta = LEASE) -> int:
    """Reads the ledger for the endpoints of one practice and tells them everything that is due."""
    with present(actor(id)) as by:
        gather(by)
        touched, seen = _swept(clock.now() - lease, by=by), set[UUID]()
    while due := _due(id, seen):
        seen.update(due)
        touched += sum(_one(id, delivery) for delivery in due)
    return touched


def actor(practice: UUID) -> Actor:
    """Keepwell itself, telling the practice's own systems."""
    return system_actor(practice, Purpose.HOPERAT, reason="telling the practice's own systems what happened")


def _due(practice: UUID, seen: Collection[UUID]) -> list[UUID]:
    with present(actor(practice)):
        due = WebhookDelivery.objects.filter(next_at__lte=clock.now(), status=Status.DUE).exclude(id__in=seen)
        return list(due.order_by("next_at", "at", "id").values_list("id", flat=True)[:BATCH])


def _one(practice: UUID, delivery: UUID) -> bool:
    """One delivery through all its steps. The network act stands between two transactions, never inside one."""
    try:
        with present(actor(practice)) as by:
            taken = take(delivery, by=by)
    except (Refusal, ValueError, KeyError, TypeError) as error:
        log.warning("telling.not_taken", delivery=str(delivery), kind=getattr(error, "code", type(error).__name__))
        with present(actor(practice)) as by:
            put_aside(delivery, by=by)
        return True
    if isinstance(taken, Taken):
        outcome = deliver(taken.cleared, taken.telling)
        with present(actor(practice)) as by:
            became(delivery, taken.attempt, outcome, by=by)
    return taken is not None


def take(id: UUID, *, by: Actor) -> Taken | bool | None:
    """The delivery, ready to be told; True if it was put off instead, None if somebody else has it."""
    due = WebhookDelivery.objects.select_for_update(skip_locked=True).filter(
        id=id, status=Status.DUE, next_at__lte=clock.now()
    )
    delivery = due.first()
    if delivery is None:
        return None
    webhook = Webhook.objects.select_related("service__vendor").get(id=delivery.webhook_id)
    if webhook.ended_at is not None:
        _settled(delivery, Status.WITHDRAWN, "ENDPOINT_ENDED", by=by)
        return True
    about = following.subjects_of(delivery.entry, delivery.at, by)
    answer = gate.tell(delivery.id, webhook.id, webhook.service, about, by=by)
    if isinstance(answer, Refusal):
        if answer.code == "P2_NOT_TOLD":
            _settled(delivery, Status.FAILED, answer.code, by=by)
            return True
        _put_off(delivery, answer.code, clock.now() + HELD, by=by)
        return True
    if (free := _rate(webhook)) is not None:
        _put_off(delivery, "", free, by=by)
        return True
    telling, attempt = _telling(delivery, webhook, about, by), new_id()
    _sending(delivery, attempt, by=by)
    return Taken(attempt, answer, telling)


def _telling(delivery: WebhookDelivery, webhook: Webhook, about: list[UUID], by: Actor) -> Telling:
    """What is told: ids alone. The subjects are read from the entry itself and kept nowhere else."""
    chart = charts.open([by.practice], WebhookSecrets, by=by, listed=False)
    said: Any = chart.all(WebhookSecrets, Webhook.objects.filter(id=webhook.id).order_by("id"))[by.practice][0]
    event = {
        "id": str(delivery.entry),
        "event": delivery.verb,
        "at": delivery.at.isoformat(),
        "practice": Practice.objects.get(id=by.practice).slug,
        "subjects": [str(each) for each in about],
    }
    body = json.dumps(event, separators=(",", ":")).encode()
    headers = signing.headers(said.key, event["id"], clock.seconds(), body)  # type: ignore[arg-type]
    return Telling(delivery.id, said.address, body, headers)


def became(id: UUID, attempt: UUID, outcome: Outcome, *, by: Actor) -> None:
    """Writes down how an attempt ended; an attempt that somebody took over since says nothing any more."""
    rows = WebhookDelivery.objects.select_for_update().filter(id=id, attempt=attempt, status=Status.SENDING)
    delivery = rows.first()
    if delivery is None:
        return
    if outcome.fate is Fate.ACCEPTED:
        _settled(delivery, Status.SENT, "", by=by)
    elif outcome.fate is Fate.REFUSED:
        _settled(delivery, Status.FAILED, outcome.code, by=by)
        if Webhook.objects.select_for_update().filter(id=delivery.webhook_id, ended_at=None).first():
            endpoints.end(delivery.webhook_id, by=by, code=outcome.code)
    else:
        _later(delivery, outcome, by=by)


def put_aside(id: UUID, *, by: Actor) -> None:
    """A delivery that breaks before it is sent waits longer each time, and is then shown as not taken."""
    delivery = WebhookDelivery.objects.select_for_update().filter(id=id, status=Status.DUE).first()
    if delivery is not None:
        delivery.attempts += 1
        _later(delivery, Outcome(Fate.LATER, "SENDING_BROKE"), by=by)


def _later(delivery: WebhookDelivery, outcome: Outcome, *, by: Actor) -> None:
    if delivery.attempts >= fates.MOST:
        _settled(delivery, Status.FAILED, outcome.code, by=by)
    else:
        _put_off(delivery, outcome.code, clock.now() + (outcome.after or fates.pause(delivery.attempts)), by=by)


@action("webhook.sending")
def _sending(delivery: WebhookDelivery, attempt: UUID, *, by: Actor) -> None:
    "An event is told to an endpoint now."
    delivery.status, delivery.next_at, delivery.attempt = Status.SENDING, None, attempt
    delivery.sending_at, delivery.attempts = clock.now(), delivery.attempts + 1
    delivery.save(update_fields=["status", "next_at", "attempt", "sending_at", "attempts"])


@action("webhook.settled")
def _settled(delivery: WebhookDelivery, status: str, reason: str, *, by: Actor) -> None:
    "An endpoint took an event, or will not be told it by itself any more."
    delivery.status, delivery.reason, delivery.next_at, delivery.settled_at = status, reason, None, clock.now()
    delivery.save(update_fields=["status", "reason", "next_at", "settled_at", "attempts"])


@action("webhook.put_off")
def _put_off(delivery: WebhookDelivery, reason: str, until: dt.datetime, *, by: Actor) -> None:
    "An event is told later: the gate holds it, the endpoint did not take it, or it takes no more a minute."
    delivery.status, delivery.reason, delivery.next_at = Status.DUE, reason, until
    delivery.save(update_fields=["status", "reason", "next_at", "attempts"])


def _swept(before: dt.datetime, *, by: Actor) -> int:
    """What was being told by a process that is gone: told again, under the same id."""
    rows = WebhookDelivery.objects.select_for_update(skip_locked=True)
    found = list(rows.filter(status=Status.SENDING, sending_at__lt=before).order_by("id"))
    for delivery in found:
        became(delivery.id, delivery.attempt, Outcome(Fate.LATER, "ENDPOINT_SILENT"), by=by)  # type: ignore[arg-type]
    return len(found)


def _rate(webhook: Webhook) -> dt.datetime | None:
    """When the endpoint takes the next one; None is now."""
    since = clock.now() - MINUTE
    recent = WebhookDelivery.objects.filter(webhook=webhook, sending_at__gt=since).order_by("-sending_at")
    times = list(recent.values_list("sending_at", flat=True)[: webhook.a_minute])
    return times[-1] + MINUTE if len(times) >= webhook.a_minute and times[-1] else None
