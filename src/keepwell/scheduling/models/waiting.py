"""Who waits for an earlier or another time, times that came free, and to whom each was offered."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from keepwell.access.models import Membership
from keepwell.practices.models import Tenanted, subject
from keepwell.scheduling.models.appointments import Appointment, Slot
from keepwell.scheduling.models.requests import BookingRequest
from keepwell.scheduling.models.services import HealthcareService
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass


class WaitlistEntry(Tenanted):
    """A patient waits for a time (FHIR AppointmentStatus waitlist): for what, with whom, when it would suit.

    Days and o'clocks are on the wall of `time_zone`; they stand in the clear, so that a freed time finds who could come
    without a single record being opened. `instead_of` is the later appointment that an accepted offer moves.
    """

    class Status(models.TextChoices):
        WAITING = "waiting"
        BOOKED = "booked"
        WITHDRAWN = "withdrawn"
        EXPIRED = "expired"

    class Priority(models.IntegerChoices):
        URGENT = 1
        SOON = 2
        ROUTINE = 3

    patient = subject()
    service = models.ForeignKey(HealthcareService, models.PROTECT, related_name="+", db_constraint=False)
    practitioners: Any = models.JSONField(default=list)
    modality = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=2, blank=True)
    days: Any = models.JSONField(default=list)
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)
    time_zone = models.CharField(max_length=64)
    from_day = models.DateField(null=True)
    until_day = models.DateField(null=True)
    notice_minutes = models.PositiveIntegerField(default=60)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.ROUTINE)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    since = models.DateTimeField()
    refusals = models.PositiveSmallIntegerField(default=0)
    note = SealedField(phi=PhiClass.CONTACT, null=True)
    instead_of = models.ForeignKey(Appointment, models.PROTECT, related_name="+", db_constraint=False, null=True)
    request = models.ForeignKey(BookingRequest, models.PROTECT, related_name="+", db_constraint=False, null=True)
    settled_at = models.DateTimeField(null=True)

    plain = {
        "practitioners", "modality", "state", "days", "opens", "closes", "time_zone", "from_day", "until_day",
        "notice_minutes", "priority", "status", "since", "refusals", "settled_at",
    }  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "patient", "service"],
                condition=Q(status="waiting"),
                name="scheduling_waitlistentry_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["practice", "service"], condition=Q(status="waiting"), name="scheduling_waitlist_waiting"
            )
        ]


class FreedTime(Tenanted):
    """A practitioner's time that came free, offered to those who wait one after another until somebody takes it.

    Written with what freed it, in one transaction: a worker that is down forgets none.
    """

    class Status(models.TextChoices):
        OPEN = "open"
        TAKEN = "taken"
        GONE = "gone"

    class Why(models.TextChoices):
        CANCELLED = "cancelled"
        MOVED = "moved"
        GIVEN_BACK = "given-back"

    practitioner = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    why = models.CharField(max_length=12, choices=Why)
    status = models.CharField(max_length=6, choices=Status, default=Status.OPEN)
    freed_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    plain = {"starts_at", "ends_at", "why", "status", "freed_at", "settled_at"}

    class Meta:
        indexes = [models.Index(fields=["practice", "starts_at"], condition=Q(status="open"), name="scheduling_freed")]


class Offer(Tenanted):
    """A freed time is offered to one who waits and held for them until `until`. `terms` says why it was their turn."""

    class Status(models.TextChoices):
        STANDING = "standing"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        UNANSWERED = "unanswered"
        WITHDRAWN = "withdrawn"

    patient = subject()
    entry = models.ForeignKey(WaitlistEntry, models.PROTECT, related_name="+", db_constraint=False)
    freed = models.ForeignKey(FreedTime, models.PROTECT, related_name="+", db_constraint=False)
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="+", db_constraint=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.STANDING)
    turn = models.PositiveSmallIntegerField()
    terms: Any = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="+", db_constraint=False, null=True)

    plain = {"status", "turn", "terms", "made_at", "until", "settled_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry"], condition=Q(status="standing"), name="scheduling_offer_one_wish"),
            models.UniqueConstraint(fields=["freed"], condition=Q(status="standing"), name="scheduling_offer_one_time"),
            models.UniqueConstraint(fields=["freed", "entry"], name="scheduling_offer_once"),
        ]
        indexes = [models.Index(fields=["practice", "patient", "made_at"], name="scheduling_offer_whose")]
