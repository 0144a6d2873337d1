"""Registering, changing and ending the endpoints of the practice's own systems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger import following
from keepwell.ledger.actions import action
from keepwell.outbound import connections
from keepwell.outbound.connections import AUTHORITY, NETWORKS, Ask, Way
from keepwell.outbound.gate import WEBHOOK
from keepwell.outbound.models import ServiceKind, VendorService, Webhook, WebhookDelivery
from keepwell.outbound.models.webhooks import OFFICE
from keepwell.outbound.webhooks import signing
from keepwell.outbound.webhooks.words import EVENTS

Status = WebhookDelivery.Status
WAY = Way(
    "webhook",
    WEBHOOK,
    _("Endpoint (HTTPS)"),
    (Ask("url", _("Address"), _("Begins with https://")), NETWORKS, AUTHORITY),
)
"""What has to be known of an endpoint. The key is made here and shown once."""


@dataclass(frozen=True, slots=True, repr=False)
class Made:
    """An endpoint and its key, for the one page that shows it."""

    webhook: Webhook
    key: str


def register(service: UUID, said: Mapping[str, str], events: Iterable[str], *, by: Actor, a_minute: int = 60) -> Made:
    """An endpoint that is told these events from now on, and the key they are signed with.

    Raises Refusal NOT_FOUND, WEBHOOK_KNOWN, CHOICE_UNKNOWN and those of `connections.checked`.
    """
    standing = VendorService.objects.filter(id=service, kind=ServiceKind.WEBHOOK, ended_at=None).first()
    if standing is None:
        raise Refusal("NOT_FOUND")
    if Webhook.objects.filter(service=standing, ended_at=None).exists():
        raise Refusal("WEBHOOK_KNOWN", field="url")
    address, key = connections.checked(WAY, said), signing.new_key()
    made = Webhook(
        service=standing, address=address, key=key, events=chosen(events), a_minute=_rate(a_minute),
        cursor=following.last_place(by),
    )  # fmt: skip
    return Made(_registered(made, by=by), key)


@action("webhook.registered", seals={OFFICE})
def _registered(made: Webhook, *, by: Actor) -> Webhook:
    "A system of the practice is told of some events from now on; where it is and its key are sealed."
    made.save(force_insert=True)
    return made


@action("webhook.changed")
def choose(webhook: UUID, events: Iterable[str], *, by: Actor, a_minute: int = 60) -> None:
    "Which events an endpoint is told, and how many a minute."
    row = _standing(webhook)
    row.events, row.a_minute = chosen(events), _rate(a_minute)
    row.save(update_fields=["events", "a_minute"])


@action("webhook.renewed", seals={OFFICE})
def renew(webhook: UUID, *, by: Actor) -> Made:
    "An endpoint has a new key; whatever is sent from now on is signed with it."
    row, key = _standing(webhook), signing.new_key()
    row.key, row.renewed_at = key, clock.now()
    row.save(update_fields=["key", "renewed_at"])
    return Made(row, key)


@action("webhook.ended")
def end(webhook: UUID, *, by: Actor, code: str = "") -> None:
    "An endpoint is told nothing any more; what was not told yet is withdrawn."
    row = _standing(webhook)
    row.ended_at, row.ended_for = clock.now(), code
    row.save(update_fields=["ended_at", "ended_for"])
    untold = WebhookDelivery.objects.filter(webhook=row, status=Status.DUE)
    untold.update(status=Status.WITHDRAWN, reason="ENDPOINT_ENDED", next_at=None, settled_at=clock.now())


@action("webhook.retried")
def retry(webhook: UUID, *, by: Actor, only: UUID | None = None) -> int:
    "What an endpoint did not take is sent to it again."
    row = _standing(webhook)
    failed = WebhookDelivery.objects.filter(webhook=row, status=Status.FAILED)
    failed = failed.filter(id=only) if only else failed
    many = failed.update(status=Status.DUE, reason="", attempts=0, next_at=clock.now(), settled_at=None)
    if not many:
        raise Refusal("NOT_FOUND")
    return many


def chosen(events: Iterable[str]) -> list[str]:
    """Events of the closed list, each once. Raises Refusal FIELD_EMPTY, CHOICE_UNKNOWN."""
    wanted = set(events)
    if not wanted:
        raise Refusal("FIELD_EMPTY", field="events")
    if not wanted <= EVENTS.keys():
        raise Refusal("CHOICE_UNKNOWN", field="events")
    return [event for event in EVENTS if event in wanted]


def _standing(webhook: UUID) -> Webhook:
    row = Webhook.objects.select_for_update().filter(id=webhook, ended_at=None).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    return row


def _rate(a_minute: int) -> int:
    if not 1 <= a_minute <= 10_000:
        raise Refusal("CHOICE_UNKNOWN", field="a_minute")
    return a_minute
