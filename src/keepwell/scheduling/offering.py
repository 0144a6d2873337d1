"""Actions: a freed time is offered to those who wait, one after another, and held for whoever is asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from keepwell.access.persons import persons
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.scheduling import booking, offer_notice, policies, slots, turns, waiting
from keepwell.scheduling.asked import Booking
from keepwell.scheduling.models import (
    STANDING,
    Appointment,
    BookingRequest,
    ChangePolicy,
    FreedTime,
    HealthcareService,
    Offer,
    Offering,
    Slot,
    WaitlistEntry,
)
from keepwell.scheduling.slots import Free

SOON = dt.timedelta(days=1)
"""A visit that begins within a day is held for a shorter while."""
THINK = dt.timedelta(seconds=30)
"""How long a freed time waits before it is offered: whoever cancelled may think better of it."""
STARTS = 32
"""Starts that are looked at in one freed time."""

Status, S = Offer.Status, FreedTime.Status


@dataclass(frozen=True, slots=True)
class Candidate:
    """One who waits and could come, and the first start that suits them."""

    entry: WaitlistEntry
    at: Free


def round_of_offers(*, by: Actor) -> int:
    """What the worker does every minute: offers that ran out go on to the next, freed times are offered.

    Everything it needs is in the rows: after an hour without a worker it goes on where it stood. How many offers.
    """
    waiting.expired(by)
    for offer in Offer.objects.filter(status=Status.STANDING, until__lte=clock.now()).order_by("until", "id"):
        unanswered(offer, by=by)
    made = 0
    for freed in open_times().filter(freed_at__lte=clock.now() - THINK):
        made += offer_next(freed, by=by) is not None
    return made


def open_times() -> QuerySet[FreedTime]:
    """Freed times that nobody has been offered just now, soonest first."""
    asked = Offer.objects.filter(status=Status.STANDING).values("freed_id")
    return FreedTime.objects.filter(status=S.OPEN).exclude(id__in=asked).order_by("starts_at", "id")


def offer_next(freed: FreedTime, *, by: Actor) -> Offer | None:
    """Offers a freed time to whoever's turn it is. None if nobody who waits could come, or it is over or taken."""
    row = FreedTime.objects.select_for_update(skip_locked=True).filter(id=freed.id, status=S.OPEN).first()
    if row is None or Offer.objects.filter(freed=row, status=Status.STANDING).exists():
        return None
    if row.ends_at <= clock.now():
        close(row, S.GONE, by=by)
        return None
    rule = policies.policy()
    for number, one in enumerate(candidates(row, rule), start=1):
        entry = waiting.standing(Q(id=one.entry.id)).select_for_update(skip_locked=True).first()
        if entry is None or Offer.objects.filter(entry=entry, status=Status.STANDING).exists():
            continue
        made = _offered((entry.patient_id, by.practice), row, Candidate(entry, one.at), number, rule, by=by)
        if made is not None:
            offer_notice.tell(made, by=by)
            return made
    return None


def offer_now(freed: FreedTime, *, by: Actor) -> Offer:
    """The same when somebody asks for it. Raises Refusal OFFER_NOBODY."""
    made = offer_next(freed, by=by)
    if made is None:
        raise Refusal("OFFER_NOBODY")
    return made


def candidates(freed: FreedTime, rule: ChangePolicy) -> Iterator[Candidate]:
    """Whoever waits and could come, in the order of their turn; each once. Two statements and one for each service."""
    now = clock.now()
    offered = Offering.objects.filter(practitioner_id=freed.practitioner_id, ended_at=None).values("service_id")
    asked = Offer.objects.filter(Q(freed=freed) | Q(status=Status.STANDING)).values("entry_id")
    entries = list(waiting.standing(Q(service_id__in=offered)).exclude(id__in=asked).select_related("service"))
    if not entries:
        return
    starts: dict[tuple[UUID, str], list[Free]] = {}
    taken = _taken(entries, freed)
    for entry in sorted(entries, key=lambda e: turns.turn(e, now, rule.refusal_days)):
        key = (entry.service_id, entry.state)
        if key not in starts:
            starts[key] = _starts(freed, *key)
        for at in starts[key]:
            fits = turns.suits(entry, at.practitioner, at.starts_at, at.ends_at, now)
            if fits and not any(s < at.ends_at and e > at.starts_at for s, e in taken.get(entry.id, ())):
                yield Candidate(entry, at)
                break


def kept_until(starts_at: dt.datetime, rule: ChangePolicy, now: dt.datetime) -> dt.datetime:
    """How long a time is held for whoever is asked now."""
    minutes = rule.offer_minutes_soon if starts_at - now < SOON else rule.offer_minutes
    return min(now + dt.timedelta(minutes=minutes), starts_at - dt.timedelta(minutes=1))


@action("offer.made", about="whom")
def _offered(
    whom: tuple[UUID, UUID], freed: FreedTime, one: Candidate, turn: int, rule: ChangePolicy, *, by: Actor
) -> Offer | None:
    "A time that came free is offered to somebody who waits and held for them for a while. They are asked in turn."
    now, entry = clock.now(), one.entry
    until = kept_until(one.at.starts_at, rule, now)
    slot = booking.hold_for(entry.service, freed.practitioner_id, one.at.starts_at, until, by)
    if slot is None:
        return None
    terms = {
        "priority": entry.priority,
        "days": (now - entry.since).days,
        "refusals": entry.refusals,
        "counted": turns.waited(entry, now, rule.refusal_days),
    }
    return Offer.objects.create(
        patient_id=entry.patient_id, entry=entry, freed=freed, slot=slot, turn=turn, terms=terms, made_at=now,
        until=until,
    )  # fmt: skip


def accept(offer: Offer, *, by: Actor) -> Appointment:
    """They take it: booked, or the later appointment they had is moved.

    Raises Refusal OFFER_ANSWERED, OFFER_EXPIRED, PATIENT_BUSY and what else a booking raises.
    """
    return _accepted((offer.patient_id, by.practice), offer, by=by)


@action("offer.accepted", about="whom")
def _accepted(whom: tuple[UUID, UUID], offer: Offer, *, by: Actor) -> Appointment:
    "Somebody who waits takes the time they were offered, and waits no more."
    row = _standing(offer)
    if row.until <= clock.now():
        raise Refusal("OFFER_EXPIRED")
    entry, slot = waiting.held(row.entry_id), row.slot
    waiting.ended(row, Status.ACCEPTED)
    made = _given(entry, slot, by)
    row.appointment = made
    row.save(update_fields=["appointment"])
    waiting.settled(entry, WaitlistEntry.Status.BOOKED)
    if entry.request_id:
        BookingRequest.objects.filter(id=entry.request_id).update(
            status=BookingRequest.Status.BOOKED, appointment=made, settled_at=clock.now()
        )
    _shorter(row.freed, slot)
    return made


def decline(offer: Offer, *, by: Actor) -> Offer:
    """They would rather not; the time goes on to the next. Raises Refusal OFFER_ANSWERED."""
    return _declined((offer.patient_id, by.practice), offer, by=by)


@action("offer.declined", about="whom")
def _declined(whom: tuple[UUID, UUID], offer: Offer, *, by: Actor) -> Offer:
    "Somebody who waits turns an offered time down. They go on waiting."
    return waiting.ended(_standing(offer), Status.DECLINED, counts=True)


def unanswered(offer: Offer, *, by: Actor) -> Offer:
    """Nobody answered the call, or the hold ran out. Raises Refusal OFFER_ANSWERED."""
    return _unanswered((offer.patient_id, by.practice), offer, by=by)


@action("offer.unanswered", about="whom")
def _unanswered(whom: tuple[UUID, UUID], offer: Offer, *, by: Actor) -> Offer:
    "An offered time was not answered and is held no more. They go on waiting."
    return waiting.ended(_standing(offer), Status.UNANSWERED, counts=True)


@action("freed_time.closed")
def close(freed: FreedTime, status: str, *, by: Actor) -> FreedTime:
    "A freed time is offered to nobody any more: it is taken, over, or somebody keeps it free."
    freed.status, freed.settled_at = status, clock.now()
    freed.save(update_fields=["status", "settled_at"])
    return freed


def _given(entry: WaitlistEntry, slot: Slot, by: Actor) -> Appointment:
    """The held time, booked; it was freed a moment ago in this transaction, so nobody comes between."""
    standing = Appointment.objects.filter(status__in=STANDING)
    instead = standing.filter(id=entry.instead_of_id).first() if entry.instead_of_id else None
    if instead is not None:
        return booking.move(instead, slot.starts_at, by=by, practitioner=slot.practitioner_id)
    service = HealthcareService.objects.get(id=entry.service_id)
    asked = Booking(
        service.id, slot.practitioner_id, slot.starts_at, entry.modality or service.modalities[0], entry.state
    )
    return booking.book(entry.patient_id, asked, by=by)


def _shorter(freed: FreedTime, slot: Slot) -> None:
    """What is left of a freed time goes on being offered; a time of one visit is taken."""
    if freed.ends_at - freed.starts_at <= slot.ends_at - slot.starts_at:
        FreedTime.objects.filter(id=freed.id).update(status=S.TAKEN, settled_at=clock.now())


def _standing(offer: Offer) -> Offer:
    rows = Offer.objects.select_for_update(of=("self",)).select_related("slot", "freed")
    row = rows.filter(id=offer.id).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    if row.status != Status.STANDING:
        raise Refusal("OFFER_ANSWERED")
    return row


def _starts(freed: FreedTime, service: UUID, state: str) -> list[Free]:
    since = max(freed.starts_at, clock.now())
    return slots.free(
        service, state=state, since=since, until=freed.ends_at, limit=STARTS, only=[freed.practitioner_id]
    )


def _taken(entries: Iterable[WaitlistEntry], freed: FreedTime) -> dict[UUID, list[tuple[dt.datetime, dt.datetime]]]:
    """When those who wait are with somebody already, around the freed time; all records of a person count."""
    rows = list(entries)
    people = persons({e.patient_id for e in rows})
    reach = dt.timedelta(hours=8)
    theirs = Appointment.objects.filter(
        patient_id__in={r for records in people.values() for r in records}, status__in=STANDING,
        starts_at__lt=freed.ends_at + reach, ends_at__gt=freed.starts_at,
    ).order_by()  # fmt: skip
    busy = list(theirs.values_list("id", "patient_id", "starts_at", "ends_at"))
    return {e.id: [(s, u) for i, p, s, u in busy if p in people[e.patient_id] and i != e.instead_of_id] for e in rows}
