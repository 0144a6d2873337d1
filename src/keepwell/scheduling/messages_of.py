"""What was and will be sent about a visit, as its page lists it: the gate is asked now about what is still to leave."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal, catalogue
from keepwell.outbound import composing
from keepwell.outbound.models import Message
from keepwell.outbound.wording import NOTICES
from keepwell.scheduling import reminding
from keepwell.scheduling.models import Appointment

S = Message.Status
TO_LEAVE = (S.PLANNED, S.WAITING, S.CLEARED)

FATES = {
    S.PLANNED: (gettext_lazy("Planned"), "clock", ""),
    S.WAITING: (gettext_lazy("Waiting to send"), "pause", "look"),
    S.CLEARED: (gettext_lazy("On its way"), "send", ""),
    S.SENDING: (gettext_lazy("On its way"), "send", ""),
    S.SENT: (gettext_lazy("Sent"), "check", "good"),
    S.DELIVERED: (gettext_lazy("Delivered"), "check-check", "good"),
    S.BOUNCED: (gettext_lazy("Came back"), "undo-2", "danger"),
    S.FAILED: (gettext_lazy("Failed"), "x", "danger"),
    S.UNKNOWN: (gettext_lazy("Not known whether it arrived"), "circle-help", "look"),
    S.DISCARDED: (gettext_lazy("Discarded"), "ban", ""),
    S.WITHDRAWN: (gettext_lazy("Not sent"), "ban", ""),
}
"""Status of a message → its word, drawing and tone."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message: what it is, when it leaves or left, what became of it, and why it is held."""

    title: Any
    at: dt.datetime | None
    status: tuple[Any, str, str]
    held: str = ""


def lines(row: Appointment, *, by: Actor) -> list[Line]:
    """Everything about a visit, in the order it leaves."""
    rows = reminding.sent_about([row])
    open_ones = [m for m in rows if m.status in TO_LEAVE]
    held = {}
    if open_ones:
        for message, made in zip(open_ones, composing.again(open_ones, by=by), strict=True):
            if code := getattr(made.answer, "code", ""):
                held[message.id] = _why(code, getattr(made.answer, "facts", {}))
    return [Line(_title(m), m.sent_at or m.not_before, FATES[S(m.status)], held.get(m.id) or _ended(m)) for m in rows]


def _title(message: Message) -> Any:
    return NOTICES[message.template].title if message.template in NOTICES else _("Message")


def _ended(message: Message) -> str:
    """Why something that was planned did not leave."""
    words = {"TOO_LATE": _("Its moment had passed."), "POINTLESS": _("The visit no longer stood at that time.")}
    return words.get(message.reason, "") if message.status == S.WITHDRAWN else ""


def _why(code: str, facts: dict[str, Any]) -> str:
    if code not in catalogue():
        return code
    refusal = Refusal(code, **facts)
    return _(refusal.wording.message).format_map({"channel": "", "topic": "", "vendor": "", "date": ""} | facts)
