"""Working lists: the few patients somebody works with now, by their ids; the page opens them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from keepwell.access import policy
from keepwell.access.persons import survivors
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.ledger import queries
from keepwell.patients.models import Patient
from keepwell.practices.models import Practice

PAGE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Up to 50 patients and whether there are more; lists are never counted."""

    patients: tuple[UUID, ...]
    number: int = 1
    more: bool = False


def mine(by: Actor, number: int = 1) -> Page:
    """The patients the actor looks after, those registered last first."""
    return _page(sorted(_people(policy.cared_for(by)), reverse=True), number)


def recent(by: Actor, number: int = 1) -> Page:
    """The patients the actor opened last, newest first, as the ledger has it."""
    return _page(_patients(queries.opened_by(by.id, by, number * PAGE + 1)), number)


def today(by: Actor, number: int = 1) -> Page:
    """The patients registered or changed today, by the clock of the practice; newest first."""
    zone = ZoneInfo(Practice.objects.values_list("time_zone", flat=True).get(id=by.practice))
    midnight = dt.datetime.combine(clock.now().astimezone(zone).date(), dt.time(), zone)
    return _page(_patients(queries.changed_since(midnight, by, number * PAGE + 1)), number)


LISTS = {"mine": mine, "today": today, "recent": recent}


def _patients(subjects: Sequence[UUID]) -> list[UUID]:
    "Those of the subjects that are patients, in the same order."
    known = frozenset(Patient.objects.filter(id__in=subjects, withdrawn_at=None).values_list("id", flat=True))
    return _people(s for s in subjects if s in known)


def _people(patients: Iterable[UUID]) -> list[UUID]:
    "Each person once, as the record that stands for them."
    return list(dict.fromkeys(survivors(patients).values()))


def _page(ids: Sequence[UUID], number: int) -> Page:
    start = (number - 1) * PAGE
    return Page(tuple(ids[start : start + PAGE]), number, len(ids) > start + PAGE)
