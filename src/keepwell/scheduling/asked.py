"""What a booking asks for, checked before anything is written."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from keepwell.scheduling.minors import Holder

CAUSES = ("patient", "practitioner", "practice", "weather", "technical", "insurance", "other")
"""Why an appointment is cancelled, as far as it may stand in the clear."""


@dataclass(frozen=True, slots=True)
class Booking:
    """A time with a practitioner for a service. `state` is where the patient will be; `hold` the slot held for them.

    `overbook` says why two at once is right; such a slot lies outside the rule, and the words are kept sealed.
    `minutes` is another length than the service's.
    """

    service: UUID
    practitioner: UUID
    starts_at: dt.datetime
    modality: str
    state: str = ""
    reason: str | None = None
    hold: UUID | None = None
    overbook: str = ""
    group: UUID | None = None
    minutes: int | None = None
    holder: Holder | None = None
