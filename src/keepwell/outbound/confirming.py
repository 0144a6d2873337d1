"""The one text that may still go to a number that texted STOP: that no more comes (47 CFR § 64.1200(a)(12)).

Within five minutes, without a word of advertising, and never a second one: whoever texts STOP again hears nothing.
"""

from __future__ import annotations

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.sending import Channel
from keepwell.outbound import actions, numbers
from keepwell.outbound.asks import Draft
from keepwell.outbound.gate import CONFIRMED_WITHIN, TEXTS_STOPPED
from keepwell.outbound.models import Message


def confirm(number: str, *, by: Actor) -> Message | None:
    """Asks for it, unless this number got one today. It goes to the number that wrote, whoever has it."""
    mark = numbers.mark_of(number, by=by)
    if numbers.answered_today(mark, TEXTS_STOPPED):
        return None
    draft = Draft(
        TEXTS_STOPPED,
        address=number,
        ways=(Channel.SMS,),
        mark=mark,
        not_after=clock.now() + CONFIRMED_WITHIN,
        origin="texts.stopped",
    )
    return actions.send_each([draft], by=by)[0].message
