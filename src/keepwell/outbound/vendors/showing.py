"""What the register's pages show of vendors: each service with what it is, and whether it may carry anything today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from keepwell.access.models import Practice
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.outbound import agreements, soundness
from keepwell.outbound.agreements import Carrier
from keepwell.outbound.models import Coverage, Decision, Vendor, VendorService
from keepwell.outbound.soundness import Facts
from keepwell.outbound.vendors.words import channel_word
from keepwell.vault.phi import PhiClass


@dataclass(frozen=True, slots=True)
class Standing:
    """One service, and what the gate would say of it now. `days` until its agreement ends, if that is set."""

    service: VendorService
    refusal: Refusal | None
    until: dt.date | None
    days: int | None

    @property
    def tone(self) -> str:
        if not self.service.used_since:
            return ""
        return "good" if self.refusal is None else "danger"


def practice_of(by: Actor) -> Practice:
    return Practice.objects.get(id=by.practice)


def today(by: Actor) -> dt.date:
    """Today by the practice's own clock."""
    return agreements.today_at(practice_of(by))


def standings(by: Actor, vendors: Iterable[UUID] | None = None) -> dict[UUID, list[Standing]]:
    """Each vendor's services in use or offered, by vendor. Five questions to the database, however many there are."""
    rows = VendorService.objects.filter(ended_at=None).select_related("vendor").order_by("kind", "rank", "name", "id")
    services = list(rows if vendors is None else rows.filter(vendor_id__in=list(vendors)))
    covering, now = agreements.covering(s.id for s in services), today(by)
    facts = soundness.of((one for many in covering.values() for one in many), now)
    found: dict[UUID, list[Standing]] = {}
    for service in services:
        found.setdefault(service.vendor_id, []).append(standing(service, covering.get(service.id, []), now, facts))
    return found


def standing(service: VendorService, covering: list[Coverage], today: dt.date, facts: Facts) -> Standing:
    """One service today."""
    if service.decision and service.decision not in (
        Decision.BUSINESS_ASSOCIATE, *agreements.WITHOUT_AGREEMENT
    ):  # fmt: skip
        return Standing(service, None, None, None)
    answer = agreements.answer(service, covering, frozenset(PhiClass(c) for c in service.classes), today, facts)
    if isinstance(answer, Carrier):
        return Standing(service, None, answer.until, (answer.until - today).days if answer.until else None)
    return Standing(service, answer, None, None)


def paused(by: Actor) -> list[tuple[str, Refusal, str]]:
    """What carries nothing now, why, and which channel is cleared instead, in words."""
    found = []
    for channel, refusal in agreements.paused(by).items():
        other = agreements.fallback(channel, by=by)
        found.append((channel_word(channel), refusal, channel_word(other) if other else ""))
    return found


def register(show: str) -> list[Vendor]:
    """The vendors of the register: those there are now, or those that are over."""
    rows = Vendor.objects.filter(ended_at__isnull=show != "ended").order_by("name", "id")
    return list(rows[:200])
