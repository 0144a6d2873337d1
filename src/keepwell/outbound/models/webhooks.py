"""Endpoints of the practice's own systems that are told when something happens, and each telling."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from keepwell.base import clock
from keepwell.outbound.models.vendors import VendorService
from keepwell.practices.models import Tenanted
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass

OFFICE = PhiClass.OFFICE


class Webhook(Tenanted):
    """One endpoint (FHIR Subscription): which events it is told, and how far the ledger was read for it.

    `service` is the vendor's service of the register: without its agreement, or our own control of it, nothing leaves.
    """

    service = models.ForeignKey(VendorService, models.PROTECT, related_name="+", db_constraint=False)
    address = SealedField(phi=OFFICE, kind=dict)
    key = SealedField(phi=OFFICE)
    events: Any = models.JSONField(default=list)
    a_minute = models.PositiveIntegerField(default=60)
    cursor = models.BigIntegerField()
    made_at = models.DateTimeField(default=clock.now)
    renewed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_for = models.CharField(max_length=40, blank=True)

    plain = {"events", "a_minute", "cursor", "made_at", "renewed_at", "ended_at", "ended_for"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "service"], condition=Q(ended_at=None), name="outbound_webhook_once"
            )
        ]


class WebhookDelivery(Tenanted):
    """One event for one endpoint, until it was taken. `entry` is the event's id at the other end too."""

    class Status(models.TextChoices):
        DUE = "due"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"
        WITHDRAWN = "withdrawn"

    webhook = models.ForeignKey(Webhook, models.PROTECT, related_name="+", db_constraint=False)
    entry = models.UUIDField()
    verb = models.CharField(max_length=60)
    at = models.DateTimeField()
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.DUE)
    reason = models.CharField(max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    attempt = models.UUIDField(null=True)
    next_at = models.DateTimeField(null=True, default=clock.now)
    sending_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    plain = {
        "entry", "verb", "at", "status", "reason", "attempts", "attempt", "next_at", "sending_at", "settled_at",
    }  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "webhook", "entry"], name="outbound_delivery_once"),
        ]
        indexes = [
            models.Index(
                fields=["practice", "next_at"], condition=Q(next_at__isnull=False), name="outbound_delivery_due"
            ),
            models.Index(fields=["practice", "webhook", "sending_at"], name="outbound_delivery_rate"),
            models.Index(fields=["practice", "webhook", "status", "at"], name="outbound_delivery_list"),
            models.Index(
                fields=["practice", "sending_at"], condition=Q(status="sending"), name="outbound_delivery_sending"
            ),
        ]
