"""When and how often: quiet hours where the recipient is, and how many texts a day and a week.

Quiet hours (47 CFR § 64.1200(c)(1)) bind education and marketing; codes, links and same-day changes pass always. At
most one text a day and three a week (§ 64.1200(a)(9)(iv)) is the rule of the health-care exemption; Keepwell keeps to
it for every text a patient did not ask for by their own act.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from keepwell.base import clock
from keepwell.base.sending import BOUND_BY_HOURS, Channel, Topic
from keepwell.outbound.clearance import Held
from keepwell.outbound.models import Message

if TYPE_CHECKING:
    from keepwell.outbound.gate import Leaving

FROM, UNTIL = dt.time(8), dt.time(21)
A_DAY, A_WEEK = 1, 3
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)


class Counts:
    """When texts left for these people this week, in one query; what is cleared in the same breath counts too.

    The count is a person's: whoever has two records, merged by a link, does not get twice as many.
    """

    def __init__(self, leaving: Iterable[Leaving], people: Mapping[UUID, Sequence[UUID]]) -> None:
        whom = {e.patient for e in leaving if e.patient and e.channel is Channel.SMS and e.topic is not Topic.ACCESS}
        self._person = {record: min(people[whose]) for whose in whom for record in people[whose]}
        self._sent: dict[UUID, list[dt.datetime]] = {}
        if whom:
            rows = Message.objects.filter(
                patient_id__in=list(self._person), channel=Channel.SMS, sending_at__gt=clock.now() - WEEK,
            ).exclude(topic=Topic.ACCESS)  # fmt: skip
            for patient, at in rows.order_by("sending_at").values_list("patient_id", "sending_at"):
                self._sent.setdefault(self._person[patient], []).extend([at] if at else [])

    def free_at(self, patient: UUID) -> dt.datetime | None:
        """When the next text may leave; None is now."""
        sent, now = self._sent.get(self._person.get(patient, patient), []), clock.now()
        if len(sent) >= A_WEEK:
            return sent[-A_WEEK] + WEEK
        return sent[-A_DAY] + DAY if len(sent) >= A_DAY and sent[-A_DAY] + DAY > now else None

    def one_more(self, patient: UUID) -> None:
        self._sent.setdefault(self._person.get(patient, patient), []).append(clock.now())


def held(each: Leaving, counts: Counts) -> Held | None:
    """Held until the hour comes or the count allows it."""
    opens = open_at(each.topic, each.zone)
    if opens is not None and each.patient:
        return Held("SMS_QUIET_HOURS", each.channel, {}, opens)
    if each.patient and each.channel is Channel.SMS and each.topic is not Topic.ACCESS:
        free = counts.free_at(each.patient)
        if free is not None:
            return Held("SMS_CAP", each.channel, {}, free)
        counts.one_more(each.patient)
    return None


def open_at(topic: Topic, zone: str) -> dt.datetime | None:
    """When this topic may reach somebody there next; None is now."""
    if topic not in BOUND_BY_HOURS:
        return None
    there = clock.now().astimezone(ZoneInfo(zone))
    if FROM <= there.time() < UNTIL:
        return None
    day = there.date() + dt.timedelta(days=1) if there.time() >= UNTIL else there.date()
    return dt.datetime.combine(day, FROM, ZoneInfo(zone)).astimezone(dt.UTC)
