"""Where and when a recipient is reached: their addresses by channel, language, zone and the detail they chose."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from keepwell import charts
from keepwell.access import reachable
from keepwell.access.consents import NEEDS_WARNING
from keepwell.access.models import Membership, Practice
from keepwell.access.reachable import Named
from keepwell.base.actor import Actor
from keepwell.base.sending import Channel
from keepwell.charts.excerpts import plan
from keepwell.outbound.models import Detail, Sender
from keepwell.patients.excerpts import Addresses, NameTag, Reach, Whereabouts

REACHING = (NameTag, Whereabouts, Reach, Addresses)
CLASSES = frozenset().union(*(plan(excerpt).classes for excerpt in REACHING))
"""What is opened of a patient to reach them, and what somebody must be allowed to see for it."""


@dataclass(frozen=True, slots=True, repr=False)
class Point:
    """One address for one channel; `id` is the contact point's, none for a colleague's own."""

    id: UUID | None
    value: Any


@dataclass(frozen=True, slots=True, repr=False)
class Reached:
    """One recipient."""

    name: str
    first_name: str
    language: str
    zone: str
    level: str = "usual"
    points: dict[Channel, list[Point]] = field(default_factory=dict)
    named: Named = field(default_factory=Named)

    def at(self, way: Channel, *, letter: bool) -> list[Point]:
        """Where one way may lead: to what the person named, and to their first address only if they named none.

        A second address is never tried because the first is closed: who stopped texts to one number did not ask for
        them at another. For a letter by a way that others read, those chosen after the warning count as named.
        """
        there = self.points.get(way, [])
        only = [p for p in there if p.id in self.named.only] or there
        fit = [p for p in only if p.id in self.named.ordinary] if letter and way in NEEDS_WARNING else []
        return fit or (only if self.named.only else only[:1])


def patients(whom: Iterable[UUID], *, by: Actor) -> dict[UUID, Reached]:
    """Patients by their points of contact, in one opening. Raises Refusal POLICY_DENY, RESTRICTION_BLOCK."""
    asked = tuple(dict.fromkeys(whom))
    if not asked:
        return {}
    chart = charts.open(asked, *REACHING, by=by)
    tags, where, reach, homes = (
        chart.each(NameTag), chart.each(Whereabouts), chart.all(Reach), chart.all(Addresses),
    )  # fmt: skip
    levels = _levels(chart.records)
    zone, named = zone_of(by.practice), reachable.named(_whose(chart.records))
    return {
        p: Reached(
            tags[p].name,
            tags[p].preferred_name or tags[p].given_name,
            _spoken(where[p]),
            where[p].time_zone or zone,
            levels.get(p, "usual"),
            _points(reach.get(p, []), homes.get(p, [])),
            named[p],
        )
        for p in asked
    }


def _whose(records: Mapping[UUID, UUID]) -> dict[UUID, list[UUID]]:
    """Who was asked for, each with their records."""
    found: dict[UUID, list[UUID]] = {}
    for record, person in records.items():
        found.setdefault(person, []).append(record)
    return found


def language_of(patient: UUID, *, by: Actor) -> str:
    """The language a patient is written to in. Raises Refusal POLICY_DENY, RESTRICTION_BLOCK, NOT_FOUND."""
    return _spoken(charts.open(patient, Whereabouts, by=by, listed=False).one(Whereabouts))


def _spoken(where: Whereabouts) -> str:
    return "es" if (where.language or "").startswith("es") else "en"


def _levels(records: Mapping[UUID, UUID]) -> dict[UUID, str]:
    """How much each chose to be told (§ 164.522(b)); of several records of one person, what says least holds."""
    found: dict[UUID, str] = {}
    rows = Detail.objects.filter(patient_id__in=list(records), ended_at=None).order_by("id")
    for record, level in rows.values_list("patient_id", "level"):
        known = found.get(records[record], level)
        found[records[record]] = min(known, level, key=Detail.Level.values.index)
    return found


def members(whom: Collection[UUID], *, by: Actor) -> dict[UUID, Reached]:
    """Colleagues by the address they sign in with."""
    zone = zone_of(by.practice) if whom else ""
    rows = Membership.objects.filter(id__in=set(whom)).values_list("id", "name", "person__email")
    return {
        id: Reached(name, name, "en", zone, "usual", {Channel.EMAIL: [Point(None, email)]} if email else {})
        for id, name, email in rows.order_by("id")
    }


def somebody(address: str, ways: Iterable[Channel], *, by: Actor) -> Reached:
    """A number or address that may be nobody's: no name, and words in both languages say where it is not known."""
    return Reached("", "", "en", zone_of(by.practice), "usual", {way: [Point(None, address)] for way in ways})


def zone_of(practice: UUID) -> str:
    """Where the practice is."""
    return str(Practice.objects.values_list("time_zone", flat=True).get(id=practice))


def sender(by: Actor) -> Sender:
    """Under which name the practice writes now; by default its own."""
    row = Sender.objects.filter(ended_at=None).first()
    return row or Sender(
        name=(Practice.objects.filter(id=by.practice).values_list("name", flat=True).first() or "")[:60]
    )


def _points(reach: Iterable[Reach], homes: Iterable[Addresses]) -> dict[Channel, list[Point]]:
    found: dict[Channel, list[Point]] = {}
    for point in (p for p in reach if p.ended_at is None):
        if point.system == "email":
            found.setdefault(Channel.EMAIL, []).append(Point(point.pk, point.value))
        if point.system == "phone":
            found.setdefault(Channel.VOICE, []).append(Point(point.pk, point.value))
        if point.system == "sms" or (point.system == "phone" and point.use == "mobile"):
            found.setdefault(Channel.SMS, []).append(Point(point.pk, point.value))
    for home in (h for h in homes if h.ended_at is None):
        found.setdefault(Channel.LETTER, []).append(Point(home.pk, home.where))
    return found
