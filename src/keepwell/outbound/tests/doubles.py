"""The double of a carrier, for tests of what stands before it: held to the same promises as the real ones."""

from __future__ import annotations

from typing import ClassVar

from keepwell.base.sending import Channel
from keepwell.outbound.connectors.base import Connector, Fate, Outcome, Parcel


class Double(Connector):
    """Takes what it is given and remembers it, unless told otherwise."""

    name: ClassVar[str] = "double"
    channel: ClassVar[Channel] = Channel.EMAIL

    def __init__(self) -> None:
        self.taken: list[Parcel] = []
        self.how = ""

    def behave(self, how: str) -> None:
        self.how = how

    def hand_over(self, parcel: Parcel) -> Outcome:
        if self.how in ("", "silent"):
            self.taken.append(parcel)
        fates = {"": Fate.ACCEPTED, "refuses": Fate.REFUSED, "busy": Fate.LATER, "silent": Fate.UNKNOWN}
        return Outcome(fates[self.how])
