"""Observations as series to draw: one picture per measurement, with its unit and the range it usually lies in."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from keepwell.records import heads, ranges, sentences
from keepwell.records.lines import Line, Opened, Written
from keepwell.records.moments import NotADate, moment, order

MOST_POINTS = 200
_LAST = "other"


@dataclass(frozen=True, slots=True)
class Person:
    """What a range depends on."""

    gender: str = ""
    age: int | None = None


@dataclass(slots=True)
class Picture:
    """A measurement over time, oldest first. `source` says whose range it is; empty: it came with the result."""

    title: str
    unit: str
    group: str
    points: list[tuple[dt.date, float]] = field(default_factory=list)
    low: float | None = None
    high: float | None = None
    source: str = ""

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Low and high as people write them."""
        return _neat(self.low), _neat(self.high)


@dataclass(frozen=True, slots=True)
class Measured:
    """One number of an observation or of a part of one."""

    code: str
    title: str
    at: dt.datetime
    value: float
    unit: str
    low: float | None
    high: float | None


def pictures(opened: Iterable[Opened], person: Person) -> dict[str, list[Picture]]:
    """Group → pictures, in the order a clinician looks at them."""
    series: dict[tuple[str, str], list[Measured]] = {}
    for measured in sorted(_measured(opened), key=lambda m: m.at):
        series.setdefault((measured.code or measured.title, ranges.same_unit(measured.unit)), []).append(measured)
    drawn = sorted((_draw(found, person) for found in series.values()), key=lambda one: _rank(one[0]))
    groups: dict[str, list[Picture]] = {}
    for _code, picture in drawn:
        groups.setdefault(picture.group, []).append(picture)
    return groups


def answers(opened: Iterable[Opened]) -> list[Line]:
    """The latest answer of each observation that is not a number, such as tobacco use."""
    latest: dict[str, Line] = {}
    for one in sorted(opened, key=lambda o: order(o.head.when), reverse=True):
        head = one.head
        if isinstance(head, heads.Observation) and head.words and (head.code or head.title) not in latest:
            line = Line(one.id, sentences.plain(head.title), said=head.words, since=Written.of(head.when))
            latest[head.code or head.title] = line
    return list(latest.values())


def _measured(opened: Iterable[Opened]) -> Iterator[Measured]:
    for one in opened:
        head = one.head
        if not isinstance(head, heads.Observation) or head.status == "entered-in-error":
            continue
        try:
            at = moment(head.when)
        except NotADate:
            continue
        parts: tuple[heads.Observation | heads.Part, ...] = (head, *head.parts)
        for part in parts:
            value = _number(part.value)
            if value is not None:
                low, high = _number(part.low), _number(part.high)
                yield Measured(part.code, part.title, at, value, part.unit, low, high)


def _draw(found: list[Measured], person: Person) -> tuple[str, Picture]:
    last = found[-1]
    known = ranges.measure(last.code)
    picture = Picture(
        title=_(known.name) if known else sentences.plain(last.title),
        unit=ranges.shown_unit(last.unit),
        group=known.group if known else _LAST,
        points=_points(found[-MOST_POINTS:]),
        low=last.low,
        high=last.high,
    )
    if known and picture.low is None and picture.high is None:
        general = known.range_for(gender=person.gender, age=person.age, unit=last.unit)
        if general:
            picture.low, picture.high, picture.source = general.low, general.high, general.source
    return last.code, picture


def _points(found: list[Measured]) -> list[tuple[dt.date, float]]:
    """Days, as the record has them; moments where one day has several."""
    days = [m.at.date() for m in found]
    at: list[dt.date] = days if len(set(days)) == len(days) else [m.at for m in found]
    return [(when, _rounded(m.value)) for when, m in zip(at, found, strict=True)]


def _rank(code: str) -> int:
    known = ranges.measure(code)
    return ranges.order().index(known.loinc) if known else len(ranges.order())


def _rounded(value: float) -> float:
    return _neat(float(sentences.short_number(repr(value)))) or 0


def _neat(value: float | None) -> float | None:
    """70 rather than 70.0."""
    return int(value) if value is not None and value.is_integer() else value


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) < 1e12 else None
