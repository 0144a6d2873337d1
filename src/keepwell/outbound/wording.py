"""The words of notices: fixed by name and version, in English and Spanish, with closed variables. Nothing else goes in.

A notice says nothing clinical because there is no place to put it: every variable has a kind, and no kind is free text
(45 CFR § 164.312(e)(2)(ii)). How much it says is the patient's choice: `least`, `usual` or `full`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from keepwell.base import text
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel, Topic

LANGUAGES = ("en", "es")
LEVELS = ("least", "usual", "full")
OURS = frozenset({"clinic", "first_name", "phone", "postal", "stop"})
"""Variables that the gate fills itself; whoever sends gives none of them."""


class Kind(StrEnum):
    """What a variable may hold. There is no kind for free text."""

    MOMENT = "moment"
    DAY = "day"
    LINK = "link"
    CODE = "code"
    COUNT = "count"
    PHONE = "phone"


_LINK = re.compile(r"/[A-Za-z0-9/_\-]{0,200}")
_CODE = re.compile(r"[0-9]{4,8}")
_PHONE = re.compile(r"[0-9+(][0-9 ().\-]{5,18}[0-9]")


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice: its words by language and level, its subject line by language, and what fills them.

    `unsubscribe`: commercial, so it names a postal address and a way to stop (15 U.S.C. § 7704(a)(5)). `for_anybody`:
    it may go to a number or address nobody is known by, because it says nothing of anybody. `last`: it says that no
    more comes, so it names no way to stop.
    """

    name: str
    version: int
    topic: Topic
    title: Any
    words: Mapping[str, Mapping[str, str]]
    subject: Mapping[str, str]
    variables: Mapping[str, Kind] = field(default_factory=dict)
    unsubscribe: bool = False
    for_staff: bool = False
    for_anybody: bool = False
    last: bool = False

    def text(self, language: str, level: str) -> str:
        """The fixed words at this level, or at the nearest that says less."""
        said = self.words[language if language in self.words else "en"]
        for each in reversed(LEVELS[: LEVELS.index(level) + 1]):
            if each in said:
                return said[each]
        return said["usual"]


NOTICES: dict[str, Notice] = {}
"""Name → notice. A floor adds its own with `notice()`."""

_HOLE = re.compile(r"%\((\w+)\)s")


def notice(name: str, topic: Topic, title: Any, **facts: Any) -> Notice:
    """Names a notice once. Raises Refusal PHI_IN_SUBJECT, REMINDER_PHI when its own words break the rules above."""
    made = Notice(name, facts.pop("version", 1), topic, title, **facts)
    known = set(made.variables) | OURS
    for words in (*(w for said in made.words.values() for w in said.values()), *made.subject.values()):
        if set(_HOLE.findall(words)) - known:
            raise Refusal("REMINDER_PHI")
    if any(set(_HOLE.findall(line)) - {"clinic"} for line in made.subject.values()):
        raise Refusal("PHI_IN_SUBJECT")
    NOTICES[name] = made
    return made


def of(name: str) -> Notice:
    """The notice of this name. Raises Refusal TEMPLATE_UNKNOWN."""
    if name not in NOTICES:
        raise Refusal("TEMPLATE_UNKNOWN")
    return NOTICES[name]


def checked(made: Notice, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are kept: exactly those the notice names, each of its kind. Raises Refusal REMINDER_PHI."""
    if set(values) != set(made.variables):
        raise Refusal("REMINDER_PHI")
    return {name: _closed(made.variables[name], value) for name, value in values.items()}


def _closed(kind: Kind, value: Any) -> Any:
    if kind is Kind.MOMENT and isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC).isoformat()
    if kind is Kind.DAY and isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    if kind is Kind.COUNT and isinstance(value, int) and not isinstance(value, bool):
        return value
    pattern = {Kind.LINK: _LINK, Kind.CODE: _CODE, Kind.PHONE: _PHONE}.get(kind)
    if pattern is not None and isinstance(value, str) and pattern.fullmatch(value):
        return value
    raise Refusal("REMINDER_PHI")


@dataclass(frozen=True, slots=True, repr=False)
class Filling:
    """Everything that fills a notice besides its own values: who writes, to whom, where they are."""

    clinic: str
    site: str
    phone: str = ""
    postal: str = ""
    first_name: str = ""
    zone: str = "America/New_York"
    language: str = "en"
    level: str = "usual"


@dataclass(frozen=True, slots=True, repr=False)
class Said:
    """The literal words that leave."""

    subject: str
    text: str


def render(made: Notice, values: Mapping[str, Any], filling: Filling, channel: Channel) -> Said:
    """The literal text of a notice. Raises Refusal PHI_IN_SUBJECT for a subject that could carry a second header."""
    language = filling.language if filling.language in LANGUAGES else "en"
    filled = {name: _shown(made.variables[name], value, filling, language) for name, value in values.items()}
    stop = _STOP[language][channel] if not made.last and (made.unsubscribe or channel is Channel.SMS) else ""
    filled |= {"clinic": filling.clinic, "first_name": filling.first_name, "phone": filling.phone,
               "postal": filling.postal, "stop": stop}  # fmt: skip
    subject = made.subject.get(language, made.subject["en"]) % filled
    if not text.one_line(subject):
        raise Refusal("PHI_IN_SUBJECT")
    level = filling.level if filling.first_name or filling.level != "full" else "usual"
    parts = [made.text(language, level) % filled]
    if not made.for_staff:
        parts += [filling.postal] if made.unsubscribe else []
        parts += [stop] if stop and channel in (Channel.SMS, Channel.EMAIL) else []
    return Said(subject, (" " if channel is Channel.SMS else "\n\n").join(p for p in parts if p))


_STOP = {
    "en": dict.fromkeys(Channel, "") | {Channel.SMS: "Reply STOP to end texts.",
          Channel.EMAIL: "To stop these e-mails, answer this message with the word STOP."},
    "es": dict.fromkeys(Channel, "") | {Channel.SMS: "Responda STOP para no recibir más mensajes.",
          Channel.EMAIL: "Para no recibir más correos como este, respóndalo con la palabra STOP."},
}  # fmt: skip


def _shown(kind: Kind, value: Any, filling: Filling, language: str) -> str:
    if kind is Kind.MOMENT:
        return moment(dt.datetime.fromisoformat(value), filling.zone, language)
    if kind is Kind.DAY:
        return str(format_date(dt.date.fromisoformat(value), "full", locale=_locale(language)))
    return f"{filling.site}{value}" if kind is Kind.LINK else str(value)


def moment(at: dt.datetime, zone: str, language: str) -> str:
    """Tuesday, December 1, 3:00 PM EST: where the recipient is, with the zone named."""
    there, locale = at.astimezone(ZoneInfo(zone)), _locale(language)
    day = format_date(there.date(), "EEEE d 'de' MMMM" if language == "es" else "EEEE, MMMM d", locale=locale)
    clock = format_time(there, "h:mm a", locale=locale)
    return f"{day}, {clock} {there.tzname()}".replace("\u202f", " ").replace("\xa0", " ")


def _locale(language: str) -> str:
    return "es_US" if language == "es" else "en_US"
