"""Texts by HTTPS, in the way of Twilio's Messages resource, which several carriers speak."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar
from urllib.parse import urlencode

from keepwell.base.sending import Channel
from keepwell.outbound.connectors import answers
from keepwell.outbound.connectors.base import Connector, Outcome, Parcel

STOPPED = 21610
"""The carrier's own code for a number that texted STOP to it."""


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
        if outcome and answer and answers.said_in(answer).get("code") == STOPPED:
            return replace(outcome, code="TEXTS_STOPPED")
        return answers.taken(outcome, answer, "sid")
