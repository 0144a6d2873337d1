"""What the gate answers: Cleared, which nothing else can make and which is good once, or Held with its reason."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Never
from uuid import UUID
from weakref import WeakSet

from keepwell.base import clock
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel

FRESH = dt.timedelta(seconds=60)


class Cleared:
    """This message may leave by this channel through this carrier, now. Only `gate.ask` makes one; a copy is none."""

    __slots__ = ("__weakref__", "at", "carrier", "channel", "connection", "message")
    message: UUID
    channel: Channel
    connection: UUID
    carrier: Any
    at: dt.datetime

    def __init__(self) -> None:
        raise TypeError("only the gate clears a message")

    def __repr__(self) -> str:
        return f"<Cleared for {self.channel}>"

    def __reduce__(self) -> Never:
        raise TypeError("a clearance is not kept")

    __copy__ = __deepcopy__ = __reduce__


@dataclass(frozen=True, slots=True)
class Held:
    """This message waits, and why. `until`: it is asked about again then by itself. `facts` fill the sentence."""

    code: str
    channel: Channel
    facts: dict[str, Any] = field(default_factory=dict)
    until: dt.datetime | None = None

    @property
    def refusal(self) -> Refusal:
        return Refusal(self.code, **self.facts)


_issued: WeakSet[Cleared] = WeakSet()


def issue(message: UUID, channel: Channel, connection: UUID, carrier: Any) -> Cleared:
    """For the gate alone: a house test holds everybody else to that."""
    cleared = object.__new__(Cleared)
    cleared.message, cleared.channel, cleared.connection, cleared.carrier = message, channel, connection, carrier
    cleared.at = clock.now()
    _issued.add(cleared)
    return cleared


def spend(cleared: Cleared, message: UUID, channel: Channel) -> None:
    """What every connector does first: this very clearance, for this message and channel, given a moment ago, once.

    Raises Refusal NOT_CLEARED.
    """
    if (
        cleared not in _issued
        or (cleared.message, cleared.channel) != (message, channel)
        or clock.now() - cleared.at > FRESH
    ):
        raise Refusal("NOT_CLEARED")
    _issued.discard(cleared)
