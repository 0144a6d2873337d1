"""Why a message waits, in one sentence with its code."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keepwell.access.consents import sentence
from keepwell.base.refusal import Refusal, catalogue
from keepwell.base.sending import Channel
from keepwell.outbound.letters import LETTERS
from keepwell.outbound.models import Message
from keepwell.outbound.vendors.words import channel_word
from keepwell.outbound.wording import NOTICES

REASONS: dict[str, Any] = {
    "ADDRESS_REFUSED": _("The carrier does not take it: the address is not reachable."),
    "TEXTS_STOPPED": _("This number texted STOP to the carrier."),
    "CARRIER_AWAY": _("The carrier could not be reached. It is tried again."),
    "CARRIER_BUSY": _("The carrier could not take it now. It is tried again."),
    "CARRIER_SIGN_IN": _("The carrier did not accept what Keepwell signs in with."),
    "INSECURE_TRANSPORT": _("The connection to the carrier was not secure, so nothing was sent."),
    "CARRIER_SILENT": _("The carrier got it and did not answer: it may have arrived or not. Ask before sending again."),
    "SENDER_STOPPED": _("Keepwell was stopped while sending: it may have arrived or not. Ask before sending again."),
    "CARRIER_REFUSES": _("The carrier does not take it, and not because of the address. It is tried again."),
    "SENDER_REFUSED": _("The carrier does not let us write from our own address or number."),
    "SENDING_BROKE": _("It could not be put together. Tell whoever runs this system."),
    "TOO_LATE": _("The time it was good for was over."),
    "POINTLESS": _("What it speaks of no longer stands."),
}
"""Codes that are no refusal: what became of a message on its way."""

STATUSES: dict[str, Any] = {
    "planned": _("Planned"), "waiting": _("Waiting to send"), "cleared": _("On its way"), "sending": _("Being sent"),
    "sent": _("Sent"), "delivered": _("Delivered"), "bounced": _("Could not be delivered"),
    "failed": _("Could not be delivered"), "unknown": _("Not known whether it arrived"),
    "discarded": _("Discarded"), "withdrawn": _("Withdrawn"),
}  # fmt: skip


def why(message: Message) -> str:
    """Why it waits, or what became of it; empty when there is nothing to say."""
    return because(message.reason, message.facts)


def because(code: str, facts: dict[str, Any]) -> str:
    """A code as one sentence. One that this version does not know says itself."""
    if not code:
        return ""
    if code in REASONS:
        return f"{REASONS[code]} ({code})"
    if code not in catalogue():
        return code
    shown = dict(facts)
    if "channel" in shown:
        shown["channel"] = channel_word(Channel(shown["channel"]))
    return sentence(Refusal(code, **shown))


def title(message: Message) -> str:
    """What kind of message it is, in words."""
    known = (LETTERS if message.is_letter else NOTICES).get(message.template)
    return str(known.title) if known else message.template


def channels(message: Message) -> str:
    return channel_word(Channel(message.channel))


def status(message: Message) -> str:
    if message.channel == Channel.LETTER and message.status == Message.Status.SENT:
        return gettext("Printed, not posted yet") if message.printed_at else gettext("Ready to print")
    return str(STATUSES.get(message.status, message.status))
