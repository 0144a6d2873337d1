"""The send preview: exactly what would leave, by which carrier, on what ground. It asks the gate that decides."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from keepwell.access.rights import RULES
from keepwell.base.actor import Actor
from keepwell.base.sending import Channel, Topic
from keepwell.outbound import words
from keepwell.outbound.asks import Draft
from keepwell.outbound.clearance import Cleared
from keepwell.outbound.composing import compose, instead, said
from keepwell.outbound.reaching import Point
from keepwell.outbound.vendors.words import channel_word

OTHERS = (Channel.EMAIL, Channel.SMS, Channel.LETTER)


@dataclass(frozen=True, slots=True, repr=False)
class Shown:
    """What a composer shows above its button."""

    name: str
    channel: str
    to: str
    carrier: str
    until: dt.date | None
    ground: str
    held: str
    code: str
    later: dt.datetime | None
    subject: str
    text: str
    paragraphs: tuple[str, ...]
    others: tuple[str, ...] = ()
    level: str = "usual"
    right: str = ""
    instead_of: str = ""

    @property
    def clear(self) -> bool:
        return not self.held


def preview(draft: Draft, *, by: Actor) -> Shown:
    """What would become of this draft if it were sent now; the same function of the gate as when it is."""
    drafts = [draft, *(replace(draft, ways=(way,)) for way in _elsewhere(draft))]
    first, *rest = compose(drafts, by=by, fallback=False)
    made = instead(first, rest)
    answer, point = made.answer, made.point
    literal = said(draft, made.reached, made.channel, by=by)
    cleared = isinstance(answer, Cleared)
    return Shown(
        made.reached.name,
        channel_word(Channel(made.channel)),
        _to(draft, point),
        answer.carrier.label if isinstance(answer, Cleared) else "",
        answer.carrier.until if isinstance(answer, Cleared) else None,
        _ground(draft) if cleared and not draft.elsewhere else "",
        "" if isinstance(answer, Cleared) else words.because(answer.code, answer.facts),
        "" if isinstance(answer, Cleared) else answer.code,
        None if isinstance(answer, Cleared) else answer.until,
        literal.subject if made.channel is Channel.EMAIL else "",
        literal.text,
        draft.paper.paragraphs if draft.paper else (),
        tuple(channel_word(c.channel) for c in rest if isinstance(c.answer, Cleared)),
        made.reached.level,
        right_of(draft.elsewhere.right) if draft.elsewhere else "",
        words.because(made.instead_of.code, made.instead_of.facts) if made.instead_of else "",
    )


def right_of(right: str) -> str:
    """A right as screens say it, with its paragraph."""
    return f"{RULES[right].words} ({RULES[right].citation})" if right in RULES else ""


def _to(draft: Draft, point: Point | None) -> str:
    whose = [draft.elsewhere.recipient] if draft.elsewhere else []
    return ", ".join([*whose, written(point.value)]) if point else ""


def _elsewhere(draft: Draft) -> tuple[Channel, ...]:
    """The other ways somebody might be reached, to name the next best when this one is closed."""
    return () if draft.member or draft.elsewhere else tuple(way for way in OTHERS if way not in draft.ways)


def _ground(draft: Draft) -> str:
    """On what ground somebody is reached this way."""
    if draft.member:
        return _("A colleague, about their work")
    if draft.about() is Topic.ACCESS:
        return _("Asked for by the patient's own act")
    return _("Consent on file, or none needed for this way")


def written(value: Any) -> str:
    """An address as people write it."""
    if isinstance(value, dict):
        town = " ".join(filter(None, (value.get("city"), value.get("state"), value.get("postalCode"))))
        return ", ".join([*value.get("line", []), town])
    return str(value)
