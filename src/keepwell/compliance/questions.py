"""Questions to the log as they stand in an address: ids and codes only, so that they can be kept and sent on."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse

from keepwell.access.persons import persons
from keepwell.base import clock
from keepwell.base.actor import Purpose
from keepwell.base.refusal import catalogue
from keepwell.compliance.outcomes import STATUSES
from keepwell.compliance.verbs import KINDS, VERBS
from keepwell.ledger import on_device
from keepwell.ledger.actions import VERBS as ACTIONS
from keepwell.ledger.asking import NOT_OK, Place, Question
from keepwell.vault.phi import PhiClass

IDS = ("who", "patient", "session", "device", "request")
OFF_HOURS = "off"
DAYS = ("1", "7", "30", "90")
"""Questions that move along with the calendar: today, and so many days back."""
YEARS = 2000, 2999
"""Years a question can be about."""
_SHAPE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d)?")


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands in an address, as far as it makes sense, and where the page in it begins or ends."""

    parts: Mapping[str, str]
    zone: str
    before: Place | None = None
    after: Place | None = None
    page: str = field(default="activity", compare=False)

    def href(self, **changed: str | None) -> str:
        """The same question with something changed or taken away (None), from its first page."""
        kept = {name: value for name, value in {**self.parts, **changed}.items() if value}
        return f"{reverse(self.page)}?{urlencode(kept)}" if kept else reverse(self.page)

    def question(self, only: UUID | None = None) -> Question:
        """What the ledger is asked. `only` is the one person whose entries these are."""
        ids = {name: UUID(value) for name, value in self.parts.items() if name in IDS}
        patient = ids.get("patient")
        return Question(
            actor=only or ids.get("who"),
            subjects=tuple(persons([patient])[patient]) if patient else (),
            kind=self.parts.get("kind", ""),
            verb=self.parts.get("verb", ""),
            purpose=self.parts.get("purpose", ""),
            phi=self.parts.get("class", ""),
            outcome=self.parts.get("outcome", ""),
            sessions=_sessions(ids),
            request=ids.get("request"),
            since=_since(self.parts, self.zone),
            until=moment(self.parts.get("to", ""), self.zone, end=True),
            off_hours=self.zone if self.parts.get("hours") else "",
            before=self.before,
            after=self.after,
        )


def read(params: Mapping[str, str], zone: str, page: str = "activity") -> Asked:
    """The question in an address. What makes no sense is left aside."""
    said = {name: params[name].strip() for name in _MEANING if name in params}
    parts = {name: value for name, value in said.items() if _MEANING[name](value)}
    places = {name: Place.read(params.get(name, "")) for name in ("before", "after")}
    return Asked(parts, zone, page=page, **places)


def has_blanks(params: Mapping[str, str]) -> bool:
    """Whether a form left fields empty: the address reads better without them."""
    return any(not value for value in params.values())


def moment(text: str, zone: str, *, end: bool = False) -> dt.datetime | None:
    """A day or a minute by the clock of the practice, as an instant; None if it is neither.

    The end of a day is the next midnight, the end of a minute the next minute. An hour that the clock shows twice in
    autumn is whole: it begins the first time and ends the second. One that it skips in spring is the moment after.
    """
    try:
        local = dt.datetime.fromisoformat(text if _SHAPE.fullmatch(text) else "")
    except ValueError:
        return None
    if not YEARS[0] <= local.year <= YEARS[1]:
        return None
    if end:
        local += dt.timedelta(days=1) if len(text) == len("2026-11-22") else dt.timedelta(minutes=1)
    # Reckoned from the last instant inside, so that midnight and the repeated hour end where they should.
    edge = dt.timedelta(microseconds=1) if end else dt.timedelta()
    inside = (local - edge).replace(tzinfo=ZoneInfo(zone), fold=1 if end else 0)
    return inside.astimezone(dt.UTC) + edge


def _sessions(ids: Mapping[str, UUID]) -> tuple[UUID, ...] | None:
    """The sessions that are meant: one, those on a device, or one if it was on that device."""
    device, session = ids.get("device"), ids.get("session")
    if device is None:
        return (session,) if session else None
    return tuple(one for one in on_device.sessions_on(device) if session in (None, one))


def _since(parts: Mapping[str, str], zone: str) -> dt.datetime | None:
    """From when on: the later of a moment and the midnight so many days ago."""
    said = [moment(parts.get("from", ""), zone)]
    if days := parts.get("last"):
        today = clock.now().astimezone(ZoneInfo(zone)).date()
        said.append(moment((today - dt.timedelta(days=int(days) - 1)).isoformat(), zone))
    return max(filter(None, said), default=None)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _is_moment(text: str) -> bool:
    return moment(text, "UTC") is not None


_MEANING: dict[str, Any] = {
    **dict.fromkeys(IDS, _is_id),
    "kind": KINDS.__contains__,
    "verb": lambda verb: verb in VERBS or verb in ACTIONS,
    "purpose": lambda code: code in set(Purpose),
    "class": lambda code: code in set(PhiClass),
    "outcome": lambda code: code in ("ok", NOT_OK) or code in STATUSES or code in catalogue(),
    "hours": OFF_HOURS.__eq__,
    "last": DAYS.__contains__,
    "from": _is_moment,
    "to": _is_moment,
}
"""The parts of a question by their names in the address, in the order of their chips."""
