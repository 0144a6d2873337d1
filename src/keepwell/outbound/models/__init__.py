"""Whom the practice gives work, under which agreement; what leaves through them, and what stands in its way."""

from __future__ import annotations

from keepwell.outbound.models.agreements import Agreement, ClauseCheck, Coverage
from keepwell.outbound.models.messages import ConfirmedNumber, Connection, Detail, Heard, Message, Sender
from keepwell.outbound.models.pauses import Pause
from keepwell.outbound.models.vendors import Decision, Ground, ServiceKind, Vendor, VendorService
from keepwell.outbound.models.vetting import Assurance, Paper, Subcontractor, VettingAnswer
from keepwell.outbound.models.webhooks import Webhook, WebhookDelivery

__all__ = [
    "Agreement",
    "Assurance",
    "ClauseCheck",
    "ConfirmedNumber",
    "Connection",
    "Coverage",
    "Decision",
    "Detail",
    "Ground",
    "Heard",
    "Message",
    "Paper",
    "Pause",
    "Sender",
    "ServiceKind",
    "Subcontractor",
    "Vendor",
    "VendorService",
    "VettingAnswer",
    "Webhook",
    "WebhookDelivery",
]
