"""Actions: somebody waits for a time, waits otherwise, or waits no more."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.places import STATES
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.scheduling import wall
from keepwell.scheduling.models import Appointment, BookingRequest, HealthcareService, Offer, Slot, WaitlistEntry
from keepwell.vault.phi import PhiClass

LONGEST = 300
Status = WaitlistEntry.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody waits for. No practitioner means any, no days any day, no o'clocks any hour."""

    service: UUID
    time_zone: str
    practitioners: tuple[UUID, ...] = ()
    modality: str = ""
    state: str = ""
    days: tuple[int, ...] = ()
    opens: dt.time | None = None
    closes: dt.time | None = None
    from_day: dt.date | None = None
    until_day: dt.date | None = None
    notice_minutes: int = 60
    priority: int = WaitlistEntry.Priority.ROUTINE
    note: str = ""

    def columns(self) -> dict[str, Any]:
        """Checked, as the row keeps it. Raises Refusal by name."""
        where = wall.zone(self.time_zone)
        service = HealthcareService.objects.filter(id=self.service, ended_at=None, seats=1).first()
        if service is None:
            raise Refusal("SERVICE_UNKNOWN", field="service")
        if self.modality and self.modality not in service.modalities:
            raise Refusal("MODALITY_UNKNOWN", field="modality")
        if service.clinical and not self.state:
            raise Refusal("LOCATION_REQUIRED", field="state")
        if (self.state and self.state not in STATES) or self.priority not in WaitlistEntry.Priority.values:
            raise Refusal("CHOICE_UNKNOWN", field="state" if self.state not in STATES else "priority")
        if not set(self.days) <= set(range(1, 8)):
            raise Refusal("WEEKDAY_UNKNOWN", field="days")
        if self.opens and self.closes and self.closes <= self.opens:
            raise Refusal("TIME_ORDER", field="closes")
        self._days_ahead(wall.day_of(clock.now(), where))
        if len(self.note) > LONGEST:
            raise Refusal("TEXT_TOO_LONG", field="note", most=LONGEST)
        return self._plain() | {"note": self.note.strip() or None}

    def _days_ahead(self, today: dt.date) -> None:
        if self.until_day and self.from_day and self.until_day < self.from_day:
            raise Refusal("TIME_ORDER", field="until_day")
        if self.until_day and self.until_day < today:
            raise Refusal("TIME_PAST", field="until_day")

    def _plain(self) -> dict[str, Any]:
        same = (
            "time_zone",
            "modality",
            "state",
            "opens",
            "closes",
            "from_day",
            "until_day",
            "notice_minutes",
            "priority",
        )
        said = {name: getattr(self, name) for name in same}
        who = [str(each) for each in self.practitioners]
        return said | {"service_id": self.service, "practitioners": who, "days": list(self.days)}


@action("waitlist.joined", about="patient", seals={PhiClass.CONTACT})
def join(
    patient: UUID,
    wish: Wish,
    *,
    by: Actor,
    instead_of: Appointment | None = None,
    request: BookingRequest | None = None,
) -> WaitlistEntry:
    "Somebody waits for a time that comes free. One wait for one service; a second is refused."
    columns = wish.columns()
    if standing(Q(patient_id=patient, service_id=wish.service)).exists():
        raise Refusal("WAITLIST_TWICE", field="service")
    entry = WaitlistEntry(patient_id=patient, since=clock.now(), instead_of=instead_of, request=request, **columns)
    entry.save(force_insert=True)
    return entry


@action("waitlist.changed", about="entry", seals={PhiClass.CONTACT})
def change(entry: WaitlistEntry, wish: Wish, *, by: Actor) -> WaitlistEntry:
    "Somebody waits for other times, or sooner. They keep their place by how long they have waited."
    row = held(entry.id)
    for column, value in wish.columns().items():
        setattr(row, column, value)
    row.save()
    return row


def leave(entry: WaitlistEntry, *, by: Actor) -> WaitlistEntry:
    """Raises Refusal NOT_FOUND, WAITLIST_OVER."""
    return _left((entry.patient_id, by.practice), entry, by=by)


@action("waitlist.left", about="whom")
def _left(whom: tuple[UUID, UUID], entry: WaitlistEntry, *, by: Actor) -> WaitlistEntry:
    "Somebody waits no more. What was offered to them is free again."
    row = held(entry.id)
    offers = Offer.objects.select_for_update().filter(entry=row, status=Offer.Status.STANDING).order_by("id")
    for offer in offers:
        ended(offer, Offer.Status.WITHDRAWN)
    return settled(row, Status.WITHDRAWN)


@action("waitlist.expired", about="patients")
def expire(patients: tuple[UUID, ...], entries: list[WaitlistEntry], *, by: Actor) -> None:
    "The last day somebody would wait is over."
    for entry in entries:
        settled(entry, Status.EXPIRED)


def expired(by: Actor) -> int:
    """Those whose last day is over wait no more; how many."""
    now = clock.now()
    late = standing(Q(until_day__lt=now.date())).select_for_update(skip_locked=True)
    entries = [e for e in late if e.until_day and e.until_day < wall.day_of(now, wall.zone(e.time_zone))]
    entries = [e for e in entries if not Offer.objects.filter(entry=e, status=Offer.Status.STANDING).exists()]
    if entries:
        expire(tuple(dict.fromkeys(e.patient_id for e in entries)), entries, by=by)
    return len(entries)


def standing(which: Q = Q()) -> QuerySet[WaitlistEntry]:  # noqa: B008 - an empty condition is never changed
    """Who waits now, in the order they came."""
    return WaitlistEntry.objects.filter(which, status=Status.WAITING).order_by("since", "id")


def held(entry: UUID) -> WaitlistEntry:
    """The entry, nobody else's until the transaction ends. Raises Refusal NOT_FOUND, WAITLIST_OVER."""
    row = WaitlistEntry.objects.select_for_update().filter(id=entry).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    if row.status != Status.WAITING:
        raise Refusal("WAITLIST_OVER")
    return row


def settled(entry: WaitlistEntry, status: str) -> WaitlistEntry:
    """Inside an action about the patient."""
    entry.status, entry.settled_at = status, clock.now()
    entry.save(update_fields=["status", "settled_at"])
    return entry


def ended(offer: Offer, status: str, *, counts: bool = False) -> Offer:
    """An offer is over and its time is held no more; inside an action about the patient and the practice.

    `counts`: it was turned down or not answered, which counts as days of waiting less.
    """
    offer.status, offer.settled_at = status, clock.now()
    offer.save(update_fields=["status", "settled_at"])
    Slot.objects.filter(id=offer.slot_id, status=Slot.Status.HELD).update(status=Slot.Status.FREE)
    if counts:
        WaitlistEntry.objects.filter(id=offer.entry_id).update(refusals=F("refusals") + 1)
    return offer
