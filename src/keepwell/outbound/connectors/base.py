"""What every way out has in common: it spends a clearance first, and says plainly what became of the message."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, final
from urllib.parse import urlsplit
from uuid import UUID

import structlog

from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.outbound.clearance import Cleared, spend
from keepwell.outbound.letters import Paper
from keepwell.vault.uploads import Spool

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


@dataclass(frozen=True, slots=True, repr=False)
class Brought:
    """What a carrier's signed call says came in: from where, the carrier's own number of it, and where it lies.

    Without a `url` it came with the call, or it is words alone. It prints nothing.
    """

    reference: str
    number: str = ""
    url: str = ""
    words: str = ""
    seconds: int | None = None


class Receiver(ABC):
    """One way in, for what is not words: faxes and recordings. It reads a call that was proved, and fetches a file."""

    name: ClassVar[str]
    channel: ClassVar[Channel]

    @abstractmethod
    def brought(self, fields: Mapping[str, str], *, with_file: bool) -> Brought | None:
        """What such a call brings; None when it is about something else, like the fate of what we sent."""

    @final
    def fetch(self, brought: Brought, secrets: Mapping[str, Any], most: int) -> Spool:
        """The file, from the carrier's own host alone, signed in as always, sealed as it comes; `most` bytes and one.

        A signed call may name any address: elsewhere nothing is asked and nobody is signed in to. Raises Refusal
        MEDIA_ELSEWHERE, MEDIA_UNREADABLE.
        """
        ours, theirs = urlsplit(str(secrets.get("url", ""))), urlsplit(brought.url)
        if theirs.scheme != "https" or theirs.netloc != ours.netloc or not ours.netloc:
            raise Refusal("MEDIA_ELSEWHERE")
        return self.fetched(brought.url, secrets, most)

    @abstractmethod
    def fetched(self, url: str, secrets: Mapping[str, Any], most: int) -> Spool:
        """The conversation with the carrier. Not called but by `fetch`."""


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
