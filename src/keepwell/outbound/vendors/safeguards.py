"""What stands against a vendor: rooms nobody vouches for, subcontractors without an agreement, an end not proved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from keepwell.base.refusal import Refusal
from keepwell.outbound import soundness
from keepwell.outbound.models import Agreement, Assurance, Vendor
from keepwell.outbound.vendors.words import SAFEGUARDS

VERIFIED_FOR = dt.timedelta(days=365)


def uncovered(vendor: Vendor, today: dt.date) -> list[str]:
    """The safeguards of a data centre that no current evidence speaks of (45 CFR § 164.310(a)(1))."""
    current = Assurance.objects.filter(vendor=vendor, withdrawn_at=None, issued_on__lte=today, ends_on__gte=today)
    spoken = {name for covers in current.order_by("id").values_list("covers", flat=True) for name in covers}
    return [name for name in SAFEGUARDS if name not in spoken]


def refuse_unassured(vendor: Vendor, today: dt.date) -> None:
    """Raises Refusal HOSTING_ASSURANCE_MISSING while evidence about the rooms is missing or over."""
    missing = uncovered(vendor, today)
    if missing:
        raise Refusal("HOSTING_ASSURANCE_MISSING", vendor=vendor.name)


def refuse_unpapered(vendor: Vendor, today: dt.date) -> None:
    """Raises Refusal SUBCONTRACTOR_UNPAPERED for one without an agreement of their own with the vendor."""
    for name in soundness.unpapered(today).filter(vendor=vendor).values_list("name", flat=True):
        raise Refusal("SUBCONTRACTOR_UNPAPERED", name=name, vendor=vendor.name)


def refuse_open_exits(vendor: Vendor) -> None:
    """Raises Refusal EXIT_NOT_PROVEN while the data of an agreement that counted is neither back nor destroyed."""
    counted = Agreement.objects.filter(vendor=vendor, active_at__isnull=False, exit_closed_at=None)
    if counted.exists():
        raise Refusal("EXIT_NOT_PROVEN", vendor=vendor.name)


def assured_until(vendors: Iterable[Vendor]) -> dict[UUID, dt.date]:
    """The last day on which evidence speaks of all three safeguards of their rooms; what was withdrawn ends that day.

    A vendor of whom nobody ever said all three is not in it.
    """
    given = Assurance.objects.filter(vendor__in=list(vendors)).order_by("id")
    ends: dict[UUID, dict[str, dt.date]] = {}
    for vendor, covers, until, withdrawn in given.values_list("vendor_id", "covers", "ends_on", "withdrawn_at"):
        last = until if withdrawn is None else min(until, withdrawn.date())
        for name in covers:
            known = ends.setdefault(vendor, {})
            known[name] = max(last, known.get(name, last))
    return {vendor: min(known.values()) for vendor, known in ends.items() if set(SAFEGUARDS) <= set(known)}


def verification_due(vendor: Vendor) -> dt.date:
    """When the yearly written verification is due. Only proposed law (90 FR 898): amber when late, never a pause."""
    return verifications_due([vendor])[vendor.id]


def verifications_due(vendors: Iterable[Vendor]) -> dict[UUID, dt.date]:
    """The same for many: a year after the last one that counts, or after they came into the register."""
    asked = list(vendors)
    given = Assurance.objects.filter(vendor__in=asked, kind=Assurance.Kind.VERIFICATION, withdrawn_at=None)
    last = dict(given.order_by("issued_on", "id").values_list("vendor_id", "issued_on"))
    return {v.id: last.get(v.id, v.added_at.date()) + VERIFIED_FOR for v in asked}
