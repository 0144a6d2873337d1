"""What every way out has in common: it spends a clearance first, and says plainly what became of the message."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, final
from uuid import UUID

import structlog

from keepwell.base.sending import Channel
from keepwell.outbound.clearance import Cleared, spend
from keepwell.outbound.letters import Paper

SECONDS = 30.0
"""How long any one step of a conversation with a carrier may take."""

log = structlog.get_logger()


class Fate(StrEnum):
    """What a carrier did with a message. UNKNOWN: it may have it; nobody sends it again without a person's word."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LATER = "later"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The fate, a code for the screen, the carrier's own reference, and when to try again."""

    fate: Fate
    code: str = ""
    reference: str = ""
    after: dt.timedelta | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Parcel:
    """One message in the clear, for the moment of sending. It prints nothing and is kept nowhere."""

    message: UUID
    message_id: str
    channel: Channel
    to: Any
    name: str
    sender: str
    subject: str
    text: str
    language: str = "en"
    paper: Paper | None = None
    pages: bytes = b""
    commercial: bool = False
    secrets: Mapping[str, Any] = field(default_factory=dict)
    callback: str = ""


class Connector(ABC):
    """One way out."""

    name: ClassVar[str]
    channel: ClassVar[Channel]

    @final
    def deliver(self, cleared: Cleared, parcel: Parcel) -> Outcome:
        """Hands one message to the carrier. Raises Refusal NOT_CLEARED before anything is sent.

        Whatever breaks on the way leaves the fate unknown, never the message lost.
        """
        spend(cleared, parcel.message, parcel.channel)
        try:
            return self.hand_over(parcel)
        except Exception as error:
            log.warning("sending.broke", connector=self.name, kind=type(error).__name__, message=str(parcel.message))
            return Outcome(Fate.UNKNOWN, "CARRIER_SILENT")

    @abstractmethod
    def hand_over(self, parcel: Parcel) -> Outcome:
        """The conversation with the carrier. Not called but by `deliver`."""
