"""One row of a list of appointments → whom, what, with whom and when, or by name what is wrong with each cell."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from keepwell.base import text
from keepwell.base.refusal import Refusal
from keepwell.patients.movein import meanings
from keepwell.scheduling import wall
from keepwell.scheduling.models import Modality

_CLOCK = re.compile(r"(\d{1,2})(?::?(\d{2}))?(?::\d{2})?\s*([ap])?\.?(?:m\.?)?", re.IGNORECASE)
_ZONES = {
    "America/New_York": "et est edt eastern eastern time este",
    "America/Chicago": "ct cst cdt central central time",
    "America/Denver": "mt mst mdt mountain mountain time",
    "America/Los_Angeles": "pt pst pdt pacific pacific time pacifico",
    "America/Anchorage": "akt akst akdt alaska", "Pacific/Honolulu": "hst hawaii", "America/Puerto_Rico": "ast",
}  # fmt: skip
_WAYS = {
    Modality.VIDEO: "video telehealth telemedicine virtual online zoom televisita videollamada",
    Modality.PHONE: "phone telephone call audio telefono llamada",
    Modality.IN_PERSON: "in person person office onsite clinic face presencial consultorio",
}
_SPELLED = ("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%A, %B %d, %Y", "%a, %b %d, %Y")


@dataclass(frozen=True, slots=True, repr=False)
class Plan:
    """What each column holds, how dates are written, what the words for services and providers mean, and the zone."""

    columns: tuple[str, ...]
    order: str
    services: Mapping[str, UUID]
    providers: Mapping[str, UUID]
    zone: str


@dataclass(slots=True, repr=False)
class Told:
    """What a row says. `wrong`: (field, code) of everything that keeps it out."""

    record_number: str
    given: str
    family: str
    birth_date: dt.date | None
    service: UUID | None
    provider: UUID | None
    starts_at: dt.datetime | None
    minutes: int | None
    modality: str
    state: str
    wrong: list[tuple[str, str]]


def told(cells: Sequence[str], plan: Plan, *, long: bool = False) -> Told:
    """Reads one row. Never raises for what is wrong with it."""
    said = {f: c for f, c in zip(plan.columns, cells, strict=False) if f and not meanings.empty(c)}
    wrong: list[tuple[str, str]] = [("", "MOVEIN_ROW_SHIFTED")] if long else []

    def tried(field: str, means: Callable[[str], Any]) -> Any:
        if field not in said:
            return None
        try:
            return means(said[field])
        except Refusal as refusal:
            wrong.append((field, refusal.code))
            return None

    whole = meanings.name_parts(said["full_name"]) if "full_name" in said else ("", "", "")
    found = Told(
        text.record_number(said.get("record_number", "")),
        said.get("given_name", "") or whole[0],
        said.get("family_name", "") or whole[2],
        tried("birth_date", lambda cell: meanings.day(cell, plan.order, "birth_date")),
        tried("service", lambda cell: _meant(cell, plan.services, "SERVICE_UNKNOWN")),
        tried("provider", lambda cell: _meant(cell, plan.providers, "PROVIDER_UNKNOWN")),
        None,
        tried("minutes", _minutes),
        tried("modality", _way) or "",
        tried("state", meanings.state) or "",
        wrong,
    )
    for field, code in (("service", "SERVICE_UNKNOWN"), ("provider", "PROVIDER_UNKNOWN")):
        if field not in said:
            wrong.append((field, code))
    found.starts_at = _starts(said, plan, wrong)
    return found


def _starts(said: Mapping[str, str], plan: Plan, wrong: list[tuple[str, str]]) -> dt.datetime | None:
    field = "moment" if "moment" in said else "date" if "date" not in said else "time" if "time" not in said else "date"
    try:
        where = zone(said["zone"]) if "zone" in said else plan.zone
        if "moment" in said:
            return moment(said["moment"], plan.order, where)
        return _instant(day(said.get("date", ""), plan.order), o_clock(said.get("time", "")), where)
    except Refusal as refusal:
        wrong.append((refusal.field if refusal.field in ("zone", "time", "date") else field, refusal.code))
        return None


def moment(typed: str, order: str, where: str) -> dt.datetime:
    """A date and an o'clock in one cell; with an offset of its own it needs no zone. Raises Refusal by name."""
    try:
        at = dt.datetime.fromisoformat(typed.strip())
    except ValueError:
        at = None
    if at is not None and at.tzinfo is not None:
        return at.astimezone(dt.UTC)
    if re.fullmatch(r"\d{5}\.\d+", typed.strip()):
        return _instant(day(typed.strip().partition(".")[0], order), o_clock(f"0.{typed.partition('.')[2]}"), where)
    if at is not None and len(typed.strip()) > 10:
        return _instant(at.date(), at.time().replace(second=0, microsecond=0), where)
    found = re.search(r"[ T,]+(\d{1,2}(?::\d{2}){0,2}\s*(?:[ap]\.?m?\.?)?)$", typed.strip(), re.IGNORECASE)
    if not found:
        raise Refusal("TIME_UNREADABLE", field="time")
    return _instant(day(typed.strip()[: found.start()], order), o_clock(found[1]), where)


def day(typed: str, order: str) -> dt.date:
    """A day to come, as lists write it. Raises Refusal DATE_UNREADABLE."""
    written = typed.strip()
    if re.fullmatch(r"\d{5}(\.0+)?", written):
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(float(written)))
    try:
        return dt.date.fromisoformat(written[:10])
    except ValueError:
        pass
    if found := re.fullmatch(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})", written):
        a, b, year = int(found[1]), int(found[2]), int(found[3])
        month, number = (b, a) if order == "dmy" else (a, b)
        try:
            return dt.date(year + 2000 if year < 100 else year, month, number)
        except ValueError:
            raise Refusal("DATE_UNREADABLE", field="date") from None
    for pattern in _SPELLED:
        try:
            return dt.datetime.strptime(written, pattern).replace(tzinfo=dt.UTC).date()
        except ValueError:
            continue
    raise Refusal("DATE_UNREADABLE", field="date")


def o_clock(typed: str) -> dt.time:
    """9:30 AM, 0930, 14:30, 9a, or the part of a day a spreadsheet keeps. Raises Refusal TIME_UNREADABLE."""
    written = typed.strip()
    if re.fullmatch(r"0?\.\d+", written):
        minutes = round(float(written) * 24 * 60) % (24 * 60)
        return dt.time(minutes // 60, minutes % 60)
    found = _CLOCK.fullmatch(written)
    if not found:
        raise Refusal("TIME_UNREADABLE", field="time")
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half and not 1 <= hour <= 12:
        raise Refusal("TIME_UNREADABLE", field="time")
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    if hour > 23 or minute > 59 or (not half and not found[2]):
        raise Refusal("TIME_UNREADABLE", field="time")
    return dt.time(hour, minute)


def zone(typed: str) -> str:
    """An IANA name or what Americans say. Raises Refusal ZONE_UNKNOWN."""
    said = text.fold(typed)
    for name, words in _ZONES.items():
        if f" {said} " in f" {words} ":
            return name
    try:
        return wall.zone(typed.strip()).key
    except Refusal:
        raise Refusal("ZONE_UNKNOWN", field="zone") from None


def _instant(on: dt.date, at: dt.time, where: str) -> dt.datetime:
    try:
        return wall.instant(on, at, wall.zone(where))
    except Refusal as refusal:
        raise Refusal(refusal.code, field="zone" if refusal.code == "ZONE_UNKNOWN" else "time") from None


def _meant(typed: str, meant: Mapping[str, UUID], code: str) -> UUID:
    found = meant.get(text.fold(typed))
    if found is None:
        raise Refusal(code)
    return found


def _minutes(typed: str) -> int:
    found = re.match(r"\s*(\d{1,3})", typed)
    if not found or not 5 <= int(found[1]) <= 480:
        raise Refusal("SERVICE_LENGTH")
    return int(found[1])


def _way(typed: str) -> str:
    words = set(text.fold(typed).split())
    for way, known in _WAYS.items():
        if words & set(known.split()):
            return str(way)
    raise Refusal("MODALITY_UNKNOWN")
