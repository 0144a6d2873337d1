"""Texts by HTTPS, in the way of Twilio's Messages resource, which several carriers speak."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar
from urllib.parse import urlencode

from keepwell.base.sending import Channel
from keepwell.outbound.connectors import answers
from keepwell.outbound.connectors.base import Connector, Fate, Outcome, Parcel

STOPPED = 21610
"""The carrier's own code for a number that texted STOP to it."""

OURS = frozenset({21212, 21603, 21606, 21659, 21660})
"""Its codes for a number of ours that may not send: nothing is wrong with the patient's."""


class Sms(Connector):
    """A carrier of texts."""

    name: ClassVar[str] = "sms"
    channel: ClassVar[Channel] = Channel.SMS

    def hand_over(self, parcel: Parcel) -> Outcome:
        s = parcel.secrets
        url = f"{str(s['url']).rstrip('/')}/2010-04-01/Accounts/{s['user']}/Messages.json"
        form = {"To": str(parcel.to), "From": str(s["from"]), "Body": parcel.text}
        form |= {"StatusCallback": parcel.callback} if parcel.callback else {}
        headers = {
            "Authorization": answers.basic(s["user"], s["password"]),
            "Content-Type": "application/x-www-form-urlencoded",
            "Idempotency-Key": parcel.message.hex,
        }
        outcome, answer = answers.posted(parcel, url, urlencode(form).encode(), headers)
        code = answers.said_in(answer).get("code") if outcome and answer else None
        if outcome and code == STOPPED:
            return replace(outcome, code="TEXTS_STOPPED")
        if code in OURS:
            return Outcome(Fate.LATER, "SENDER_REFUSED")
        return answers.taken(outcome, answer, "sid")
