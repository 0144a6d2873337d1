"""Actions: a series is booked, moved or cancelled as it was agreed, all of it or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.scheduling import booking, life, minors
from keepwell.scheduling.asked import Booking
from keepwell.scheduling.models import Appointment, AppointmentSeries
from keepwell.scheduling.series import MOST, Rule


def book(
    patient: UUID, asked: Booking, rule: Rule, zone: str, o_clock: dt.time, starts: Sequence[dt.datetime], *, by: Actor
) -> list[Appointment]:
    """Books every agreed start. Raises Refusal SERIES_TOO_LONG, SERIES_EMPTY and what a booking raises; then none is.

    Without `starts` beyond the rule's days: a start may be another than the rule's, where that was agreed.
    """
    if not starts:
        raise Refusal("SERIES_EMPTY")
    if len(starts) > MOST:
        raise Refusal("SERIES_TOO_LONG", most=MOST)
    asked = replace(asked, holder=minors.checked(patient, asked.holder, by=by))
    made = AppointmentSeries(
        patient_id=patient, every=rule.every, unit=rule.unit, first_day=min(starts).date(), o_clock=o_clock,
        time_zone=zone,
    )  # fmt: skip
    return _booked((patient, by.practice), made, asked, sorted(starts), by=by)


@action("series.booked", about="whom")
def _booked(
    whom: tuple[UUID, UUID], series: AppointmentSeries, asked: Booking, starts: list[dt.datetime], *, by: Actor
) -> list[Appointment]:
    "A patient is promised visits that come again. All that was agreed is booked, or nothing."
    series.save(force_insert=True)
    each = [replace(asked, starts_at=at, hold=asked.hold if at == asked.starts_at else None) for at in starts]
    return [booking.book(whom[0], one, by=by, series=series) for one in each]


Moves = Sequence[tuple[Appointment, dt.datetime]]


def move(moves: Moves, practitioner: UUID | None, lasts: dt.timedelta, *, by: Actor) -> list[Appointment]:
    """Moves each visit to its new start. Raises what a move raises; then none is moved."""
    if not moves:
        raise Refusal("SERIES_EMPTY")
    return _moved((moves[0][0].patient_id, by.practice), moves, practitioner, lasts, by=by)


@action("series.moved", about="whom")
def _moved(
    whom: tuple[UUID, UUID], moves: Moves, practitioner: UUID | None, lasts: dt.timedelta, *, by: Actor
) -> list[Appointment]:
    "Visits of a series are moved together. Later ones make room first, so that none stands in another's way."
    later = [pair for pair in moves if pair[1] >= pair[0].starts_at]
    earlier = [pair for pair in moves if pair[1] < pair[0].starts_at]
    ordered = sorted(later, key=lambda pair: pair[0].starts_at, reverse=True)
    ordered += sorted(earlier, key=lambda pair: pair[0].starts_at)
    return [booking.move(row, at, by=by, practitioner=practitioner, ends_at=at + lasts) for row, at in ordered]


def cancel(rows: Sequence[Appointment], cause: str, *, by: Actor) -> list[Appointment]:
    """Gives back the time of each visit. Raises what cancelling one raises; then none is cancelled."""
    return _cancelled((rows[0].patient_id, by.practice), rows, cause, by=by)


@action("series.cancelled", about="whom")
def _cancelled(whom: tuple[UUID, UUID], rows: Sequence[Appointment], cause: str, *, by: Actor) -> list[Appointment]:
    "Visits of a series are cancelled together."
    return [life.cancel(row, cause, by=by) for row in rows]
