"""One-time sign-in links, signed with a key from outside the database, which holds nothing one could be made of.

A link names its practice, its row and when it ends; the row says whether it was used. Good for a day, once.
"""

from __future__ import annotations

import base64
import datetime as dt
import hmac
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from keepwell.access import door
from keepwell.access.models import SignInLink
from keepwell.base import clock
from keepwell.base.refusal import Refusal

LASTS = dt.timedelta(hours=24)
_SIGNATURE = 24


@dataclass(frozen=True, slots=True)
class Named:
    """What a genuine link says."""

    practice: UUID
    link: UUID


def expiry() -> dt.datetime:
    """When a link made now stops working."""
    return clock.now() + LASTS


def token(link: SignInLink) -> str:
    """What to hand to the person, as the path to open."""
    assert link.practice_id is not None
    said = link.practice_id.bytes + link.id.bytes + int(link.expires_at.timestamp()).to_bytes(6, "big")
    return reverse("sign-in-link", args=[base64.urlsafe_b64encode(said + _signature(said)).decode().rstrip("=")])


def read(text: str) -> Named:
    """What a link says. Raises Refusal LINK_REFUSED unless Keepwell signed it and its time is not over."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Refusal("LINK_REFUSED") from None
    said, signature = raw[:-_SIGNATURE], raw[-_SIGNATURE:]
    if len(said) != 38 or not hmac.compare_digest(signature, _signature(said)):
        raise Refusal("LINK_REFUSED")
    if int.from_bytes(said[32:], "big") <= clock.seconds():
        raise Refusal("LINK_REFUSED")
    return Named(UUID(bytes=said[:16]), UUID(bytes=said[16:32]))


def _signature(said: bytes) -> bytes:
    return door.keyed("sign-in links", said.hex())[:_SIGNATURE]
