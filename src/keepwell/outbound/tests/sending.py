"""How tests bring a practice to the point where messages leave: a carrier, a connection, a patient's yes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from keepwell.access.actions import system_actor
from keepwell.access.rights import Right
from keepwell.access.tests.consenting import agree
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose
from keepwell.base.sending import Channel, Topic
from keepwell.ledger.doorway import present
from keepwell.outbound import actions, connections, dispatch
from keepwell.outbound.asks import Draft, Elsewhere
from keepwell.outbound.gate import Answer
from keepwell.outbound.models import Message, ServiceKind, VendorService
from keepwell.outbound.tests import firms
from keepwell.patients.reach import Contact
from keepwell.patients.tests.people import adds, again
from tests.cast import Clinic

TO_LEE = Elsewhere("(617) 555-0188", "Dr. Lee, Elm Cardiology", Right.TREATMENT)
SMTP = {"host": "mail.example.org", "port": "587", "security": "starttls", "from": "desk@example.org"}
"""A mail server nobody asks."""
CONNECTORS = {Channel.EMAIL: "smtp", Channel.SMS: "sms", Channel.FAX: "fax"}


def carries(pat: Actor, channel: Channel, secrets: Mapping[str, str], a_minute: int = 60, **more: Any) -> VendorService:
    """A carrier with an agreement in force and a connection."""
    service = firms.cleared(pat, ServiceKind(channel.value), f"Acme {channel}", **more)
    firms.did(pat, connections.connect, service.id, CONNECTORS[channel], secrets, a_minute=a_minute)
    return service


def writes(pat: Actor, **more: Any) -> None:
    """How the practice writes."""
    said = {"name": "Willow", "phone": "617-555-0100", "postal": "1 Elm St, Boston MA 02110", "site": "willow.example"}
    firms.did(pat, connections.describe, **said | more)


def reachable(clinic: Clinic, patient: UUID, *topics: Topic) -> None:
    """The patient has an e-mail address and a mobile, and said yes to both for these topics."""
    adds(clinic, patient, Contact(system="email", value="ada@example.org"))
    adds(clinic, patient, Contact(system="sms", value="(617) 555-0143"))
    for topic in topics or (Topic.APPOINTMENTS, Topic.CARE):
        for channel in ("email", "sms"):
            agree(clinic, patient, channel, topic)


def sends(by: Actor, draft: Draft) -> Answer:
    with present(again(by)) as here:
        return actions.send(draft, by=here)


def reminder(patient: UUID, *ways: Channel, **more: Any) -> Draft:
    values = {"when": clock.now(), "link": "/a/7f3"}
    return Draft("appointment.reminder", patient, ways=ways or (Channel.EMAIL,), values=values, **more)


def dispatched(clinic: Clinic, **more: Any) -> int:
    return dispatch.practice(clinic.practice.id, **more)


def only(clinic: Clinic) -> Message:
    """The one message there is."""
    return every(clinic)[0]


def every(clinic: Clinic) -> list[Message]:
    with present(system_actor(clinic.practice.id, Purpose.TREAT)):
        return list(Message.objects.order_by("id"))
