"""Care teams, and who stands in: cover, supervision, on call. Each gives patients, so nobody gives it to themselves."""

from __future__ import annotations

import datetime as dt

from keepwell.access import alternates
from keepwell.access.models import CareTeam, CareTeamMember, Duty, Membership
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action

CARING = (Role.PRACTITIONER, Role.COORDINATOR, Role.TRAINEE)
"""Roles that look after patients at all."""

LONGEST_NAME = 120
Kind = Duty.Kind


def free_name(name: str) -> str:
    """A team's name, tidied. Raises Refusal FIELD_EMPTY, TEAM_NAME_TAKEN."""
    tidy = " ".join(name.split())[:LONGEST_NAME]
    if not tidy:
        raise Refusal("FIELD_EMPTY", field="name")
    if CareTeam.objects.filter(name__iexact=tidy).exists():
        raise Refusal("TEAM_NAME_TAKEN", field="name")
    return tidy


@action("care_team.renamed")
def rename(team: CareTeam, name: str, *, by: Actor) -> CareTeam:
    "A care team gets another name."
    team.name = free_name(name)
    team.save(update_fields=["name"])
    return team


@action("care_team.joined")
def add(
    team: CareTeam, member: Membership, *, by: Actor, starts: dt.datetime | None = None, ends: dt.datetime | None = None
) -> CareTeamMember:
    """Somebody is on a care team, from when until when.

    Raises Refusal SELF_APPROVAL, DATES_CROSSED, ROLE_WITHOUT_PATIENTS.
    """
    alternates.refuse_placing([member], by)
    begins = _dated(starts, ends)
    if member.role not in CARING or team.ended_at is not None:
        raise Refusal("ROLE_WITHOUT_PATIENTS", field="member")
    return CareTeamMember.objects.create(team=team, member=member, starts_at=begins, ends_at=ends)


@action("care_team.left")
def remove(place: CareTeamMember, *, by: Actor) -> CareTeamMember:
    "Somebody is on a care team no longer."
    place.ends_at = clock.now()
    place.save(update_fields=["ends_at"])
    return place


@action("care_team.ended")
def end(team: CareTeam, *, by: Actor) -> CareTeam:
    "A care team ends; nobody is on it or on call for it any more."
    at = clock.now()
    for found in (CareTeamMember, Duty):
        standing = found.objects.filter(team=team).exclude(ends_at__lte=at)
        standing.update(ends_at=at)
    team.ended_at = at
    team.save(update_fields=["ended_at"])
    return team


@action("duty.began")
def stand_in(
    kind: str,
    member: Membership,
    *,
    by: Actor,
    of: Membership | None = None,
    team: CareTeam | None = None,
    starts: dt.datetime | None = None,
    ends: dt.datetime | None = None,
) -> Duty:
    """Somebody covers a colleague, supervises a trainee, or is on call for a team. Cover and on call have an end.

    Raises Refusal SELF_APPROVAL, DATES_CROSSED, ROLE_WITHOUT_PATIENTS, DUTY_UNSUITABLE.
    """
    alternates.refuse_placing([member], by)
    begins = _dated(starts, ends)
    if member.role not in CARING or member.role == Role.TRAINEE:
        raise Refusal("ROLE_WITHOUT_PATIENTS", field="member")
    if (kind == Kind.ON_CALL) == (team is None) or (team is None) == (of is None):
        raise Refusal("DUTY_UNSUITABLE", field="of")
    if of is not None and (of.person_id == member.person_id or of.role not in CARING):
        raise Refusal("DUTY_UNSUITABLE", field="of")
    if kind == Kind.SUPERVISION and of is not None and of.role != Role.TRAINEE:
        raise Refusal("DUTY_UNSUITABLE", field="of")
    if kind != Kind.SUPERVISION and ends is None:
        raise Refusal("DATES_CROSSED", field="ends")
    return Duty.objects.create(kind=kind, member=member, of=of, team=team, starts_at=begins, ends_at=ends)


@action("duty.ended")
def stand_down(duty: Duty, *, by: Actor) -> Duty:
    "Somebody stands in no longer."
    duty.ends_at = clock.now()
    duty.save(update_fields=["ends_at"])
    return duty


def _dated(starts: dt.datetime | None, ends: dt.datetime | None) -> dt.datetime:
    """The beginning, now if none is named. Raises Refusal DATES_CROSSED."""
    begins = starts or clock.now()
    if ends is not None and ends <= max(begins, clock.now()):
        raise Refusal("DATES_CROSSED", field="ends")
    return begins
