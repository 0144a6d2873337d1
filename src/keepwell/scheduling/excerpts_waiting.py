"""What pages about requests and the waitlist open."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from keepwell.charts.excerpts import excerpt
from keepwell.scheduling.models import BookingRequest, WaitlistEntry


@excerpt(BookingRequest)
class Asker:
    "Who asks for an appointment and is no patient here yet."

    pk: UUID
    who: dict[str, Any] | None
    reach: dict[str, Any] | None


@excerpt(BookingRequest)
class Wished:
    "What somebody asks for: which service, when it would suit, and what they said."

    pk: UUID
    wishes: dict[str, Any]
    words: str | None


@excerpt(WaitlistEntry)
class WaitNote:
    "What the desk noted for whoever calls about a time that came free."

    pk: UUID
    note: str | None
