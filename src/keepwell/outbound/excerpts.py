"""What sending and the outbox need to see of messages, and no more."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from keepwell.charts import excerpt
from keepwell.outbound.models import Connection, Message, Webhook


@excerpt(Message)
class Envelope:
    "Where a notice goes and what fills its fixed words: what the dispatcher and the outbox read."

    pk: UUID
    to: dict[str, Any] | None
    values: dict[str, Any] | None


@excerpt(Message)
class OfficeEnvelope:
    "The same of a message to a colleague."

    pk: UUID
    office: dict[str, Any] | None


@excerpt(Message)
class LetterContent:
    "What a letter says."

    pk: UUID
    content: dict[str, Any] | None


@excerpt(Connection)
class Secrets:
    "What a connection signs in with, for the moment of sending."

    pk: UUID
    secrets: dict[str, Any]


@excerpt(Webhook)
class WebhookSecrets:
    "Where an endpoint is and the key its deliveries are signed with, for the moment of sending."

    pk: UUID
    address: dict[str, Any]
    key: str
