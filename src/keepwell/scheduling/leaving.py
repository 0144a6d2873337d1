"""What a change of a visit would send, shown before it is made: the words, the carrier and what the gate says now."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.sending import Channel
from keepwell.outbound.asks import Draft
from keepwell.outbound.preview import Shown, preview
from keepwell.scheduling import offer_notice, offering, policies
from keepwell.scheduling.models import FreedTime, ReminderRule
from keepwell.scheduling.reminder_rules import TEMPLATES, standing_rules

Occasion = ReminderRule.Occasion


def of_visit(patient: UUID, occasion: str, at: dt.datetime, *, by: Actor) -> Shown | None:
    """By the first of the practice's rules for this occasion; None where no rule sends anything."""
    rule = next((r for r in standing_rules() if r.occasion == occasion), None)
    if rule is None:
        return None
    ways = tuple(Channel(way) for way in rule.ways)
    return preview(Draft(TEMPLATES[Occasion(occasion)], patient, ways=ways, values={"when": at}), by=by)


def of_offer(freed: FreedTime, *, by: Actor) -> Shown | None:
    """To whoever's turn it is now; None if nobody who waits could come."""
    rule = policies.policy()
    one = next(iter(offering.candidates(freed, rule)), None)
    if one is None:
        return None
    values = {"when": one.at.starts_at, "until": offering.kept_until(one.at.starts_at, rule, clock.now())}
    return preview(Draft(offer_notice.OFFERED.name, one.entry.patient_id, ways=offer_notice.WAYS, values=values), by=by)
