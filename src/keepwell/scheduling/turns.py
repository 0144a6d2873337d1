"""Whose turn it is when a time comes free. The rule is short on purpose: the page shows it as it stands here."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell.scheduling import wall
from keepwell.scheduling.models import WaitlistEntry

DAY = dt.timedelta(days=1)

RULE = (
    _("Only those are asked whom the time suits: service, provider, days and hours, and a license where they will be."),
    _("Who was marked urgent comes before soon, and soon before routine."),
    _("Among equals, whoever has waited longest comes first."),
    _("Each offer somebody turned down or did not answer counts as %(days)s days less of waiting."),
    _("Nobody is asked twice about the same time, and nobody holds two offers for one wish."),
)  # fmt: skip
"""The rule in sentences, for whoever asks why somebody else was first."""


def waited(entry: WaitlistEntry, now: dt.datetime, refusal_days: int) -> int:
    """Days of waiting that count."""
    return (now - entry.since).days - refusal_days * entry.refusals


def turn(entry: WaitlistEntry, now: dt.datetime, refusal_days: int) -> tuple[int, float, str]:
    """The smallest is first: by priority, then by waiting less what refusals count; among equals the earlier row."""
    counted = (now - entry.since) - refusal_days * entry.refusals * DAY
    return entry.priority, -counted.total_seconds(), str(entry.id)


def suits(entry: WaitlistEntry, practitioner: UUID, starts: dt.datetime, ends: dt.datetime, now: dt.datetime) -> bool:
    """Whether somebody who waits said that they could come then, on the wall of their own zone."""
    where = wall.zone(entry.time_zone)
    begins, over = starts.astimezone(where), ends.astimezone(where)
    return (
        (not entry.practitioners or str(practitioner) in entry.practitioners)
        and (not entry.days or begins.isoweekday() in entry.days)
        and (entry.opens is None or begins.time() >= entry.opens)
        and (entry.closes is None or (over.date() == begins.date() and over.time() <= entry.closes))
        and (entry.from_day is None or begins.date() >= entry.from_day)
        and (entry.until_day is None or begins.date() <= entry.until_day)
        and starts - now >= dt.timedelta(minutes=entry.notice_minutes)
    )
