"""The sections of a chart as lines: what it is, when, how it stands. Current things come before past ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from keepwell.records import heads, sentences
from keepwell.records.heads import Head
from keepwell.records.moments import NotADate, moment, order


@dataclass(frozen=True, slots=True)
class Written:
    """A date as the record has it: `day` where it is a whole one, else only the text (2011, 2011-05)."""

    text: str
    day: dt.date | None

    @classmethod
    def of(cls, text: str) -> Written | None:
        """None for what is no date."""
        try:
            day = moment(text).date()
        except NotADate:
            return None
        return cls(text, day if len(text) >= 10 else None)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing in a section. `past`: over, resolved, stopped."""

    id: UUID
    title: str
    said: str = ""
    since: Written | None = None
    until: Written | None = None
    past: bool = False
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A head, and which resource it is of."""

    id: UUID
    type: str
    head: Head


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the chart that can be linked to."""

    id: str
    title: str
    icon: str
    lines: tuple[Line, ...]
    total: int
    show: str

    @property
    def current(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if not line.past)

    @property
    def past(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.past)


_OVER = frozenset({
    "resolved", "inactive", "remission", "stopped", "completed", "cancelled", "revoked", "entered-in-error", "ended",
})  # fmt: skip


def lines(
    opened: Iterable[Opened], say: Callable[[Head], str] | None = None, *, lasting: bool = True
) -> tuple[Line, ...]:
    """Lines of resources of one type, newest first; of `lasting` things, those that still hold come before."""
    made = sorted(opened, key=lambda one: order(one.head.when), reverse=True)
    return tuple(sorted((_line(one, say, lasting) for one in made), key=lambda line: line.past))


def _line(one: Opened, say: Callable[[Head], str] | None, lasting: bool) -> Line:
    head = one.head
    return Line(
        one.id,
        sentences.plain(head.title) or sentences.type_name(one.type).capitalize(),
        said=say(head) if say else "",
        since=Written.of(head.when),
        until=Written.of(head.until),
        past=lasting and head.status in _OVER,
        tone="danger" if getattr(head, "criticality", "") == "high" else "",
    )


def prescribed(head: Head) -> str:
    """How a medication is taken and why."""
    assert isinstance(head, heads.MedicationRequest)
    return " · ".join(filter(None, (head.dosage, sentences.plain(head.reason))))


def reacts(head: Head) -> str:
    """What happens, and how bad it can be."""
    assert isinstance(head, heads.AllergyIntolerance)
    bad = {"high": _("severe"), "low": _("not severe")}.get(head.criticality, "")
    return " · ".join(filter(None, (*head.reactions, *head.categories, bad)))


def planned(head: Head) -> str:
    """What a care plan consists of."""
    assert isinstance(head, heads.CarePlan)
    return ", ".join(sentences.plain(a) for a in head.activities)


def visited(head: Head) -> str:
    """Why, and with whom."""
    assert isinstance(head, heads.Encounter)
    return " · ".join(filter(None, (sentences.plain(head.reason), head.practitioner)))


def reported(head: Head) -> str:
    """What a report concludes."""
    assert isinstance(head, heads.DiagnosticReport)
    return head.conclusion


def done(head: Head) -> str:
    """Why a procedure was done."""
    assert isinstance(head, heads.Procedure)
    return sentences.plain(head.reason)


def aimed(head: Head) -> str:
    """How far a goal is reached."""
    assert isinstance(head, heads.Goal)
    return head.achievement.replace("-", " ")
