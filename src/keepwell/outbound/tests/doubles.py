"""The double of a carrier, for tests of what stands before it: held to the same promises as the real ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.outbound.connectors.base import Brought, Connector, Fate, Outcome, Parcel, Receiver
from keepwell.vault.uploads import Spool


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


class DoubleIn(Receiver):
    """Brings what it is told to, from a shelf instead of a network."""

    name: ClassVar[str] = "double"
    channel: ClassVar[Channel] = Channel.FAX

    def __init__(self) -> None:
        self.shelf: dict[str, bytes] = {}

    def brought(self, fields: Mapping[str, str], *, with_file: bool) -> Brought | None:
        if "reference" not in fields or not (with_file or fields.get("url")):
            return None
        return Brought(fields["reference"], fields.get("number", ""), "" if with_file else fields["url"])

    def fetched(self, url: str, secrets: Mapping[str, Any], most: int) -> Spool:
        if url not in self.shelf:
            raise Refusal("MEDIA_UNREADABLE")
        spool = Spool()
        spool.write(self.shelf[url][: most + 1])
        return spool
