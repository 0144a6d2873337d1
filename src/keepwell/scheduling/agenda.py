"""What a span of days holds, for some practitioners: visits with names, held times, working hours, time off.

One opening for all names, whatever the number of visits.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, Q
from django.utils.translation import gettext as _

from keepwell import charts
from keepwell.access.policy import visible
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.patients.excerpts import NameTag
from keepwell.scheduling import slots, wall
from keepwell.scheduling.models import Appointment, DayException, License, Participant, Schedule, Slot
from keepwell.scheduling.slots import Span
from keepwell.scheduling.words import HELPERS, MODALITIES, STATUSES
from keepwell.vault.phi import PhiClass

S = Appointment.Status
SHOWN = (S.BOOKED, S.ARRIVED, S.CHECKED_IN, S.FULFILLED, S.NO_SHOW)


@dataclass(frozen=True, slots=True)
class Provider:
    """Somebody with a calendar."""

    id: UUID
    name: str
    zone: str
    most: int | None


@dataclass(frozen=True, slots=True)
class Visit:
    """One appointment as the calendar shows it. `name` is empty when this role may not know whose."""

    id: UUID
    slot: UUID
    patient: UUID
    name: str
    provider: UUID
    provider_name: str
    service: str
    seats: int
    starts: dt.datetime
    ends: dt.datetime
    status: str
    modality: str
    state: str
    overbooked: bool
    series: bool
    waiting: dt.datetime | None
    version: int
    helpers: tuple[str, ...] = ()
    clashes: tuple[str, ...] = ()

    @property
    def word(self) -> Any:
        return STATUSES[S(self.status)][0]

    @property
    def icon(self) -> str:
        return STATUSES[S(self.status)][1]

    @property
    def tone(self) -> str:
        return STATUSES[S(self.status)][2]

    @property
    def way(self) -> tuple[Any, str]:
        return next(words for kind, words in MODALITIES.items() if kind == self.modality)

    @property
    def helping(self) -> list[tuple[Any, str]]:
        return [words for role, words in HELPERS.items() if role in self.helpers]

    @property
    def moves(self) -> bool:
        """Whether it can be dragged: promised, and to come."""
        return self.status == S.BOOKED and self.starts > clock.now() and self.seats == 1


@dataclass(frozen=True, slots=True)
class Off:
    """Days on which the week's rule does not hold, as they are called."""

    provider: UUID | None
    span: Span
    name: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the calendar is asked for."""

    service: UUID | None = None
    modality: str = ""


@dataclass(slots=True)
class Agenda:
    """Everything between two moments."""

    span: Span
    providers: list[Provider]
    visits: list[Visit] = field(default_factory=list)
    held: list[Slot] = field(default_factory=list)
    busy: dict[UUID, list[Span]] = field(default_factory=dict)
    opens: dict[UUID, list[Span]] = field(default_factory=dict)
    off: list[Off] = field(default_factory=list)


def providers(only: Iterable[UUID] | None = None) -> list[Provider]:
    """Everybody who has a calendar and works here now, by name."""
    now = clock.now()
    found = Schedule.objects.filter(Q(practitioner__ends_at=None) | Q(practitioner__ends_at__gt=now))
    if only is not None:
        found = found.filter(practitioner_id__in=list(only))
    named = found.annotate(called=F("practitioner__name")).order_by("called", "practitioner_id")
    return [Provider(s.practitioner_id, s.called, s.time_zone, s.max_a_day) for s in named]


def of(span: Span, who: list[Provider], wanted: Wanted, *, by: Actor) -> Agenda:
    """The agenda of some practitioners between two moments."""
    ids = [one.id for one in who]
    found = Agenda(span, who)
    if not ids:
        return found
    found.opens = slots.opens(ids, *span)
    found.off = _off(span, who)
    taken = Slot.objects.filter(practitioner_id__in=ids, starts_at__lt=span[1], ends_at__gt=span[0])
    run_out = Q(status=Slot.Status.HELD, held_until__lte=clock.now())
    for slot in taken.exclude(Q(status=Slot.Status.FREE) | run_out).order_by("starts_at", "id"):
        found.busy.setdefault(slot.practitioner_id, []).append((slot.busy_from, slot.busy_until))
        if slot.status != Slot.Status.BUSY:
            found.held.append(slot)
    rows = Appointment.objects.filter(
        practitioner_id__in=ids, starts_at__lt=span[1], ends_at__gt=span[0], status__in=SHOWN
    )
    found.visits = visits(rows, by=by, opens=found.opens, full=full(who), wanted=wanted)
    return found


def visits(
    rows: Any,
    *,
    by: Actor,
    opens: dict[UUID, list[Span]] | None = None,
    full: dict[UUID, int] | None = None,
    wanted: Wanted = Wanted(),
) -> list[Visit]:
    """Appointments as the calendar shows them, in order; every name from one opening."""
    if wanted.service:
        rows = rows.filter(service_id=wanted.service)
    if wanted.modality:
        rows = rows.filter(modality=wanted.modality)
    found = list(rows.select_related("service", "practitioner").order_by("starts_at", "id"))
    return named(found, _names(found, by), opens, full)


def named(
    rows: list[Appointment],
    names: dict[UUID, str],
    opens: dict[UUID, list[Span]] | None = None,
    full: dict[UUID, int] | None = None,
) -> list[Visit]:
    """Appointments whose patients' names are open already."""
    helping, clashes = _helping(rows), _Clashes(rows, opens, full)
    return [_visit(row, names, helping, clashes.of(row)) for row in rows]


def _visit(row: Appointment, names: dict[UUID, str], helping: dict[UUID, set[str]], clashes: list[str]) -> Visit:
    return Visit(
        row.id, row.slot_id, row.patient_id, names.get(row.patient_id, ""), row.practitioner_id, row.practitioner.name,
        row.service.name, row.service.seats, row.starts_at, row.ends_at, row.status, row.modality, row.state,
        row.overbooked, row.series_id is not None, row.waiting_since, row.version, tuple(sorted(helping[row.id])),
        tuple(clashes),
    )  # fmt: skip


def _names(rows: list[Appointment], by: Actor) -> dict[UUID, str]:
    whom = list(dict.fromkeys(row.patient_id for row in rows))
    if not whom or PhiClass.IDENTITY not in visible(by):
        return {}
    tags = charts.open(whom, NameTag, by=by, listed=True, partly=True).each(NameTag)
    return {patient: tag.name for patient, tag in tags.items()}


def _helping(rows: list[Appointment]) -> dict[UUID, set[str]]:
    """The roles of who else takes part; a role alone says nothing that is sealed."""
    found: dict[UUID, set[str]] = defaultdict(set)
    standing = Participant.objects.filter(appointment_id__in=[row.id for row in rows], ended_at=None)
    for appointment, role in standing.order_by("id").values_list("appointment_id", "role"):
        found[appointment].add(role)
    return found


class _Clashes:
    """What is wrong with a promised time as things stand now: hours or a license that changed since."""

    def __init__(
        self, rows: list[Appointment], opens: dict[UUID, list[Span]] | None, full: dict[UUID, int] | None
    ) -> None:
        self._opens, self._full = opens, full or {}
        self._now = clock.now()
        to_come = [row for row in rows if self._looks(row)]
        held = License.objects.filter(practitioner_id__in={row.practitioner_id for row in to_come}, ended_at=None)
        self._licenses = list(held.order_by("id")) if to_come else []

    def _looks(self, row: Appointment) -> bool:
        return row.ends_at > self._now and row.status in (S.BOOKED, S.ARRIVED, S.CHECKED_IN)

    def of(self, row: Appointment) -> list[str]:
        if not self._looks(row):
            return []
        said = []
        if self._opens is not None and row.practitioner_id not in self._full and not row.overbooked:
            works = self._opens.get(row.practitioner_id, [])
            if not any(a <= row.starts_at and row.ends_at <= b for a, b in works):
                said.append(_("Outside working hours"))
        if row.service.clinical and not any(self._holds(one, row) for one in self._licenses):
            said.append(_("No license for {state}").format(state=row.state))
        return said

    @staticmethod
    def _holds(one: License, row: Appointment) -> bool:
        return (
            slots.lasts(one, row.starts_at.date())
            and one.practitioner_id == row.practitioner_id
            and one.state == row.state
        )


def full(who: list[Provider]) -> dict[UUID, int]:
    """Who takes only so many a day: a full day counts as closed, so their hours prove nothing against a visit."""
    return {one.id: one.most for one in who if one.most is not None}


def _off(span: Span, who: list[Provider]) -> list[Off]:
    first, last = (at.date() for at in span)
    rows = DayException.objects.filter(
        Q(practitioner=None) | Q(practitioner_id__in=[one.id for one in who]),
        ended_at=None, works=False, from_day__lte=last + dt.timedelta(days=1),
        until_day__gte=first - dt.timedelta(days=1),
    ).order_by("from_day", "id")  # fmt: skip
    zones = {one.id: wall.zone(one.zone) for one in who}
    return [off for row in rows for off in _off_days(row, zones, span)]


def _off_days(row: DayException, zones: dict[UUID, ZoneInfo], span: Span) -> list[Off]:
    found = []
    for whose, zone in zones.items():
        if row.practitioner_id not in (None, whose):
            continue
        for n in range((row.until_day - row.from_day).days + 1):
            begins, ends = wall.days(row.from_day + dt.timedelta(days=n), 1, zone)
            if row.opens and row.closes:
                day = row.from_day + dt.timedelta(days=n)
                begins, ends = (dt.datetime.combine(day, t, zone).astimezone(dt.UTC) for t in (row.opens, row.closes))
            if begins < span[1] and ends > span[0]:
                found.append(Off(whose, (begins, ends), row.name))
    return found
