"""What happens to vendors and their services: entered, decided, put in use, taken out of use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.outbound import agreements, soundness
from keepwell.outbound.models import Connection, Decision, Ground, ServiceKind, Vendor, VendorService
from keepwell.outbound.vendors import pauses, safeguards
from keepwell.outbound.vendors.whom import who
from keepwell.outbound.vendors.words import FITS
from keepwell.vault.phi import PhiClass

OFFICE = PhiClass.OFFICE
KEEPERS = frozenset({ServiceKind.HOSTING, ServiceKind.STORAGE})
"""Services where the data itself lies: they keep it, and the place has to be known."""
CARRIERS = frozenset({ServiceKind.LETTER, ServiceKind.VOICE, ServiceKind.FAX, ServiceKind.VIDEO})
"""What a mere conduit can be: the post, a line. Who stores and forwards is none, whatever they call themselves."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing a vendor does for the practice: what of patients reaches it, and whether it keeps any."""

    name: str
    kind: ServiceKind
    classes: tuple[PhiClass, ...] = ()
    keeps: bool = True
    rank: int = 0


@action("vendor.added", seals={OFFICE})
def add(name: str, *, by: Actor, contact: str = "", notes: str = "", signs: str = Vendor.Signs.UNKNOWN) -> Vendor:
    "Somebody outside comes into the register. Raises Refusal FIELD_EMPTY, VENDOR_KNOWN, CHOICE_UNKNOWN."
    said = _named(name)
    if Vendor.objects.filter(name__iexact=said, ended_at=None).exists():
        raise Refusal("VENDOR_KNOWN", field="name", vendor=said)
    vendor = Vendor(name=said, signs=_signs(signs), contact=contact or None, notes=notes or None, added_by_id=who(by))
    vendor.save(force_insert=True)
    return vendor


@action("vendor.changed", seals={OFFICE})
def change(vendor: Vendor, *, by: Actor, contact: str, notes: str, signs: str) -> Vendor:
    "Whom to call at a vendor, what is noted about them, and whether they sign agreements."
    vendor.signs, vendor.contact, vendor.notes = _signs(signs), contact or None, notes or None
    vendor.save(update_fields=["signs", "contact", "notes"])
    pauses.look(by=by)
    return vendor


@action("vendor.ended")
def end(vendor: Vendor, *, by: Actor) -> Vendor:
    "A vendor does nothing for the practice any more. Raises Refusal EXIT_NOT_PROVEN while an agreement is not closed."
    safeguards.refuse_open_exits(vendor)
    now = clock.now()
    VendorService.objects.filter(vendor=vendor, ended_at=None).update(ended_at=now, used_since=None)
    Connection.objects.filter(service__vendor=vendor, ended_at=None).update(ended_at=now)
    vendor.ended_at = now
    vendor.save(update_fields=["ended_at"])
    pauses.look(by=by)
    return vendor


@action("vendor_service.added")
def offer(vendor: Vendor, said: Offer, *, by: Actor) -> VendorService:
    "A vendor does one more thing for the practice. It carries nothing before it is decided and in use."
    row = VendorService(
        vendor=vendor, name=_named(said.name), kind=said.kind, classes=sorted(said.classes),
        keeps=said.keeps or said.kind in KEEPERS, rank=said.rank,
    )  # fmt: skip
    row.save(force_insert=True)
    return row


@action("vendor_service.decided", seals={OFFICE})
def decide(service: VendorService, what: Decision, why: Ground, reason: str = "", *, by: Actor) -> VendorService:
    """What a service is in law, and why. One in use that is decided anew has to be put in use again.

    Raises Refusal CONDUIT_STORES, DECISION_UNFOUNDED, NO_PHI_CLASSES.
    """
    _refuse_wrong(service, what, why)
    service.decision, service.ground, service.reason = what, why, reason or None
    service.decided_by_id, service.decided_at = who(by), clock.now()
    service.used_since = service.used_by_id = None
    service.save(update_fields=["decision", "ground", "reason", "decided_by", "decided_at", "used_since", "used_by"])
    pauses.look(by=by)
    return service


@action("vendor_service.used")
def use(service: VendorService, *, by: Actor) -> VendorService:
    """A service may be used from now on; the gate still asks each time.

    Raises Refusal SERVICE_UNDECIDED, VENDOR_REFUSES_BAA, SUBCONTRACTOR_UNPAPERED, HOSTING_ASSURANCE_MISSING and what
    `agreements.carrier` raises.
    """
    if not service.decision:
        raise Refusal("SERVICE_UNDECIDED", vendor=service.vendor.name)
    needed = agreements.decision(service).agreement
    if needed and service.vendor.signs == Vendor.Signs.REFUSES:
        raise Refusal("VENDOR_REFUSES_BAA", vendor=service.vendor.name)
    if needed:
        safeguards.refuse_unpapered(service.vendor, agreements.today_at(service.practice))
    if service.kind in KEEPERS and service.decision != Decision.NO_PHI:
        safeguards.refuse_unassured(service.vendor, agreements.today_at(service.practice))
    service.used_since, service.used_by_id = clock.now(), who(by)
    if needed:
        _refuse_uncovered(service)
    service.save(update_fields=["used_since", "used_by"])
    pauses.look(by=by)
    return service


@action("vendor_service.stopped")
def stop(service: VendorService, *, by: Actor) -> VendorService:
    "A service is not used any more, until somebody puts it in use again."
    service.used_since = service.used_by_id = None
    service.save(update_fields=["used_since", "used_by"])
    pauses.look(by=by)
    return service


def _refuse_uncovered(service: VendorService) -> None:
    covering = agreements.covering([service.id]).get(service.id, [])
    classes, today = frozenset(PhiClass(c) for c in service.classes), agreements.today_at(service.practice)
    found = agreements.answer(service, covering, classes, today, soundness.of(covering, today))
    if isinstance(found, Refusal):
        raise found


def _refuse_wrong(service: VendorService, what: Decision, why: Ground) -> None:
    """What somebody keeps, and what was said of whom, decides what they can be (HHS guidance on cloud computing)."""
    not_associate = what is not Decision.BUSINESS_ASSOCIATE
    if what is Decision.CONDUIT and (service.keeps or service.kind not in CARRIERS):
        raise Refusal("CONDUIT_STORES", field="decision")
    if why is Ground.ENCRYPTED and not_associate:
        raise Refusal("CONDUIT_STORES", field="ground")
    if why not in FITS[what]:
        raise Refusal("DECISION_UNFOUNDED", field="ground")
    if what is Decision.NO_PHI and service.classes:
        raise Refusal("NO_PHI_CLASSES", field="decision")


def _named(name: str) -> str:
    said = " ".join(name.split())
    if not said:
        raise Refusal("FIELD_EMPTY", field="name")
    return said[:120]


def _signs(said: str) -> str:
    if said not in Vendor.Signs.values:
        raise Refusal("CHOICE_UNKNOWN", field="signs")
    return said


def known(classes: Iterable[str]) -> tuple[PhiClass, ...]:
    """Classes as a form names them. Raises Refusal CHOICE_UNKNOWN."""
    said = tuple(dict.fromkeys(classes))
    if not set(said) <= {c.value for c in PhiClass}:
        raise Refusal("CHOICE_UNKNOWN", field="classes")
    return tuple(PhiClass(c) for c in said)
