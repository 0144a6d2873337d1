"""Who may carry what: the first question of the gate, asked of the carrier and never of the recipient.

45 CFR § 164.502(e), § 164.504(e), § 164.308(b). Every answer is computed from the rows of this moment: an agreement
that ended yesterday carries nothing today, whatever ran at night.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.outbound import soundness
from keepwell.outbound.models import Agreement, Connection, Coverage, Decision, ServiceKind, Vendor, VendorService
from keepwell.outbound.soundness import Facts
from keepwell.outbound.vendors.words import channel_word
from keepwell.practices.models import Practice
from keepwell.vault.phi import PhiClass

REACHES = frozenset({PhiClass.CONTACT})
"""What reaches a carrier with the barest message: an address that belongs to a patient."""

CARRIES = {channel: ServiceKind(channel.value) for channel in Channel if channel is not Channel.PORTAL} | {
    Channel.PORTAL: ServiceKind.HOSTING
}
"""Channel → the kind of service that carries it. The portal is carried by whoever hosts it."""

WITHOUT_AGREEMENT = frozenset({Decision.CONDUIT, Decision.WORKFORCE})
"""Who may carry a patient's message without a business associate agreement (45 CFR § 160.103)."""

NEXT_BEST = (Channel.EMAIL, Channel.SMS, Channel.VOICE, Channel.LETTER, Channel.FAX)
"""In which order another way is looked for when a channel is paused. The portal joins when it carries messages."""

PAUSES = frozenset({
    "BAA_REQUIRED", "BAA_EXPIRED", "BAA_NOT_COUNTERSIGNED", "BAA_AUTO_RENEW_UNREVIEWED", "BAA_CLASS_NOT_COVERED",
    "CURE_EXPIRED", "SERVICE_NOT_IN_USE", "VENDOR_REFUSES_BAA", "BAA_CLAUSE_MISSING", "BAA_CLAUSE_UNCONFIRMED",
    "SUBCONTRACTOR_UNPAPERED",
})  # fmt: skip
"""Why nobody may carry a channel: what is no word of the patient's, so that another channel does as well."""


Wanted = tuple[Channel, frozenset[PhiClass]]
"""A channel, and what would reach whoever carries it."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """A service that is cleared to carry, and until when that holds (None: no end is set)."""

    service: UUID
    vendor: UUID
    label: str
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What a service was decided to be, why, by whom; `agreement` when the law asks for one."""

    decision: Decision | None
    ground: str
    agreement: bool
    decided_by: UUID | None
    decided_at: dt.datetime | None


def carrier(channel: Channel, *, by: Actor, classes: Iterable[PhiClass] = REACHES) -> Carrier:
    """The service that may carry this channel now.

    Raises the refusals of `PAUSES`.
    """
    found = asked(channel, by=by, classes=classes)
    if isinstance(found, Refusal):
        raise found
    return found


def asked(channel: Channel, *, by: Actor, classes: Iterable[PhiClass] = REACHES) -> Carrier | Refusal:
    """The same as an answer, for whoever holds a message and says why instead of refusing a page."""
    key = channel, frozenset(classes)
    return carriers([key], by=by)[key]


def carriers(wanted: Iterable[Wanted], *, by: Actor) -> dict[Wanted, Carrier | Refusal]:
    """For many channels and classes at once: four questions to the database, however many there are.

    Of several that are cleared the first that is connected carries; a fifth question says which those are.
    """
    keys = set(wanted)
    rows = list(_services(by).filter(kind__in={CARRIES[channel] for channel, _classes in keys}))
    asking = _Asking(rows)
    answers = {
        (channel, classes): [asking.answer(row, classes) for row in rows if row.kind == CARRIES[channel]]
        for channel, classes in keys
    }
    able = {key: [each for each in many if isinstance(each, Carrier)] for key, many in answers.items()}
    connected = _connected({each.service for many in able.values() if len(many) > 1 for each in many})
    return {key: _first(able[key], connected) or _nobody(key[0], answers[key]) for key in keys}


def _first(able: list[Carrier], connected: frozenset[UUID]) -> Carrier | None:
    """The first that something can leave by; where none is connected the first of all, whose the reason is then."""
    return next((each for each in able if each.service in connected), able[0] if able else None)


def _nobody(channel: Channel, answers: list[Carrier | Refusal]) -> Carrier | Refusal:
    word = _("anybody who carries {channel}").format(channel=channel_word(channel))
    return answers[0] if answers else Refusal("BAA_REQUIRED", vendor=word)


def _connected(services: set[UUID]) -> frozenset[UUID]:
    """Those of these services that the practice is connected to now."""
    standing = Connection.objects.filter(ended_at=None, service_id__in=services) if services else None
    return frozenset(standing.order_by().values_list("service_id", flat=True)) if standing is not None else frozenset()


def cleared(service: UUID, *, by: Actor, classes: Iterable[PhiClass]) -> Carrier:
    """One service by name, for what is no channel: a webhook, a laboratory, a video relay. Raises the same refusals."""
    rows = _services(by).filter(id=service)
    answers = _answered(list(rows), frozenset(classes))
    if not answers:
        raise Refusal("NOT_FOUND")
    if isinstance(answers[0], Refusal):
        raise answers[0]
    return answers[0]


def asked_of(service: VendorService, classes: frozenset[PhiClass]) -> Carrier | None:
    """One service in hand: whether it may have these classes now."""
    found = _answered([service], classes)[0]
    return found if isinstance(found, Carrier) else None


def fallback(channel: Channel, *, by: Actor, among: Iterable[Channel] = NEXT_BEST) -> Channel | None:
    """Another channel that carries now, for messages whose own is paused; None: people have to be called."""
    others = [c for c in NEXT_BEST if c in frozenset(among) and c is not channel]
    carried = carrying(others, by=by)
    return next((c for c in others if c in carried), None)


def carrying(channels: Iterable[Channel], *, by: Actor) -> frozenset[Channel]:
    """Of these channels, those by which something can leave now: whoever may carry it is connected as well."""
    asked_for = list(channels)
    able = [(kind, answer.service) for kind, answer in _by_kind(by) if isinstance(answer, Carrier)]
    connected = _connected({service for _kind, service in able})
    kinds = {kind for kind, service in able if service in connected}
    return frozenset(c for c in asked_for if CARRIES[c] in kinds)


def paused(by: Actor) -> dict[Channel, Refusal]:
    """Channels that somebody is in use for and nobody may carry now, each with the reason."""
    found: dict[ServiceKind, list[Carrier | Refusal]] = {}
    for kind, answer in _by_kind(by):
        found.setdefault(kind, []).append(answer)
    stopped: dict[Channel, Refusal] = {}
    for channel, kind in CARRIES.items():
        refusals = [answer for answer in found.get(kind, []) if isinstance(answer, Refusal)]
        if refusals and len(refusals) == len(found[kind]):
            stopped[channel] = refusals[0]
    return stopped


def decision(service: VendorService) -> Decided:
    """What this service is in law, and why."""
    said = Decision(service.decision) if service.decision else None
    needed = said is None or said is Decision.BUSINESS_ASSOCIATE
    return Decided(said, service.ground, needed, service.decided_by_id, service.decided_at)


def trouble(agreement: Agreement, today: dt.date, facts: Facts) -> str:
    """Why an agreement does not count today, as a code; empty while it is in force.

    Signatures, clauses, whether the vendor signs at all and the papers of those below it are asked every time: what is
    found out after it came into force counts from then on.
    """
    if not all(day is not None and day <= today for day in (agreement.signed_by_us_on, agreement.signed_by_them_on)):
        return "BAA_NOT_COUNTERSIGNED"
    if agreement.active_at is None:
        return "BAA_REQUIRED"
    if agreement.terminated_on is not None and agreement.terminated_on <= today:
        return "BAA_EXPIRED"
    if agreement.starts_on > today:
        return "BAA_REQUIRED"
    if agreement.cure_by and agreement.cure_by < today and not agreement.cured_on and not agreement.kept_at:
        return "CURE_EXPIRED"
    if agreement.ends_on is not None and agreement.ends_on < today:
        return "BAA_AUTO_RENEW_UNREVIEWED" if agreement.renews_itself else "BAA_EXPIRED"
    return facts.against(agreement)


def ended_on(agreement: Agreement) -> dt.date | None:
    """The day an agreement ends or ended."""
    days = [day for day in (agreement.ends_on, agreement.terminated_on) if day is not None]
    return min(days, default=None)


def refusal(code: str, vendor: Vendor, agreement: Agreement | None = None, facts: Facts | None = None) -> Refusal:
    """A code of `trouble` as a refusal about this vendor."""
    day = ended_on(agreement) if agreement else None
    found = facts or Facts()
    more = {
        "name": found.unpapered.get(vendor.id, ""),
        "list": found.missing.get(agreement.id, "") if agreement else "",
    }
    said = {name: value for name, value in more.items() if value}
    return Refusal(code, vendor=vendor.name, date=f"{day:%Y-%m-%d}" if day else "", **said)


def today_at(practice: Practice) -> dt.date:
    """Today by the practice's own clock."""
    return clock.now().astimezone(ZoneInfo(practice.time_zone)).date()


def _by_kind(by: Actor) -> list[tuple[ServiceKind, Carrier | Refusal]]:
    rows = list(_services(by).filter(kind__in=list(CARRIES.values()), used_since__isnull=False))
    return [(ServiceKind(row.kind), answer) for row, answer in zip(rows, _answered(rows, REACHES), strict=True)]


def _services(by: Actor) -> QuerySet[VendorService]:
    standing = VendorService.objects.filter(practice_id=by.practice, ended_at=None, vendor__ended_at=None)
    ranked = standing.order_by(F("used_since").asc(nulls_last=True), "rank", "name", "id")
    return ranked.select_related("vendor", "practice")


def _answered(rows: list[VendorService], classes: frozenset[PhiClass]) -> list[Carrier | Refusal]:
    """One answer for each service, the same questions for all."""
    asking = _Asking(rows)
    return [asking.answer(row, classes) for row in rows]


class _Asking:
    """What covers some services and what stands against it, found once."""

    def __init__(self, rows: list[VendorService]) -> None:
        self._covering = covering(row.id for row in rows)
        self._today = today_at(rows[0].practice) if rows else dt.date.min
        self._facts = soundness.of((one for many in self._covering.values() for one in many), self._today)

    def answer(self, row: VendorService, classes: frozenset[PhiClass]) -> Carrier | Refusal:
        return answer(row, self._covering.get(row.id, []), classes, self._today, self._facts)


def covering(services: Iterable[UUID]) -> dict[UUID, list[Coverage]]:
    """What covers these services, the newest agreement first; one question for all."""
    found: dict[UUID, list[Coverage]] = {}
    covered = Coverage.objects.filter(service_id__in=list(services), ended_at=None)
    for one in covered.select_related("agreement__vendor").order_by("-agreement__starts_on", "id"):
        found.setdefault(one.service_id, []).append(one)
    return found


def answer(
    row: VendorService, covering: list[Coverage], classes: frozenset[PhiClass], today: dt.date, facts: Facts
) -> Carrier | Refusal:
    """Whether one service may carry these classes today."""
    best = _best(row, covering, classes, today, facts)
    if row.used_since is None and isinstance(best, Carrier):
        return Refusal("SERVICE_NOT_IN_USE", vendor=row.vendor.name)
    return best


def _best(
    row: VendorService, covering: list[Coverage], classes: frozenset[PhiClass], today: dt.date, facts: Facts
) -> Carrier | Refusal:
    label = f"{row.vendor.name} · {row.name}"
    if not classes <= frozenset(row.classes):
        return Refusal("BAA_CLASS_NOT_COVERED", vendor=row.vendor.name)
    if row.decision in WITHOUT_AGREEMENT:
        return Carrier(row.id, row.vendor_id, label)
    worst: Refusal | None = None
    for one in covering if row.decision == Decision.BUSINESS_ASSOCIATE else ():
        code = trouble(one.agreement, today, facts)
        if not code and classes <= frozenset(one.classes):
            return Carrier(row.id, row.vendor_id, label, ended_on(one.agreement))
        worst = worst or refusal(code or "BAA_CLASS_NOT_COVERED", row.vendor, one.agreement, facts)
    return worst or refusal("BAA_REQUIRED", row.vendor)
