"""Who waits and what is offered, as the page shows it: two openings, and only offers show how to reach somebody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext as _

from keepwell import charts
from keepwell.access import policy
from keepwell.access.models import Membership
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.charts.excerpts import plan
from keepwell.patients.excerpts import NameTag, Reach
from keepwell.patients.views import chart_of
from keepwell.scheduling import offering, policies, turns, waiting
from keepwell.scheduling.excerpts_waiting import WaitNote
from keepwell.scheduling.models import FreedTime, Modality, Offer, Slot, WaitlistEntry
from keepwell.scheduling.words import MODALITIES
from keepwell.scheduling.words_waiting import FREED, OFFERS, PRIORITIES, WEEKDAYS

PAGE = 50
RECENT = 12


@dataclass(frozen=True, slots=True)
class Waiter:
    """One who waits, in their turn."""

    id: UUID
    place: int
    name: str
    href: str
    service: str
    wish: str
    priority: str
    urgent: bool
    days: int
    refusals: int
    counted: int
    asked: bool


@dataclass(frozen=True, slots=True)
class Call:
    """One offer that stands: whom to call, about which time, until when it is held."""

    id: UUID
    name: str
    href: str
    reach: tuple[tuple[str, str], ...]
    note: str
    service: str
    provider: str
    starts_at: dt.datetime
    until: dt.datetime
    terms: dict[str, Any]
    moves: bool

    @property
    def over(self) -> bool:
        return self.until <= clock.now()


@dataclass(frozen=True, slots=True)
class Free:
    """A freed time that nobody is asked about just now."""

    id: UUID
    provider: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    why: str
    asked: int


def shown(by: Actor) -> dict[str, Any]:
    """The whole page: calls to make, times to offer, who waits."""
    rule, now = policies.policy(), clock.now()
    entries = sorted(
        waiting.standing().select_related("service", "instead_of")[:500],
        key=lambda e: turns.turn(e, now, rule.refusal_days),
    )
    offers = list(
        Offer.objects.filter(status=Offer.Status.STANDING)
        .select_related("entry__service", "slot")
        .order_by("until", "id")[:PAGE]
    )
    freed = _free_now()
    names = _members({*(o.slot.practitioner_id for o in offers), *(f.practitioner_id for f in freed)} | _named(entries))
    asked = {offer.entry_id for offer in offers}
    before = Offer.objects.filter(freed_id__in=[f.id for f in freed]).order_by()
    counts = dict(before.values_list("freed_id").annotate(Count("id"))) if freed else {}
    return {
        "calls": _calls(offers, names, by),
        "freed": [_free(f, names, counts.get(f.id, 0)) for f in freed],
        "waiters": _waiters(entries[:PAGE], asked, names, rule.refusal_days, by),
        "more": len(entries) > PAGE,
        "rule": [words % {"days": rule.refusal_days} for words in map(str, turns.RULE)],
        "hold": rule,
    }


def said(entry: WaitlistEntry, names: dict[UUID, str]) -> str:
    """What somebody waits for besides the service, in a line."""
    parts: list[Any] = [MODALITIES[Modality(entry.modality)][0]] if entry.modality else []
    parts += [names.get(UUID(each), "") for each in entry.practitioners]
    if entry.days:
        parts.append(", ".join(str(WEEKDAYS[d]) for d in entry.days))
    if entry.opens or entry.closes:
        parts.append(_between(entry.opens, entry.closes))
    if entry.until_day:
        parts.append(_("until %(day)s") % {"day": f"{entry.until_day:%m/%d}"})
    return " · ".join(str(each) for each in parts if each) or _("any time")


def history(by: Actor) -> dict[str, Any]:
    """The last offers and what became of them: every one is also in the activity log."""
    offers = list(
        Offer.objects.exclude(status=Offer.Status.STANDING)
        .select_related("entry__service", "slot")
        .order_by("-made_at", "id")[:RECENT]
    )
    tags = _tags([o.patient_id for o in offers], by)
    lines = [
        (tags.get(o.patient_id, ""), o.entry.service.name, o.slot.starts_at, OFFERS[Offer.Status(o.status)], o.made_at)
        for o in offers
    ]
    return {"offers": lines}


def _calls(offers: Sequence[Offer], names: dict[UUID, str], by: Actor) -> list[Call]:
    if not offers:
        return []
    wanted = [e for e in (NameTag, Reach, WaitNote) if plan(e).classes <= policy.visible(by)]
    whom = [o.patient_id for o in offers]
    chart = charts.open(whom, *wanted, by=by, listed=True, partly=True) if wanted else None
    tags = chart.each(NameTag) if chart and NameTag in wanted else {}
    reach = chart.all(Reach) if chart and Reach in wanted else {}
    notes = (
        {n.pk: n.note for many in chart.all(WaitNote).values() for n in many} if chart and WaitNote in wanted else {}
    )
    return [
        Call(o.id, tags[o.patient_id].name if o.patient_id in tags else "", chart_of(o.patient_id),
             tuple((r.system, r.value) for r in reach.get(o.patient_id, ()) if r.ended_at is None),
             notes.get(o.entry_id) or "", o.entry.service.name, names.get(o.slot.practitioner_id, ""),
             o.slot.starts_at, o.until, o.terms, o.entry.instead_of_id is not None)
        for o in offers
    ]  # fmt: skip


def _waiters(
    entries: Sequence[WaitlistEntry], asked: set[UUID], names: dict[UUID, str], refusal_days: int, by: Actor
) -> list[Waiter]:
    tags, now = _tags([e.patient_id for e in entries], by), clock.now()
    return [
        Waiter(e.id, place, tags.get(e.patient_id, ""), chart_of(e.patient_id), e.service.name, said(e, names),
               str(PRIORITIES[WaitlistEntry.Priority(e.priority)]), e.priority == WaitlistEntry.Priority.URGENT,
               (now - e.since).days, e.refusals, turns.waited(e, now, refusal_days), e.id in asked)
        for place, e in enumerate(entries, start=1)
    ]  # fmt: skip


def _tags(patients: Iterable[UUID], by: Actor) -> dict[UUID, str]:
    whom = list(patients)
    if not whom:
        return {}
    tags = charts.open(whom, NameTag, by=by, listed=True, partly=True).each(NameTag)
    return {patient: tag.name for patient, tag in tags.items()}


def _free_now() -> list[FreedTime]:
    """Open times nobody is asked about and nobody booked since."""
    rows = list(offering.open_times().filter(ends_at__gt=clock.now())[:PAGE])
    if not rows:
        return []
    taken = Slot.objects.filter(
        practitioner_id__in={r.practitioner_id for r in rows}, starts_at__lt=max(r.ends_at for r in rows),
        ends_at__gt=min(r.starts_at for r in rows), status__in=(Slot.Status.BUSY, Slot.Status.BLOCKED),
    ).order_by()  # fmt: skip
    busy = list(taken.values_list("practitioner_id", "starts_at", "ends_at"))
    return [
        r for r in rows if not any(p == r.practitioner_id and s <= r.starts_at and e >= r.ends_at for p, s, e in busy)
    ]


def _free(row: FreedTime, names: dict[UUID, str], asked: int) -> Free:
    return Free(
        row.id,
        names.get(row.practitioner_id, ""),
        row.starts_at,
        row.ends_at,
        str(FREED[FreedTime.Why(row.why)]),
        asked,
    )


def _named(entries: Iterable[WaitlistEntry]) -> set[UUID]:
    return {UUID(each) for entry in entries for each in entry.practitioners}


def _members(ids: Iterable[UUID]) -> dict[UUID, str]:
    wanted = set(ids)
    return dict(Membership.objects.filter(id__in=wanted).values_list("id", "name")) if wanted else {}


def _between(opens: dt.time | None, closes: dt.time | None) -> str:
    if opens and closes:
        return f"{opens:%H:%M}-{closes:%H:%M}"
    return (
        _("from %(time)s") % {"time": f"{opens:%H:%M}"} if opens else _("until %(time)s") % {"time": f"{closes:%H:%M}"}
    )
