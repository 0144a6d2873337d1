"""How carriers are reached: what each connector asks for, who connected it, and how the practice writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell.access import policy
from keepwell.access.persons import persons
from keepwell.base import clock, text
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.ledger.actions import action
from keepwell.outbound import placing
from keepwell.outbound.models import Connection, Detail, Sender, VendorService
from keepwell.outbound.models.messages import OFFICE
from keepwell.patients.merging import known
from keepwell.vault.phi import PhiClass

LONGEST = 200
MOST = {"name": 60, "neutral": 60, "phone": 20, "postal": 160, "site": 120}


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing a connector needs to know. A `secret` is shown to nobody again."""

    name: str
    label: Any
    hint: Any = ""
    secret: bool = False
    needed: bool = True
    choices: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """One connector as the page of carriers shows it."""

    connector: str
    channel: Channel
    label: Any
    asks: tuple[Ask, ...]


NETWORKS = Ask(
    "networks",
    _("Your own networks it may lie in"),
    _("Only if the carrier is a server of your own: 10.1.0.0/16. Otherwise leave it empty."),
    needed=False,
)
AUTHORITY = Ask("authority", _("Certificate authority (PEM)"), _("Only for a server of your own."), needed=False)
_HTTPS = (
    Ask("url", _("Address"), _("Begins with https://")),
    Ask("user", _("Account")),
    Ask("password", _("Token"), secret=True),
)
WAYS: dict[str, Way] = {
    way.connector: way
    for way in (
        Way(
            "smtp",
            Channel.EMAIL,
            _("Mail server (SMTP with TLS)"),
            (
                Ask("host", _("Server"), _("Like smtp.example.com")),
                Ask("port", _("Port"), _("Usually 587, or 465")),
                Ask(
                    "security",
                    _("Encryption"),
                    choices=(("starttls", _("STARTTLS (587)")), ("tls", _("TLS from the start (465)"))),
                ),
                Ask("user", _("User"), needed=False),
                Ask("password", _("Password"), secret=True, needed=False),
                Ask("from", _("Sent from")),
                AUTHORITY,
            ),
        ),
        Way(
            "sms",
            Channel.SMS,
            _("Text carrier (HTTPS)"),
            (*_HTTPS, Ask("from", _("Number texts come from")), NETWORKS, AUTHORITY),
        ),
        Way("post", Channel.LETTER, _("Printed here and posted"), ()),
        Way(
            "fax",
            Channel.FAX,
            _("Fax carrier (HTTPS)"),
            (*_HTTPS, Ask("from", _("Your fax number"), needed=False), NETWORKS, AUTHORITY),
        ),
        Way(
            "voice",
            Channel.VOICE,
            _("Voicemail (HTTPS), only what comes in"),
            (*_HTTPS, NETWORKS, AUTHORITY),
        ),
    )
}  # fmt: skip


ONLY_IN = frozenset({"voice"})
"""Connectors that bring messages and carry none: nothing is cleared for them."""


def checked(way: Way, said: Mapping[str, str]) -> dict[str, str]:
    """What was filled in, trimmed. Raises Refusal FIELD_EMPTY, TEXT_TOO_LONG, CHOICE_UNKNOWN, EMAIL_UNREADABLE, and
    why it names no place that may be spoken to (placing.py).
    """
    found = {ask.name: said.get(ask.name, "").strip() for ask in way.asks}
    for ask in way.asks:
        value = found[ask.name]
        if ask.needed and not value:
            raise Refusal("FIELD_EMPTY", field=ask.name)
        if len(value) > (20_000 if ask is AUTHORITY else LONGEST):
            raise Refusal("TEXT_TOO_LONG", field=ask.name, most=LONGEST)
        if ask.choices and value not in dict(ask.choices):
            raise Refusal("CHOICE_UNKNOWN", field=ask.name)
    placing.refuse(found)
    if way.connector == "smtp" and (text.email(found["from"]) is None or not found["from"].isascii()):
        raise Refusal("EMAIL_UNREADABLE", field="from")
    return {name: value for name, value in found.items() if value}


def connect(service: UUID, connector: str, said: Mapping[str, str], *, by: Actor, a_minute: int = 60) -> Connection:
    """A carrier's service is reached this way from now on, instead of any way before."""
    way = WAYS.get(connector)
    if way is None or not 1 <= a_minute <= 10_000:
        raise Refusal("CHOICE_UNKNOWN", field="connector")
    return _connected(service, way, checked(way, said), a_minute, by=by)


@action("connection.made", seals={OFFICE})
def _connected(service: UUID, way: Way, secrets: dict[str, str], a_minute: int, *, by: Actor) -> Connection:
    "A carrier is connected: where it is and what Keepwell signs in with, sealed."
    standing = VendorService.objects.filter(id=service, kind=way.channel.value, ended_at=None).first()
    if standing is None:
        raise Refusal("NOT_FOUND")
    Connection.objects.filter(service=standing, ended_at=None).update(ended_at=clock.now())
    made = Connection(
        channel=way.channel, service=standing, connector=way.connector, secrets=secrets, a_minute=a_minute
    )
    made.save(force_insert=True)
    return made


@action("connection.ended")
def disconnect(connection: UUID, *, by: Actor) -> None:
    "A carrier is not connected any more; what would go through it waits."
    if not Connection.objects.filter(id=connection, ended_at=None).update(ended_at=clock.now()):
        raise Refusal("NOT_FOUND")


@action("sender.described")
def describe(name: str, *, by: Actor, neutral: str = "", phone: str = "", postal: str = "", site: str = "") -> Sender:
    "How the practice writes: its name or a neutral one, the number to call, postal address, and its own site."
    said = {"name": name.strip(), "neutral": neutral.strip(), "phone": phone.strip(), "postal": postal.strip()}
    said["site"] = site.strip().removeprefix("https://").strip("/")
    if not said["name"]:
        raise Refusal("FIELD_EMPTY", field="name")
    for field, value in said.items():
        if len(value) > MOST[field]:
            raise Refusal("TEXT_TOO_LONG", field=field, most=MOST[field])
        if not text.one_line(value):
            raise Refusal("PHI_IN_SUBJECT", field=field)
    Sender.objects.filter(ended_at=None).update(ended_at=clock.now())
    made = Sender(**said)
    made.save(force_insert=True)
    return made


def choose_detail(patient: UUID, level: str, *, by: Actor) -> Detail:
    """What a patient chose takes the place of what they chose before, in every record of theirs.

    Whoever may know how to reach the patient writes it down. Raises Refusal NOT_FOUND, CHOICE_UNKNOWN, POLICY_DENY …
    """
    known(patient)
    policy.require(by, patient, PhiClass.CONTACT)
    if level not in Detail.Level.values:
        raise Refusal("CHOICE_UNKNOWN", field="level")
    return _detail(tuple(persons([patient])[patient]), patient, level, by=by)


@action("detail.chosen", about="records")
def _detail(records: tuple[UUID, ...], patient: UUID, level: str, *, by: Actor) -> Detail:
    "How much notices may say to a patient, as they chose (45 CFR § 164.522(b))."
    Detail.objects.filter(patient_id__in=records, ended_at=None).update(ended_at=clock.now())
    made = Detail(patient_id=patient, level=level)
    made.save(force_insert=True)
    return made
