"""Messages: everything that leaves, from when it is asked for until it is known what became of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from keepwell.access.models import Authorization, Membership
from keepwell.base import clock
from keepwell.base.sending import Channel, Topic
from keepwell.outbound.models.vendors import VendorService
from keepwell.patients.models import Patient
from keepwell.practices.models import Tenanted, subject
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass

CONTACT, MESSAGE, OFFICE = PhiClass.CONTACT, PhiClass.MESSAGE, PhiClass.OFFICE


class Message(Tenanted):
    """Something that leaves (FHIR Communication): to a patient about themselves, or to a colleague.

    A *notice* has fixed words by `template` and closed `values`; a *letter* has `content` made from excerpts. What goes
    to a colleague, or to the practice's own systems, is sealed in `office`. `ways` are the channels that would do, best
    first; `channel` is the one it takes. `right`: by what right somebody else is told (a fax), and on which
    `authorization`. `key` makes asking twice the same as asking once.

    What answers a number or address nobody is known by is a subject of its own. `mark` is a keyed hash of where such an
    answer goes, so that nobody gets two a day; the number itself is sealed. What goes by post is `sent` once it may be
    printed; `batch` says with which others it was.
    """

    class Status(models.TextChoices):
        PLANNED = "planned"
        WAITING = "waiting"
        CLEARED = "cleared"
        SENDING = "sending"
        SENT = "sent"
        DELIVERED = "delivered"
        BOUNCED = "bounced"
        FAILED = "failed"
        UNKNOWN = "unknown"
        DISCARDED = "discarded"
        WITHDRAWN = "withdrawn"

    whose = models.UUIDField()
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, related_name="+", db_constraint=False)
    member = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", db_constraint=False)
    ways: Any = models.JSONField(default=list)
    channel = models.CharField(max_length=8, choices=[(c, c) for c in Channel])
    topic = models.CharField(max_length=14, choices=[(t, t) for t in Topic])
    template = models.CharField(max_length=60)
    wording = models.PositiveSmallIntegerField(default=1)
    is_letter = models.BooleanField(default=False)
    language = models.CharField(max_length=5, default="en")
    to = SealedField(phi=CONTACT, kind=dict, null=True)
    values = SealedField(phi=CONTACT, kind=dict, null=True)
    content = SealedField(phi=MESSAGE, kind=dict, null=True)
    office = SealedField(phi=OFFICE, kind=dict, null=True)
    point = models.UUIDField(null=True)
    right = models.CharField(max_length=20, blank=True)
    authorization = models.ForeignKey(Authorization, models.PROTECT, null=True, related_name="+", db_constraint=False)
    not_before = models.DateTimeField(null=True)
    not_after = models.DateTimeField(null=True)
    key = models.CharField(max_length=120, blank=True)
    mark = models.BinaryField(null=True)
    origin = models.CharField(max_length=60, blank=True)
    origin_id = models.UUIDField(null=True)
    status = models.CharField(max_length=10, choices=Status.choices)
    reason = models.CharField(max_length=40, blank=True)
    facts: Any = models.JSONField(default=dict)
    asked_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", db_constraint=False)
    asked_at = models.DateTimeField(default=clock.now)
    next_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    attempt = models.UUIDField(null=True)
    sending_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    carrier = models.UUIDField(null=True)
    connection = models.UUIDField(null=True)
    reference = models.CharField(max_length=120, blank=True)
    batch = models.UUIDField(null=True)
    printed_at = models.DateTimeField(null=True)

    subject_column = "whose"
    plain = {
        "whose", "ways", "channel", "topic", "template", "wording", "is_letter", "language", "point", "right",
        "not_before", "not_after", "key", "mark", "origin", "origin_id", "status", "reason", "facts", "asked_at",
        "next_at", "attempts", "attempt", "sending_at", "sent_at", "settled_at", "carrier", "connection", "reference",
        "batch", "printed_at",
    }  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "key"], condition=~Q(key=""), name="outbound_message_once"),
            models.CheckConstraint(
                condition=Q(whose=Coalesce(F("patient"), F("member"), F("id"))), name="outbound_message_whose"
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice", "next_at"], condition=Q(next_at__isnull=False), name="outbound_message_due"
            ),
            models.Index(fields=["practice", "status", "asked_at"], name="outbound_message_list"),
            models.Index(fields=["practice", "whose", "sent_at"], name="outbound_message_whose_at"),
            models.Index(fields=["practice", "connection", "sending_at"], name="outbound_message_rate"),
            models.Index(fields=["practice", "reference"], condition=~Q(reference=""), name="outbound_message_ref"),
            models.Index(
                fields=["practice", "mark", "asked_at"], condition=Q(mark__isnull=False), name="outbound_message_mark"
            ),
        ]

    @property
    def to_unknown(self) -> bool:
        """Whether it goes to a number or address nobody is known by."""
        return self.patient_id is None and self.member_id is None

    @property
    def message_id(self) -> str:
        """What mail systems know it by (RFC 5322 § 3.6.4): the same at every attempt."""
        return f"<{self.id.hex}@{practice_domain(self.practice_id)}>"


def practice_domain(practice: UUID | None) -> str:
    """The right side of message ids: says which installation's practice wrote, and nothing of it."""
    return f"{(practice or UUID(int=0)).hex[:12]}.keepwell.invalid"


class Connection(Tenanted):
    """How a carrier is reached for one channel: which connector, and what it signs in with, sealed as the practice's.

    `service` is the vendor's service of the register: the gate asks for its agreement, and uses no other connection.
    """

    channel = models.CharField(max_length=8, choices=[(c, c) for c in Channel])
    service = models.ForeignKey(VendorService, models.PROTECT, related_name="+", db_constraint=False)
    connector = models.CharField(max_length=20)
    secrets = SealedField(phi=OFFICE, kind=dict)
    a_minute = models.PositiveIntegerField(default=60)
    made_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)

    plain = {"channel", "connector", "a_minute", "made_at", "ended_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "service"], condition=Q(ended_at=None), name="outbound_connection_once"
            )
        ]


class Sender(Tenanted):
    """Under which name the practice writes. A clinic whose name tells a condition writes under a neutral one."""

    name = models.CharField(max_length=60)
    neutral = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    postal = models.CharField(max_length=160, blank=True)
    site = models.CharField(max_length=120, blank=True)
    made_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)

    plain = {"name", "neutral", "phone", "postal", "site", "made_at", "ended_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice"], condition=Q(ended_at=None), name="outbound_sender_once")
        ]


class Detail(Tenanted):
    """How much a notice to a patient may say, as they chose (45 CFR § 164.522(b))."""

    class Level(models.TextChoices):
        LEAST = "least"
        USUAL = "usual"
        FULL = "full"

    patient = subject()
    level = models.CharField(max_length=5, choices=Level.choices)
    began_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)

    plain = {"level", "began_at", "ended_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "patient"], condition=Q(ended_at=None), name="outbound_detail_once"
            )
        ]


class ConfirmedNumber(Tenanted):
    """A fax number somebody checked before the first fax went there; a keyed hash of it, never the number."""

    mark = models.BinaryField()
    confirmed_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", db_constraint=False)
    confirmed_at = models.DateTimeField(default=clock.now)

    plain = {"mark", "confirmed_at"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "mark"], name="outbound_number_once")]


class Heard(Tenanted):
    """A carrier's call that was taken in, by a keyed hash of its signature: the same call again is a replay."""

    mark = models.BinaryField()
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="+", db_constraint=False)
    heard_at = models.DateTimeField(default=clock.now)

    plain = {"mark", "heard_at"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "mark"], name="outbound_heard_once")]
