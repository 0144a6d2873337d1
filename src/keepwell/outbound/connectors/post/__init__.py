"""Letters on paper: nothing is sent from here. What is cleared lies ready to be printed and posted by a person."""

from __future__ import annotations

from typing import ClassVar

from keepwell.base.sending import Channel
from keepwell.outbound.connectors.base import Connector, Fate, Outcome, Parcel


class Post(Connector):
    """The practice's own printer and the mail."""

    name: ClassVar[str] = "post"
    channel: ClassVar[Channel] = Channel.LETTER

    def hand_over(self, parcel: Parcel) -> Outcome:
        """A letter without a sheet or an address would come back."""
        if not parcel.pages or not isinstance(parcel.to, dict) or not parcel.to.get("line"):
            return Outcome(Fate.REFUSED, "ADDRESS_REFUSED")
        return Outcome(Fate.ACCEPTED, reference="to print")
