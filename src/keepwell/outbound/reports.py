"""A mail system reports later that a message did not arrive (RFC 3464). Anybody can write such a report.

So it marks at most a message that really left, by e-mail, to the very address of which it speaks.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from keepwell import charts
from keepwell.base import text
from keepwell.base.actor import Actor
from keepwell.base.sending import Channel
from keepwell.outbound import fates
from keepwell.outbound.excerpts import Envelope, OfficeEnvelope
from keepwell.outbound.models import Message
from keepwell.outbound.models.messages import practice_domain

Status = Message.Status


def bounced(message_id: str, recipients: Collection[str], *, by: Actor) -> bool:
    """Marks the message of this Message-ID as not delivered. Whether it is one of ours, to one of these."""
    id = _ours(message_id, by)
    if id is None:
        return False
    left = Message.objects.select_for_update().filter(
        id=id, channel=Channel.EMAIL, status__in=(Status.SENT, Status.UNKNOWN, Status.DELIVERED, Status.BOUNCED)
    )
    message = left.first()
    if message is None or _address(message, by) not in recipients:
        return False
    if message.status != Status.BOUNCED:
        fates.reported(message, Status.BOUNCED, "ADDRESS_REFUSED", by=by)
    return True


def _ours(message_id: str, by: Actor) -> UUID | None:
    left, _at, right = message_id.strip().strip("<>").partition("@")
    try:
        return UUID(hex=left) if right == practice_domain(by.practice) else None
    except ValueError:
        return None


def _address(message: Message, by: Actor) -> str | None:
    """Where it went."""
    excerpt: type[Any] = OfficeEnvelope if message.member_id else Envelope
    chart = charts.open(message.whose, excerpt, by=by, listed=False)
    found = chart.all(excerpt, Message.objects.filter(id=message.id).order_by("id")).get(message.whose, ())
    for each in found:
        to = (each.office or {}).get("to") if message.member_id else each.to
        return text.email(str((to or {}).get("at") or ""))
    return None
