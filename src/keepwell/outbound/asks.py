"""What somebody asks to be sent, before it is sealed: to whom, by which ways, which words. It prints nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from keepwell.base import text
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel, Topic
from keepwell.outbound import notices as notices  # the notices are known from here on
from keepwell.outbound import wording
from keepwell.outbound.letters import Paper


@dataclass(frozen=True, slots=True, repr=False)
class Draft:
    """One message to one patient, or to one colleague (`member`), or to a number or address that may be nobody's.

    `ways`: the channels that would do, best first. To such an `address` go only notices whose words say nothing of
    anybody. `mark` is its keyed hash (numbers.mark_of), for those that go once a day.

    `paper` makes it a letter; `number` is a fax number that is not the patient's own. The same `key` again is the same
    message. Not before, not after: when it may leave; too late is never.
    """

    template: str
    patient: UUID | None = None
    member: UUID | None = None
    address: str = ""
    ways: tuple[Channel, ...] = (Channel.SMS, Channel.EMAIL)
    values: Mapping[str, Any] = field(default_factory=dict)
    paper: Paper | None = None
    number: str = ""
    topic: Topic | None = None
    not_before: dt.datetime | None = None
    not_after: dt.datetime | None = None
    key: str = ""
    mark: bytes | None = None
    origin: str = ""
    origin_id: UUID | None = None

    def about(self) -> Topic:
        """What it is about: a notice's own topic, a letter's as said."""
        return self.topic or (Topic.CARE if self.paper else wording.of(self.template).topic)

    def closed(self) -> dict[str, Any]:
        """The values as kept. Raises Refusal REMINDER_PHI, TEMPLATE_UNKNOWN, CHOICE_UNKNOWN, PHONE_UNREADABLE."""
        if sum(map(bool, (self.patient, self.member, self.address))) != 1 or not self.ways:
            raise Refusal("CHOICE_UNKNOWN", field="patient")
        if self.address and (self.paper or self.number or len(self.ways) > 1):
            raise Refusal("CHOICE_UNKNOWN", field="ways")
        if self.number and text.phone(self.number) is None:
            raise Refusal("PHONE_UNREADABLE", field="number")
        if self.paper:
            return {}
        made = wording.of(self.template)
        if made.for_staff != (self.member is not None) or made.for_anybody != bool(self.address):
            raise Refusal("TEMPLATE_UNKNOWN")
        return wording.checked(made, self.values)
