"""The gate: everything that leaves is asked about here, when it is sent and again when it is delivered.

In this order: an agreement in force with the *carrier* (45 CFR § 164.502(e)); what the patient asked for in confidence
or restricted (§ 164.522); their consent to topic and channel, and the hours and counts of 47 CFR § 64.1200; what is in
it (§ 164.312(e)). The first no is the answer. Whoever the recipient is, the carrier reads it on the way: a bare text
already says that somebody is a patient.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from keepwell.access import consents, disclosing, part2, texting
from keepwell.access.persons import persons
from keepwell.access.rights import MEANT, Right
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel, Topic
from keepwell.outbound import agreements, hours, numbers, reaching, wording
from keepwell.outbound.clearance import Cleared, Held, issue
from keepwell.outbound.connections import ONLY_IN
from keepwell.outbound.letters import FITTING
from keepwell.outbound.models import Connection, Sender, ServiceKind, VendorService
from keepwell.vault.phi import PhiClass

Answer = Cleared | Held
CONFIRMED_WITHIN, TEXTS_STOPPED = dt.timedelta(minutes=5), "texts.stopped"
WEBHOOK: Any = ServiceKind.WEBHOOK.value
"""What a clearance for one of the practice's own systems says instead of a channel."""
IDS = frozenset({PhiClass.IDENTITY})
"""What reaches such a system: ids, and with them that somebody is a patient."""


@dataclass(frozen=True, slots=True, repr=False)
class Leaving:
    """What the gate is asked about: one message by one channel. No words of it: what it is, not what it says.

    `classes` reach the carrier, `told` is what its reader gets to know; `fax` is a number somebody gave, and `right`
    by what right whoever is there is told.
    """

    message: UUID
    patient: UUID | None
    member: UUID | None
    channel: Channel
    topic: Topic
    template: str
    is_letter: bool
    point: UUID | None
    reachable: bool
    zone: str
    number: bytes | None = None
    fax: str = ""
    classes: frozenset[PhiClass] = agreements.REACHES
    told: frozenset[PhiClass] = frozenset()
    right: str = ""
    authorization: UUID | None = None

    @property
    def to_somebody_else(self) -> bool:
        return bool(self.fax) and self.right != Right.INDIVIDUAL


def ask(leaving: Sequence[Leaving], *, by: Actor) -> list[Answer]:
    """One answer each, in order. Agreements, connections, consents and counts are each asked for once, however many."""
    answered = agreements.carriers({(each.channel, each.classes) for each in leaving}, by=by)
    carriers = {key: _carrier(key[0], answer) for key, answer in answered.items()}
    connections = {c.service_id: c for c in Connection.objects.filter(ended_at=None).order_by("id")}
    about = [each for each in leaving if each.patient and not each.to_somebody_else]
    people = persons(dict.fromkeys(e.patient for e in about if e.patient)) if about else {}
    wishes = consents.may_reach([_wish(e) for e in about], by=by, people=people)
    said = dict(zip((id(e) for e in about), wishes, strict=True))
    counts, writes = hours.Counts(about, people), reaching.sender(by)
    checked = numbers.confirmed({e.fax for e in leaving if e.fax}, by=by)
    stops = texting.standing(e.number for e in leaving if e.number and not e.patient and not e.member)
    answers: list[Answer] = []
    for each in leaving:
        carrier = carriers[each.channel, each.classes]
        connection = None if isinstance(carrier, Held) else connections.get(carrier.service)
        held = (
            (carrier if isinstance(carrier, Held) else None)
            or _connected(each, connection)
            or _held(each, said.get(id(each)))
            or _stopped(each, stops)
            or _disclosed(each, by)
            or hours.held(each, counts)
            or _content(each, writes, checked)
        )
        if held is None and connection is not None:
            answers.append(issue(each.message, each.channel, connection.id, carrier))
        else:
            answers.append(held or Held("CARRIER_NOT_CONNECTED", each.channel, {"channel": each.channel}))
    return answers


def may_be_told(service: VendorService, *, by: Actor) -> agreements.Carrier | Refusal:
    """Whether a system of the practice may be told what happens: its own, or under an agreement in force."""
    try:
        return agreements.cleared(service.id, by=by, classes=IDS)
    except Refusal as refusal:
        return refusal


def tell(
    delivery: UUID, webhook: UUID, service: VendorService, about: Iterable[UUID], *, by: Actor
) -> Cleared | Refusal:
    """The same question at delivery, of what this very event tells; the answer is good for this one delivery, now.

    The id of somebody who is with a substance use program says so to whoever gets it (42 CFR § 2.12(a)(1)).
    """
    carrier = may_be_told(service, by=by)
    if not isinstance(carrier, Refusal) and part2.known(about):
        try:
            carrier = agreements.cleared(service.id, by=by, classes=IDS | {PhiClass.PART2})
        except Refusal:
            return Refusal("P2_NOT_TOLD", vendor=service.vendor.name)
    return carrier if isinstance(carrier, Refusal) else issue(delivery, WEBHOOK, webhook, carrier)


def _carrier(channel: Channel, answer: agreements.Carrier | Refusal) -> agreements.Carrier | Held:
    """Whose agreement this channel stands on, for what it would carry (45 CFR § 164.504(e)). Firms have plain names."""
    if isinstance(answer, Refusal):
        firms = {name: str(answer.facts[name]) for name in ("name", "list") if name in answer.facts}
        return Held(answer.code, channel, _plain(answer) | firms)
    return answer


def _wish(each: Leaving) -> consents.Asked:
    assert each.patient is not None
    return consents.Asked(
        each.patient, each.channel, each.topic, each.is_letter, each.point, each.number, "", each.classes
    )


def _connected(each: Leaving, connection: Connection | None) -> Held | None:
    if connection is None or connection.channel != each.channel or connection.connector in ONLY_IN:
        return Held("CARRIER_NOT_CONNECTED", each.channel, {"channel": each.channel})
    return None if each.reachable else Held("NO_ADDRESS", each.channel, {"channel": each.channel})


def _held(each: Leaving, refusal: Refusal | None) -> Held | None:
    return Held(refusal.code, each.channel, _plain(refusal)) if refusal else None


def _stopped(each: Leaving, stops: Mapping[bytes, dt.datetime]) -> Held | None:
    """A number that texted STOP gets what confirms it, within five minutes, and then nothing (§ 64.1200(a)(12))."""
    since = stops.get(each.number or b"")
    if since is None or (each.template == TEXTS_STOPPED and clock.now() - since <= CONFIRMED_WITHIN):
        return None
    return Held("SMS_OPTED_OUT", each.channel, {"date": f"{since:%Y-%m-%d}"})


def _disclosed(each: Leaving, by: Actor) -> Held | None:
    """Whether what a letter says may be told: by the right that was said, what was signed and what was restricted.

    Whoever a given number is said to be: nobody showed that it is the patient's, so what two laws close to everybody
    else stays closed there without the patient's own word (42 CFR § 2.31, 45 CFR § 164.508(a)(2)).
    """
    faxed = each.channel is Channel.FAX
    if each.patient is None or not (faxed or each.told):
        return None
    if faxed and each.right not in MEANT:
        return Held("FAX_RIGHT_UNSAID", each.channel)
    right = Right(each.right) if faxed else Right.INDIVIDUAL
    telling = disclosing.Telling(each.patient, each.told, right, each.authorization, unproved=faxed)
    return _held(each, disclosing.may_disclose(telling, by=by))


def _content(each: Leaving, writes: Sender, checked: frozenset[str]) -> Held | None:
    """Whether what is in it may take this channel at all."""
    if each.fax and each.fax not in checked:
        return Held("FAX_UNCONFIRMED", each.channel)
    if each.is_letter:
        if each.topic is Topic.EDUCATION and each.channel is Channel.EMAIL:
            return Held("EDU_CHANNEL", each.channel)
        return None if each.channel in FITTING else Held("UNENCRYPTED_CHANNEL", each.channel, {"channel": each.channel})
    made = wording.NOTICES.get(each.template)
    if made is None:
        return Held("TEMPLATE_UNKNOWN", each.channel)
    commercial = each.topic in (Topic.MARKETING, Topic.EDUCATION, Topic.PRACTICE)
    if commercial and each.channel is Channel.EMAIL and not (made.unsubscribe and writes.postal):
        return Held("EMAIL_NO_UNSUB", each.channel)
    return None


def _plain(refusal: Refusal) -> dict[str, str | int]:
    """The facts of a refusal that may be kept in the clear: names of vendors, topics and channels, dates, counts."""
    return {k: v if isinstance(v, int) else str(v) for k, v in refusal.facts.items() if k in KEPT}


KEPT = ("vendor", "service", "date", "channel", "category", "topic", "limit")
