"""What somebody who leaves still has, and who outside is to be told: two lists on the record of their departure.

Registered devices they carry come onto the list by themselves; badges, keys and anything else are named by hand. Each
thing is returned, wiped or written off before the record closes. That partners are told within 24 hours is proposed
law: the page shows the clock, and nothing waits for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell import charts
from keepwell.access import policy
from keepwell.access.models import Departure, Device
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.charts.excerpts import plan
from keepwell.compliance.people.excerpts import Carried, Partner
from keepwell.compliance.people.models import Equipment, PartnerNotice
from keepwell.ledger.actions import action
from keepwell.vault.phi import PhiClass

LONGEST = 120
PARTNERS_WITHIN = dt.timedelta(hours=24)
"""Proposed 45 CFR § 164.308(a)(9) (90 FR 898), not in force."""

OUTCOMES = {
    "returned": _("Returned"),
    "wiped": _("Wiped"),
    "written_off": _("Written off"),
}
HOW = {
    "telephone": _("By telephone"),
    "email": _("By e-mail"),
    "letter": _("By letter"),
    "portal": _("On their own site"),
}


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing on the screen; `name` is empty where this role may not read it."""

    row: Equipment
    name: str


@dataclass(frozen=True, slots=True)
class Told:
    """One partner on the screen, and how many hours are left to tell them, or were."""

    row: PartnerNotice
    name: str
    hours: int


@action("equipment.listed")
def take_stock(departure: Departure, devices: Iterable[Device], *, by: Actor) -> None:
    "The computers and phones somebody carries are on the list of what should come back."
    listed = set(
        Equipment.objects.filter(departure=departure, device__isnull=False).values_list("device_id", flat=True)
    )
    for device in devices:
        if device.id not in listed:
            Equipment.objects.create(departure=departure, device=device, added_by_id=departure.asked_by_id)


@action("equipment.added", seals={PhiClass.OFFICE})
def add(departure: Departure, name: str, *, by: Actor) -> Equipment:
    "Something somebody has of the practice's, named by hand. Raises Refusal FIELD_EMPTY, TEXT_TOO_LONG, STALE_VERSION."
    row = Equipment(departure=_open(departure), name=_tidy(name), added_by_id=by.id)
    row.save(force_insert=True)
    return row


@action("equipment.settled")
def settle(thing: Equipment, outcome: str, *, by: Actor) -> Equipment:
    "A thing came back, was wiped, or is given up. Raises Refusal CHOICE_UNKNOWN, STALE_VERSION."
    if outcome not in OUTCOMES:
        raise Refusal("CHOICE_UNKNOWN", field="outcome")
    _open(thing.departure)
    if thing.settled_at is not None:
        raise Refusal("STALE_VERSION")
    thing.outcome, thing.settled_by_id, thing.settled_at = outcome, by.id, clock.now()
    thing.save(update_fields=["outcome", "settled_by", "settled_at"])
    return thing


@action("partner.listed", seals={PhiClass.OFFICE})
def list_partner(departure: Departure, name: str, *, by: Actor) -> PartnerNotice:
    "Somebody outside is to be told of an ended access. Raises Refusal FIELD_EMPTY, TEXT_TOO_LONG, STALE_VERSION."
    due = departure.left_at + PARTNERS_WITHIN
    row = PartnerNotice(departure=_open(departure), name=_tidy(name), due_at=due, added_by_id=by.id)
    row.save(force_insert=True)
    return row


@action("partner.told")
def tell(partner: PartnerNotice, how: str, *, by: Actor) -> PartnerNotice:
    "Somebody outside was told that an access ended, and how. Raises Refusal CHOICE_UNKNOWN, STALE_VERSION."
    if how not in HOW:
        raise Refusal("CHOICE_UNKNOWN", field="how")
    if partner.told_at is not None:
        raise Refusal("STALE_VERSION")
    partner.how, partner.told_by_id, partner.told_at = how, by.id, clock.now()
    partner.save(update_fields=["how", "told_by", "told_at"])
    return partner


def outstanding(departure: Departure) -> int:
    """How many things have not come back, were not wiped and were not given up."""
    return Equipment.objects.filter(departure=departure, settled_at=None).count()


def lists(departure: Departure, by: Actor) -> tuple[list[Thing], list[Told]]:
    """Both lists of a departure, their names from one opening if this role may read them."""
    things = list(Equipment.objects.select_related("device", "settled_by").filter(departure=departure).order_by("id"))
    partners = list(PartnerNotice.objects.select_related("told_by").filter(departure=departure).order_by("id"))
    names = _names(departure, by) if partners or any(t.device is None for t in things) else {}
    shown = [Thing(t, t.device.name if t.device else names.get(t.id, "")) for t in things]
    return shown, [Told(p, names.get(p.id, ""), _hours(p)) for p in partners]


def _names(departure: Departure, by: Actor) -> dict[UUID, str]:
    if not plan(Partner).classes <= policy.visible(by):
        return {}
    chart = charts.open(by.practice, Carried, Partner, by=by)
    things = chart.all(Carried, Equipment.objects.filter(departure=departure, device=None).order_by("id"))
    partners = chart.all(Partner, PartnerNotice.objects.filter(departure=departure).order_by("id"))
    found = [*things.get(by.practice, ()), *partners.get(by.practice, ())]
    return {one.pk: one.name or "" for one in found}


def _hours(partner: PartnerNotice) -> int:
    return int((partner.due_at - (partner.told_at or clock.now())).total_seconds() // 3600)


def _open(departure: Departure) -> Departure:
    if departure.closed_at is not None:
        raise Refusal("STALE_VERSION")
    return departure


def _tidy(name: str) -> str:
    words = " ".join(name.split())
    if not words:
        raise Refusal("FIELD_EMPTY", field="name")
    if len(words) > LONGEST:
        raise Refusal("TEXT_TOO_LONG", field="name", most=LONGEST)
    return words
