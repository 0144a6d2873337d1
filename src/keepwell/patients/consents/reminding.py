"""Whom no message may remind of a visit, and whether somebody may call them: asked of every number and address.

The decision is the gate's own. A call by a person needs no opt-in, but whoever asked for letters only, or for no calls,
is not called either (45 CFR § 164.522(b)).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from keepwell.access import consents
from keepwell.access.consents import Asked
from keepwell.access.persons import persons
from keepwell.access.reachable import People
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel, Topic
from keepwell.patients.consents.picture import ASKED_BY
from keepwell.patients.models import ContactPoint

System, Use = ContactPoint.System, ContactPoint.Use
Points = dict[tuple[UUID, Channel | str], list[UUID | None]]
CALLED = "called"
"""The numbers a person may dial, whatever they are good for otherwise."""


@dataclass(frozen=True, slots=True)
class Unreminded:
    """Why no message goes, in one sentence, and why nobody calls either; empty if somebody may."""

    why: str
    no_call: str


def unremindable(patients: Iterable[UUID], *, by: Actor) -> dict[UUID, Unreminded]:
    """Those who may be reminded neither by text nor by e-mail nor by recorded call.

    Why: what is in the way of a text, or that they agreed to a way there is no address for. For any number of patients
    the same few statements; nothing is opened.
    """
    whose = list(dict.fromkeys(patients))
    people = persons(whose)
    points = _points(people)
    sent = [way for p in whose for channel in ASKED_BY for way in _ways(p, channel, Topic.APPOINTMENTS, points)]
    dialed = [call for p in whose for call in calls(p, points.get((p, CALLED), [None]))]
    answers = consents.may_reach([*sent, *dialed], by=by, people=people)
    no_message, no_call = (_refused(asked, found) for asked, found in (
        (sent, answers[: len(sent)]), (dialed, answers[len(sent) :])))  # fmt: skip
    return {p: Unreminded(why, no_call.get(p, "")) for p, why in no_message.items()}


def calls(patient: UUID, points: Iterable[UUID | None]) -> list[Asked]:
    """The question whether somebody may call each of these numbers."""
    return [Asked(patient, Channel.VOICE, Topic.ACCESS, point=point) for point in points]


def _ways(patient: UUID, channel: Channel, topic: Topic, points: Points) -> list[Asked]:
    return [Asked(patient, channel, topic, point=point) for point in points.get((patient, channel), [None])]


def _refused(asked: list[Asked], answers: list[Refusal | None]) -> dict[UUID, str]:
    """Whom none of the ways reaches, and why: a missing address is asked for at once, else the first reason counts."""
    reasons: dict[UUID, list[Refusal]] = {}
    free: set[UUID] = set()
    for way, refusal in zip(asked, answers, strict=True):
        if refusal is None and way.point is not None:
            free.add(way.patient)
        reasons.setdefault(way.patient, []).append(refusal or Refusal("NO_ADDRESS", channel=way.channel))
    first = {p: next((one for one in many if one.code == "NO_ADDRESS"), many[0]) for p, many in reasons.items()}
    return {p: consents.sentence(why) for p, why in first.items() if p not in free}


def _points(people: People) -> Points:
    """The ids of every person's numbers and addresses by the way they are good for, the first to try first."""
    owner = {record: patient for patient, records in people.items() for record in records}
    rows = ContactPoint.objects.filter(patient_id__in=owner, ended_at=None).order_by("rank", "id")
    found: Points = {}
    for record, point, system, use in rows.values_list("patient_id", "id", "system", "use"):
        for way in _good_for(system, use):
            found.setdefault((owner[record], way), []).append(point)
    return found


def _good_for(system: str, use: str) -> list[Channel | str]:
    """What a number or an address is good for, as the gate takes it."""
    if system == System.EMAIL:
        return [Channel.EMAIL]
    if system not in (System.PHONE, System.SMS):
        return []
    texts: list[Channel | str] = [Channel.SMS] if system == System.SMS or use == Use.MOBILE else []
    return [CALLED, *texts, *([Channel.VOICE] if system == System.PHONE else [])]
