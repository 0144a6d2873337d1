"""What an HTTP answer means for a message, the same for every carrier that is spoken to over HTTPS."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from keepwell.base.refusal import Refusal
from keepwell.outbound.connectors import wire
from keepwell.outbound.connectors.base import Fate, Outcome, Parcel
from keepwell.vault.uploads import Spool

LONGEST = 100_000
"""Characters read of the JSON in one field."""


def posted(
    parcel: Parcel, url: str, body: bytes, headers: Mapping[str, str]
) -> tuple[Outcome | None, wire.Answer | None]:
    """The answer, or what it means that there is none."""
    allowed = [n.strip() for n in str(parcel.secrets.get("networks", "")).split(",") if n.strip()]
    try:
        answer = wire.post(url, body, headers, allowed=allowed, authority=parcel.secrets.get("authority"))
    except wire.Away:
        return Outcome(Fate.LATER, "CARRIER_AWAY"), None
    except wire.Silent:
        return Outcome(Fate.UNKNOWN, "CARRIER_SILENT"), None
    except Refusal as refusal:
        return Outcome(Fate.LATER, refusal.code), None
    return _meaning(answer), answer


def fetched(url: str, secrets: Mapping[str, Any], most: int) -> Spool:
    """A carrier's file, signed in as for everything else. Raises Refusal MEDIA_UNREADABLE, WEBHOOK_PRIVATE."""
    allowed = [n.strip() for n in str(secrets.get("networks", "")).split(",") if n.strip()]
    headers = {"Authorization": basic(secrets.get("user", ""), secrets.get("password", "")), "User-Agent": "Keepwell"}
    try:
        spool = wire.fetch(url, headers, most, allowed=allowed, authority=secrets.get("authority"))
    except (wire.Away, wire.Silent):
        raise Refusal("MEDIA_UNREADABLE") from None
    if spool is None:
        raise Refusal("MEDIA_UNREADABLE")
    return spool


def _meaning(answer: wire.Answer) -> Outcome | None:
    """None: it was taken. A server that fell over while answering may have it (5xx but 503)."""
    after = dt.timedelta(seconds=min(answer.retry_after, 86400)) if answer.retry_after else None
    if answer.status // 100 == 2:
        return None
    if answer.status in (401, 403):
        return Outcome(Fate.LATER, "CARRIER_SIGN_IN")
    if answer.status in (408, 425, 429, 503):
        return Outcome(Fate.LATER, "CARRIER_BUSY", after=after)
    if answer.status in (400, 422):
        return Outcome(Fate.REFUSED, "ADDRESS_REFUSED")
    if answer.status // 100 == 4:
        return Outcome(Fate.LATER, "CARRIER_REFUSES", after=after)
    return Outcome(Fate.UNKNOWN, "CARRIER_SILENT")


def taken(outcome: Outcome | None, answer: wire.Answer | None, *reference: str) -> Outcome:
    """Accepted with the carrier's own reference, found under these names in its JSON."""
    if outcome is not None or answer is None:
        return outcome or Outcome(Fate.UNKNOWN, "CARRIER_SILENT")
    said: Any = said_in(answer)
    for name in reference:
        said = said.get(name) if isinstance(said, dict) else None
    return Outcome(Fate.ACCEPTED, reference=str(said or "")[:120])


def said_in(answer: wire.Answer) -> dict[str, Any]:
    """The JSON of an answer; nothing if it is none."""
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def inside(said: str) -> dict[str, Any]:
    """The JSON some carriers put in one field of a form; nothing if it is none."""
    try:
        found = json.loads(said or "{}") if len(said) <= LONGEST else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def basic(user: object, password: object) -> str:
    """Basic credentials (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
