"""Reading the ledger for each endpoint from where it was read last, and one delivery for each event it is told.

The cursor is a place in the ledger's final order and moves with the deliveries in one transaction, under a lock of the
endpoint's row: an event is never missed and never there twice, however many workers read.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger import following
from keepwell.ledger.actions import action
from keepwell.ledger.following import Happened
from keepwell.outbound import gate
from keepwell.outbound.models import Webhook, WebhookDelivery

MOST = 500
"""How many events at once."""
FAR = 5_000
"""When nothing concerns an endpoint, its cursor follows only now and then: moving it is itself an entry."""


def gather(by: Actor) -> int:
    """For every endpoint that may be told now; how many deliveries were made.

    Where the agreement does not hold, nothing is made and the cursor stays: what happened meanwhile follows once it
    holds again.
    """
    standing = Webhook.objects.filter(ended_at=None).order_by("id").values_list("id", flat=True)
    return sum(_gathered(id, by) for id in list(standing))


def _gathered(id: UUID, by: Actor) -> int:
    locked = Webhook.objects.select_for_update(skip_locked=True, of=("self",)).filter(id=id, ended_at=None)
    webhook = locked.select_related("service__vendor").first()
    if webhook is None or isinstance(gate.may_be_told(webhook.service, by=by), Refusal):
        return 0
    newest = following.last_place(by)
    found = following.actions_between(webhook.cursor, newest, webhook.events, by, MOST)
    place = found[-1].place if len(found) == MOST else newest
    if found or place - webhook.cursor > FAR:
        _followed(webhook, found, place, by=by)
    return len(found)


@action("webhook.followed")
def _followed(webhook: Webhook, found: Sequence[Happened], place: int, *, by: Actor) -> None:
    "What happened since an endpoint was told last is to be told to it."
    rows = [WebhookDelivery(webhook=webhook, entry=each.entry, verb=each.verb, at=each.at) for each in found]
    WebhookDelivery.objects.bulk_create(rows)
    webhook.cursor = place
    webhook.save(update_fields=["cursor"])
