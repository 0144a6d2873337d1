"""Settings: care teams, who is on them, and who stands in for whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from keepwell.access import actions, teams
from keepwell.access.forms_roles import Dated, Refusable, StandInForm, TeamForm, people
from keepwell.access.models import CareTeam, CareTeamMember, Duty, Membership
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.access.words import DUTIES, role_word
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.refusal import Refusal

TITLES = {
    "cover": _("Who covers for whom"),
    "supervision": _("Who supervises whom"),
    "on_call": _("Who is on call"),
}


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_CARE_TEAMS, purpose=Purpose.HSYSADMIN)
def care_teams(request: HttpRequest) -> HttpResponse:
    """The teams, and who stands in now and later; a new team."""
    form = TeamForm(request.POST or None)
    if form.is_valid() and _done(form, lambda: actions.form_team(form.cleaned_data["name"], [], by=_by(request))):
        return HttpResponseRedirect(reverse("care-teams"))
    at = clock.now()
    duties = Duty.objects.filter(_ahead(at)).select_related("member", "of", "team").order_by("starts_at", "id")
    shown = {
        "form": form,
        "teams": CareTeam.objects.filter(ended_at=None).order_by("name", "id"),
        "sizes": dict(_ahead_members(at).values_list("team_id").annotate(Count("member_id", distinct=True))),
        "duties": [(kind, title, [d for d in duties if d.kind == kind]) for kind, title in TITLES.items()],
        "now": at,
    }
    return render(request, "access/care_teams.html", shown, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_CARE_TEAMS, purpose=Purpose.HSYSADMIN)
def care_team(request: HttpRequest, team: UUID) -> HttpResponse:
    """One team: who is on it, from when until when, and its name."""
    found, renaming = _team(team), "name" in request.POST
    naming = TeamForm(request.POST if renaming else None, initial={"name": found.name})
    adding = Dated(request.POST if request.POST and not renaming else None, members=_caring())
    if renaming and naming.is_valid():
        if _done(naming, lambda: teams.rename(found, naming.cleaned_data["name"], by=_by(request))):
            return HttpResponseRedirect(reverse("care-team", args=[team]))
    elif adding.is_valid() and _done(adding, lambda: _added(request, found, adding)):
        return HttpResponseRedirect(reverse("care-team", args=[team]))
    shown = {
        "team": found,
        "naming": naming,
        "adding": adding,
        "members": _ahead_members(clock.now()).filter(team=found).select_related("member").order_by("starts_at", "id"),
        "role_word": role_word,
        "now": clock.now(),
    }
    return render(request, "access/care_team.html", shown, status=422 if request.POST else 200)


@require_POST
@page(Can.MANAGE_CARE_TEAMS, purpose=Purpose.HSYSADMIN)
def end_team(request: HttpRequest, team: UUID) -> HttpResponse:
    """The team is no more."""
    teams.end(_team(team), by=_by(request))
    return HttpResponseRedirect(reverse("care-teams"))


@require_POST
@page(Can.MANAGE_CARE_TEAMS, purpose=Purpose.HSYSADMIN)
def leave_team(request: HttpRequest, team: UUID, place: UUID) -> HttpResponse:
    """Somebody is on it no longer."""
    found = _ahead_members(clock.now()).filter(team_id=team, id=place).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    teams.remove(found, by=_by(request))
    return HttpResponseRedirect(reverse("care-team", args=[team]))


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_CARE_TEAMS, purpose=Purpose.HSYSADMIN)
def stand_in(request: HttpRequest, kind: str) -> HttpResponse:
    """Somebody covers, supervises or is on call."""
    if kind not in TITLES:
        raise Refusal("NOT_FOUND")
    form = StandInForm(request.POST or None, members=_caring(trainees=False), others=_others(kind))
    if form.is_valid() and _done(form, lambda: _stood_in(request, kind, form)):
        return HttpResponseRedirect(reverse("care-teams"))
    shown = {"form": form, "kind": kind, "title": TITLES[kind], "word": DUTIES[Duty.Kind(kind)]}
    return render(request, "access/stand_in.html", shown, status=422 if form.is_bound else 200)


@require_POST
@page(Can.MANAGE_CARE_TEAMS, purpose=Purpose.HSYSADMIN)
def stand_down(request: HttpRequest, duty: UUID) -> HttpResponse:
    """Somebody stands in no longer."""
    found = Duty.objects.filter(_ahead(clock.now()), id=duty).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    teams.stand_down(found, by=_by(request))
    return HttpResponseRedirect(reverse("care-teams"))


def _by(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]


def _done(form: Refusable, act: Callable[[], Any]) -> bool:
    """Whether it was done; if refused, the form says so."""
    try:
        act()
    except Refusal as refusal:
        form.refuse(refusal)
        return False
    return True


def _added(request: HttpRequest, team: CareTeam, form: Dated) -> None:
    said = form.cleaned_data
    member = Membership.objects.get(id=said["member"])
    teams.add(team, member, by=_by(request), starts=said["starts"], ends=said["ends"])


def _stood_in(request: HttpRequest, kind: str, form: StandInForm) -> None:
    said = form.cleaned_data
    member, for_team = Membership.objects.get(id=said["member"]), kind == Duty.Kind.ON_CALL
    of = None if for_team else Membership.objects.get(id=said["of"])
    team = CareTeam.objects.get(id=said["of"]) if for_team else None
    teams.stand_in(kind, member, by=_by(request), of=of, team=team, starts=said["starts"], ends=said["ends"])


def _others(kind: str) -> list[tuple[str, str]]:
    if kind == Duty.Kind.ON_CALL:
        return [(str(t.id), t.name) for t in CareTeam.objects.filter(ended_at=None).order_by("name", "id")]
    found = _caring()
    return people([m for m in found if kind == Duty.Kind.COVER or m.role == Role.TRAINEE])


def _team(team: UUID) -> CareTeam:
    found = CareTeam.objects.filter(id=team, ended_at=None).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    return found


def _caring(*, trainees: bool = True) -> list[Membership]:
    lasts = Q(ends_at=None) | Q(ends_at__gt=clock.now())
    roles = [role for role in teams.CARING if trainees or role != Role.TRAINEE]
    return list(Membership.objects.filter(lasts, role__in=roles).order_by("name", "role"))


def _ahead(at: Any) -> Q:
    return Q(ends_at=None) | Q(ends_at__gt=at)


def _ahead_members(at: Any) -> QuerySet[CareTeamMember]:
    return CareTeamMember.objects.filter(_ahead(at))
