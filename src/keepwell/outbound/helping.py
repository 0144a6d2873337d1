"""What helps a message that waits: where its cause is taken away, whether it could leave now, and by which other way.

Nobody is sent to a page that their role does not open.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from keepwell.access import policy
from keepwell.access.policy import Can
from keepwell.access.ways import may_open
from keepwell.base.actor import Actor
from keepwell.base.sending import Channel
from keepwell.outbound import agreements, words
from keepwell.outbound.clearance import Cleared
from keepwell.outbound.composing import again
from keepwell.outbound.models import Message, Vendor
from keepwell.outbound.reaching import CLASSES, Reached
from keepwell.patients.consents import picture
from keepwell.patients.views import chart_of

CARRIER = frozenset({
    "CARRIER_NOT_CONNECTED", "CARRIER_SIGN_IN", "CARRIER_AWAY", "CARRIER_BUSY", "INSECURE_TRANSPORT", "EMAIL_NO_UNSUB",
    "WEBHOOK_NOT_HTTPS", "WEBHOOK_PRIVATE", "CARRIER_REFUSES", "SENDER_REFUSED", "SENDING_BROKE", "NETWORK_UNREADABLE",
})  # fmt: skip
ASKABLE = frozenset({"SMS_NO_CONSENT", "EMAIL_NOT_AGREED", "OPT_IN_REQUIRED", "CONSENT_TEXT_OUTDATED"})
"""What one question to the patient settles, asked and answered beside the message."""
CONSENT = ASKABLE | {
    "SMS_OPTED_OUT", "CHANNEL_NOT_ALLOWED", "UNENCRYPTED_CHANNEL", "MARKETING_AUTH_REQUIRED", "CONSENT_TEXT_ALTERED",
    "CONSENT_TEXT_MISSING", "TEXTS_STOPPED",
}  # fmt: skip
ADDRESS = frozenset({"NO_ADDRESS", "ADDRESS_REFUSED"})
RESTRICTED = frozenset({"RESTRICTION_BLOCK", "SELF_PAY_RESTRICTED"})
OTHERS = (Channel.EMAIL, Channel.SMS, Channel.LETTER)


@dataclass(frozen=True, slots=True)
class Fix:
    """The page where the cause can be taken away; `beside`: it fits beside the list."""

    label: str
    href: str
    beside: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Now:
    """What the gate says of a waiting message at this moment: clear, or why not; and the other ways that are."""

    reached: Reached
    clear: bool
    why: str
    others: tuple[Channel, ...]


def fixes(rows: Sequence[Message], by: Actor) -> dict[UUID, Fix]:
    """For each message the first page that takes its cause away and that this reader may open."""
    named = {str(m.facts["vendor"]) for m in rows if m.reason in agreements.PAUSES and "vendor" in m.facts}
    vendors = dict(Vendor.objects.filter(name__in=named, ended_at=None).values_list("name", "id")) if named else {}
    found = {m.id: next((f for f in _pages(m, vendors) if may_open(by, f.href)), None) for m in rows}
    return {id: fix for id, fix in found.items() if fix is not None}


def _pages(message: Message, vendors: dict[str, UUID]) -> Iterable[Fix]:
    code, patient = message.reason, message.patient_id
    if code in agreements.PAUSES:
        vendor = str(message.facts.get("vendor", ""))
        if vendor in vendors:
            yield Fix(vendor, reverse("vendor", args=[vendors[vendor]]))
        yield Fix(_("Vendors and agreements"), reverse("vendors"))
        yield Fix(_("Call these people"), reverse("call-list"))
    elif code in CARRIER:
        yield Fix(_("Carriers"), reverse("carriers"))
    elif patient is not None:
        if code in ASKABLE:
            yield Fix(_("Ask the patient"), reverse("outbox-message", args=[message.id]), beside=True)
        yield from _of_patient(code, patient)


def _of_patient(code: str, patient: UUID) -> Iterable[Fix]:
    if code in CONSENT:
        yield Fix(_("Consents"), reverse("consents", args=[patient]))
    if code in ADDRESS:
        yield Fix(_("Phones and addresses"), reverse("patient", args=[patient]))
    if code in RESTRICTED:
        yield Fix(_("Restrictions"), reverse("restrictions", args=[patient]))
    yield Fix(_("Chart"), chart_of(patient))


def now(message: Message, by: Actor) -> Now | None:
    """The gate asked once more, by the message's own ways and by the others; None where the reader may not know it."""
    if message.patient_id is None or Channel.FAX in message.ways or not policy.visible(by) >= CLASSES:
        return None
    ways = [way for way in OTHERS if way not in message.ways]
    first, *rest = again([message, *(_by(message, way) for way in ways)], by=by, fallback=False)
    why = "" if isinstance(first.answer, Cleared) else words.because(first.answer.code, first.answer.facts)
    return Now(first.reached, not why, why, tuple(made.channel for made in rest if isinstance(made.answer, Cleared)))


def asks(message: Message, by: Actor) -> dict[str, Any] | None:
    """The words to read to the patient when their yes is all that is missing; None when it is something else."""
    if message.reason not in ASKABLE or message.patient_id is None or not policy.may(by, Can.RECORD_CONSENTS):
        return None
    found = picture.scripts([message.channel], message.language)
    return {"text": found[message.channel]} if message.channel in found else None


def _by(message: Message, way: Channel) -> Message:
    other = copy.copy(message)
    other.ways = [way]
    return other
