"""What somebody asks to be sent, before it is sealed: to whom, by which ways, which words. It prints nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from keepwell.access.rights import MEANT, RULES, Right
from keepwell.base import text
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel, Topic
from keepwell.outbound import notices as notices  # the notices are known from here on
from keepwell.outbound import wording
from keepwell.outbound.letters import Paper

LONGEST = 120


@dataclass(frozen=True, slots=True, repr=False)
class Elsewhere:
    """To whom a fax goes: the number, whose it is, by what right they are told, why, and on which authorization."""

    number: str
    recipient: str
    right: str
    why: str = ""
    authorization: UUID | None = None

    def checked(self) -> Elsewhere:
        """What an accounting will say of it is asked now (45 CFR § 164.528(b)(2)): afterwards nobody remembers.

        Raises Refusal PHONE_UNREADABLE, FIELD_EMPTY, TEXT_TOO_LONG, FAX_RIGHT_UNSAID, DISCLOSURE_INCOMPLETE,
        DISCLOSURE_UNAUTHORIZED.
        """
        if text.phone(self.number) is None:
            raise Refusal("PHONE_UNREADABLE", field="number")
        if not self.recipient.strip():
            raise Refusal("FIELD_EMPTY", field="recipient")
        for name, said in (("recipient", self.recipient), ("why", self.why)):
            if len(said) > LONGEST:
                raise Refusal("TEXT_TOO_LONG", field=name, most=LONGEST)
        if self.right not in MEANT:
            raise Refusal("FAX_RIGHT_UNSAID", field="right")
        if RULES[self.right].counts and not self.why.strip():
            raise Refusal("DISCLOSURE_INCOMPLETE", field="why")
        if (self.right == Right.AUTHORIZATION) != (self.authorization is not None):
            raise Refusal("DISCLOSURE_UNAUTHORIZED", field="authorization")
        return self

    def kept(self) -> dict[str, Any]:
        """The part of it that is sealed."""
        said = {"name": self.recipient.strip(), "at": self.number, "given": True}
        return said | ({"why": self.why.strip()} if self.why.strip() else {})


@dataclass(frozen=True, slots=True, repr=False)
class Draft:
    """One message to one patient, or to one colleague (`member`), or to a number or address that may be nobody's.

    `ways`: the channels that would do, best first. To such an `address` go only notices whose words say nothing of
    anybody. `mark` is its keyed hash (numbers.mark_of), for those that go once a day.

    `paper` makes it a letter; `elsewhere` is who else gets it, by fax. The same `key` again is the same
    message. Not before, not after: when it may leave; too late is never.
    """

    template: str
    patient: UUID | None = None
    member: UUID | None = None
    address: str = ""
    ways: tuple[Channel, ...] = (Channel.SMS, Channel.EMAIL)
    values: Mapping[str, Any] = field(default_factory=dict)
    paper: Paper | None = None
    elsewhere: Elsewhere | None = None
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
        """The values as kept. Raises Refusal REMINDER_PHI, TEMPLATE_UNKNOWN, CHOICE_UNKNOWN and what a fax asks."""
        if sum(map(bool, (self.patient, self.member, self.address))) != 1 or not self.ways:
            raise Refusal("CHOICE_UNKNOWN", field="patient")
        if self.address and (self.paper or self.elsewhere or len(self.ways) > 1):
            raise Refusal("CHOICE_UNKNOWN", field="ways")
        if self.elsewhere:
            self.elsewhere.checked()
        elif self.paper and Channel.FAX in self.ways:
            raise Refusal("FAX_RIGHT_UNSAID", field="right")
        if self.paper:
            return {}
        made = wording.of(self.template)
        if made.for_staff != (self.member is not None) or made.for_anybody != bool(self.address):
            raise Refusal("TEMPLATE_UNKNOWN")
        return wording.checked(made, self.values)
