"""Who looks after whom now, by which work, and how that reaches each member: of their own, by a team, or standing in.

Work makes a relation (`by_work`); named care teams share theirs; who covers a colleague, supervises a trainee or is on
call for a team has theirs meanwhile. `cared_for` answers the policy in one statement; `paths` explains it in words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from keepwell.access import actions
from keepwell.access.models import CareRelation, CareTeamMember, Duty
from keepwell.base import clock
from keepwell.base.actor import Actor

BASES: dict[str, Any] = {
    "care_team": _("care team"),
    "import": _("came with imported records"),
    "visit": _("a visit"),
    "message": _("an assigned message"),
    "task": _("an assigned task"),
    "result": _("a result to look at"),
}
"""Basis of a relation → its words. A floor adds its own with `basis()`."""


def basis(name: str, words: Any) -> str:
    """Names a basis once; `words` is a lazy translation. Returns the name, to make relations with."""
    BASES[name] = words
    return name


def by_work(
    patient: UUID, member: UUID, basis: str, starts: dt.datetime, ends: dt.datetime | None, *, by: Actor
) -> CareRelation:
    """Work makes a care relation, from when until when. Raises KeyError for a basis nobody named."""
    BASES[basis]
    return actions.relate(patient, member=member, basis=basis, since=starts, until=ends, by=by)


def lasting(at: dt.datetime) -> Q:
    """What has begun and not ended."""
    return Q(starts_at__lte=at) & (Q(ends_at__isnull=True) | Q(ends_at__gt=at))


def cared_for(by: Actor, subjects: Iterable[UUID] | None = None) -> frozenset[UUID]:
    """The patients the actor looks after now, in any way; among `subjects` if given. One statement."""
    at = clock.now()
    held = CareRelation.objects.filter(lasting(at)).values_list("patient_id", flat=True)
    if subjects is not None:
        held = held.filter(patient_id__in=list(subjects))
    duties = Duty.objects.filter(lasting(at), member_id=by.id)
    instead_of = duties.exclude(of=None).values("of_id")
    on_teams = CareTeamMember.objects.filter(lasting(at))
    # A union and no OR: each side has an index of its own, and no index answers an OR with a subquery in it.
    ways: list[QuerySet[CareRelation, UUID]] = [
        held.filter(member_id__in=instead_of),
        held.filter(team_id__in=on_teams.filter(member_id=by.id).values("team_id")),
        held.filter(team_id__in=on_teams.filter(member_id__in=instead_of).values("team_id")),
        held.filter(team_id__in=duties.exclude(team=None).values("team_id")),
    ]
    return frozenset(held.filter(member_id=by.id).union(*ways))


@dataclass(frozen=True, slots=True)
class Path:
    """One way by which a patient reaches a member: the relation's basis, through which team, standing in for whom."""

    member: UUID
    basis: str
    since: dt.datetime
    until: dt.datetime | None
    team: str = ""
    duty: str = ""
    of: UUID | None = None

    @property
    def basis_word(self) -> str:
        return str(BASES.get(self.basis, self.basis))


def paths(records: Iterable[UUID]) -> list[Path]:
    """Every way by which anybody looks after a person now, whose records these are. Four statements."""
    at = clock.now()
    relations = list(CareRelation.objects.filter(lasting(at), patient_id__in=list(records)).order_by("starts_at", "id"))
    on_team = CareTeamMember.objects.filter(lasting(at)).select_related("team").order_by("starts_at", "id")
    teams = list(on_team.filter(team_id__in=[r.team_id for r in relations if r.team_id]))
    direct = [_direct(r) for r in relations if r.member_id]
    direct += [_narrowed(_direct(r), t, member=t.member_id, team=t.team.name)
               for t in teams for r in relations if r.team_id == t.team_id]  # fmt: skip
    duties = Duty.objects.filter(lasting(at)).select_related("team").order_by("starts_at", "id")
    standing = [
        _narrowed(each, duty, member=duty.member_id, duty=duty.kind, of=duty.of_id)
        for duty in duties.filter(of_id__in=[each.member for each in direct])
        for each in direct
        if each.member == duty.of_id
    ]
    for duty in duties.filter(team_id__in=[r.team_id for r in relations if r.team_id]):
        standing += [
            _narrowed(_direct(r), duty, member=duty.member_id, duty=duty.kind, team=duty.team.name if duty.team else "")
            for r in relations
            if r.team_id == duty.team_id
        ]
    return direct + standing


def _direct(relation: CareRelation) -> Path:
    return Path(relation.member_id or UUID(int=0), relation.basis, relation.starts_at, relation.ends_at)


def _narrowed(path: Path, by: CareTeamMember | Duty, **more: Any) -> Path:
    """The same way, through a team or a duty: it lasts while both do."""
    ends = [end for end in (path.until, by.ends_at) if end is not None]
    kept = {"basis": path.basis, "team": path.team, "duty": path.duty, "of": path.of} | more
    return Path(since=max(path.since, by.starts_at), until=min(ends, default=None), **kept)
