"""May this go to them, this way, about this? The one decision; gate, exports and screens ask here and nowhere else.

In order: how the patient asked to be reached (45 CFR § 164.522(b)), restrictions agreed to (§ 164.522(a)), what they
said yes and no to (47 CFR § 64.1200, § 164.508(a)(3)), and, for what holds more than a notice, whether they chose
ordinary e-mail or texts after a warning. Records merged into one person count as one, the stricter for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext

from keepwell.access import authorizations, reachable
from keepwell.access.models import Authorization, Consent, Restriction
from keepwell.access.reachable import Facts, People
from keepwell.access.words import CHANNELS, TOPICS
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel, Topic
from keepwell.vault.phi import PhiClass

Toward = Restriction.Toward

BY_DEFAULT = {
    Channel.PORTAL: frozenset(Topic) - {Topic.EDUCATION, Topic.MARKETING},
    Channel.LETTER: frozenset(Topic) - {Topic.EDUCATION, Topic.MARKETING},
}
"""What needs no opt-in of its own: their own account, and letters about their own care. Codes and links they asked for
themselves (`Topic.ACCESS`) need none anywhere. The rest is off until somebody says yes."""

NEEDS_WARNING = frozenset({Channel.SMS, Channel.EMAIL})
"""Ways that are not encrypted all the way."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One message somebody wants to send, as far as consent is concerned.

    `letter`: it says more than a notice does. `point`: the contact point or address it goes to. `number`: the keyed
    digest of the number a text goes to (`texting.digest_of`). `toward` others than the patient: only restrictions
    count here, whatever else it takes to disclose to them. `classes`: what a letter holds.
    """

    patient: UUID
    channel: Channel
    topic: Topic
    letter: bool = False
    point: UUID | None = None
    number: bytes | None = None
    toward: str = ""
    classes: frozenset[PhiClass] = frozenset()


def may_reach(asked: Sequence[Asked], *, by: Actor, people: People | None = None) -> list[Refusal | None]:
    """Why each of these may not be sent, or None. The same few statements however many are asked.

    `people` says which records belong together, if the caller knows already.
    """
    facts = reachable.gather(asked, by, people)
    return [_decided(one, facts, by) for one in asked]


def why_not(patient: UUID, channel: Channel, topic: Topic, *, by: Actor, letter: bool = False) -> str:
    """Why a patient may not be reached this way about this, in one sentence with its code; empty if they may."""
    (refusal,) = may_reach([Asked(patient, channel, topic, letter)], by=by)
    return sentence(refusal) if refusal else ""


def sentence(refusal: Refusal) -> str:
    """A refusal as screens say it: what is in the way, what to do, and the code."""
    said = " ".join(gettext(part) for part in (refusal.wording.message, refusal.wording.next_step))
    topic, channel = (str(refusal.facts.get(name, "")) for name in ("category", "channel"))
    named = {"category": TOPICS[Topic(topic)]} if topic in set(Topic) else {}
    named |= {"channel": CHANNELS[Channel(channel)]} if channel in set(Channel) else {}
    return f"{said.format_map(refusal.facts | named)} ({refusal.code})"


def _decided(asked: Asked, facts: Facts, by: Actor) -> Refusal | None:
    records = facts.people[asked.patient]
    restricted = facts.bound.get(asked.patient) or _restricted(asked, facts, records)
    if asked.toward:
        return restricted
    return (
        _confidential(asked, facts, records)
        or restricted
        or _unwilling(asked, facts, records)
        or _unwarned(asked, facts, records)
    )


def _confidential(asked: Asked, facts: Facts, records: Sequence[UUID]) -> Refusal | None:
    """The patient named the ways that remain; each record of a person may have named some, and all of them hold."""
    for request in (facts.requests[record] for record in records if record in facts.requests):
        points = set(request.points)
        if asked.channel not in request.channels or (points and asked.point and str(asked.point) not in points):
            return Refusal("CHANNEL_NOT_ALLOWED")
        if points and asked.point is None and asked.channel is not Channel.PORTAL:
            return Refusal("CHANNEL_NOT_ALLOWED")
    return None


def _restricted(asked: Asked, facts: Facts, records: Sequence[UUID]) -> Refusal | None:
    """An agreed restriction on disclosing to whoever this goes to."""
    for row in facts.restrictions:
        if row.patient_id not in records or row.toward != asked.toward or not asked.toward:
            continue
        if row.classes and asked.classes and not asked.classes & set(row.classes):
            continue
        if row.paid_in_full:
            return Refusal("SELF_PAY_RESTRICTED")
        return Refusal("RESTRICTION_BLOCK", date=f"{row.starts_at:%Y-%m-%d}")
    return None


def _unwilling(asked: Asked, facts: Facts, records: Sequence[UUID]) -> Refusal | None:
    """What they said no to, the number that texted STOP, and what needs a yes it does not have."""
    if asked.channel is Channel.SMS and (stop := facts.stopped(asked, records)):
        return Refusal("SMS_OPTED_OUT", date=f"{stop:%Y-%m-%d}")
    rows = [row for row in facts.answers if row.patient_id in records and row.kind == Consent.Kind.REACH]
    said = [row for row in rows if row.topic in ("", asked.topic) and row.channel in ("", asked.channel)]
    if no := next((row for row in said if not row.agreed), None):
        return _opted_out(asked, no)
    if asked.topic is Topic.MARKETING and not _authorized(facts.marketing, records):
        return Refusal("MARKETING_AUTH_REQUIRED", n=1)
    if asked.topic is Topic.ACCESS or asked.topic in BY_DEFAULT.get(asked.channel, ()):
        return None
    if asked.topic is Topic.MARKETING and asked.channel in BY_DEFAULT:
        return None
    yes = [row for row in said if row.topic == asked.topic and row.channel == asked.channel]
    return _unsure(yes) if yes else _no_opt_in(asked)


def _unsure(yes: Sequence[Consent]) -> Refusal | None:
    """Whether a yes still counts: it has not run out, and nobody changed what it was said to. All of them have to."""
    for row in yes:
        if row.expires_at is not None and row.expires_at <= clock.now():
            return Refusal("CONSENT_TEXT_OUTDATED")
        if row.text is not None and row.digest != row.text.digest:
            return Refusal("CONSENT_TEXT_ALTERED")
        if row.outdated:  # type: ignore[attr-defined]
            return Refusal("CONSENT_TEXT_OUTDATED")
    return None


def _opted_out(asked: Asked, no: Consent) -> Refusal:
    if asked.channel is Channel.SMS:
        return Refusal("SMS_OPTED_OUT", date=f"{no.given_at:%Y-%m-%d}")
    return _no_opt_in(asked)


def _no_opt_in(asked: Asked) -> Refusal:
    if asked.channel is Channel.SMS:
        return Refusal("SMS_NO_CONSENT")
    if asked.channel is Channel.EMAIL:
        return Refusal("EMAIL_NOT_AGREED")
    return Refusal("OPT_IN_REQUIRED", category=asked.topic)


def _unwarned(asked: Asked, facts: Facts, records: Sequence[UUID]) -> Refusal | None:
    """A letter by ordinary e-mail or text: only to the address they chose after the warning (§ 164.522(b), § 164.524).

    Part 2 records need a choice of their own; psychotherapy notes never go that way.
    """
    if not asked.letter or asked.channel not in NEEDS_WARNING:
        return None
    no = Refusal("UNENCRYPTED_CHANNEL", channel=asked.channel)
    if asked.point is None or PhiClass.PSYCHOTHERAPY in asked.classes:
        return no
    needed = {Consent.Kind.ORDINARY} | ({Consent.Kind.ORDINARY_PART2} if PhiClass.PART2 in asked.classes else set())
    for kind in needed:
        chosen = [
            row for row in facts.answers if row.patient_id in records and row.kind == kind and row.point == asked.point
        ]
        if not any(row.agreed for row in chosen) or not all(row.agreed for row in chosen):
            return no
        if unsure := _unsure(chosen):
            return unsure
    return None


def _authorized(marketing: Sequence[Authorization], records: Sequence[UUID]) -> bool:
    """Whether somebody signed for marketing, and that can be relied on today."""
    return any(row.patient_id in records and authorizations.why_unusable(row) is None for row in marketing)
