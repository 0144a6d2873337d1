"""HTTPS to an endpoint of the practice's own: the address judged and pinned, no redirect followed, nothing private."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog

from keepwell.base.refusal import Refusal
from keepwell.outbound.clearance import Cleared, spend
from keepwell.outbound.connectors import wire
from keepwell.outbound.connectors.base import Fate, Outcome
from keepwell.outbound.gate import WEBHOOK

GONE = 410
LATER = (408, 425, 429, 503)
DAY = 86_400

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, repr=False)
class Telling:
    """One delivery in the clear, for the moment of sending."""

    delivery: UUID
    address: Mapping[str, Any]
    body: bytes
    headers: Mapping[str, str]


def deliver(cleared: Cleared, telling: Telling) -> Outcome:
    """Tells one endpoint one event. Raises Refusal NOT_CLEARED before anything is sent.

    Whatever is not a yes is LATER: a delivery keeps its id, so the endpoint knows one it has already.
    """
    spend(cleared, telling.delivery, WEBHOOK)
    try:
        return _told(telling)
    except Exception as error:
        log.warning("telling.broke", kind=type(error).__name__, delivery=str(telling.delivery))
        return Outcome(Fate.LATER, "ENDPOINT_SILENT")


def _told(telling: Telling) -> Outcome:
    allowed = [n.strip() for n in str(telling.address.get("networks", "")).split(",") if n.strip()]
    headers = {"Content-Type": "application/json", "User-Agent": "Keepwell", **telling.headers}
    try:
        answer = wire.post(
            str(telling.address["url"]),
            telling.body,
            headers,
            allowed=allowed,
            authority=telling.address.get("authority"),
        )
    except wire.Away:
        return Outcome(Fate.LATER, "ENDPOINT_AWAY")
    except wire.Silent:
        return Outcome(Fate.LATER, "ENDPOINT_SILENT")
    except Refusal as refusal:
        return Outcome(Fate.LATER, refusal.code)
    return _meaning(answer)


def _meaning(answer: wire.Answer) -> Outcome:
    if answer.status // 100 == 2:
        return Outcome(Fate.ACCEPTED)
    if answer.status == GONE:
        return Outcome(Fate.REFUSED, "ENDPOINT_GONE")
    after = dt.timedelta(seconds=min(answer.retry_after, DAY)) if answer.retry_after else None
    return Outcome(Fate.LATER, "ENDPOINT_BUSY" if answer.status in LATER else "ENDPOINT_REFUSED", after=after)
