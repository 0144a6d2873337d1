"""Ending somebody's access, and the record of it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell.access.answers import worded
from keepwell.access.models import Departure, Membership, Practice
from keepwell.access.pages import page
from keepwell.access.policy import Can, may
from keepwell.access.words import role_word
from keepwell.base import clock
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.compliance.people import departures, dormant, returning
from keepwell.compliance.people.forms import members
from keepwell.compliance.people.views import actor_of, member_of
from keepwell.patients.forms import Asking


class LeaveForm(Asking):
    """When access ends, and who takes over."""

    at = forms.DateTimeField(
        label=_("Access ends"),
        required=False,
        help_text=_("In the practice's time. Empty: now."),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    hand_to = forms.ChoiceField(
        label=_("Tasks go to"), required=False, help_text=_("Empty: to the administrators, for one of them to take.")
    )

    def __init__(self, leaver: UUID, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hand_to"].choices = [m for m in members() if m[0] != str(leaver)]  # type: ignore[attr-defined]

    def moment(self, zone: str) -> dt.datetime:
        """When it ends."""
        typed: dt.datetime | None = self.cleaned_data["at"]
        return clock.now() if typed is None else typed.replace(tzinfo=ZoneInfo(zone))

    def heir(self) -> Membership | None:
        """Who takes over, if somebody was chosen."""
        chosen = self.cleaned_data["hand_to"]
        return Membership.objects.get(id=UUID(chosen)) if chosen else None


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN, fresh=True)
def leave(request: HttpRequest, member: UUID) -> HttpResponse:
    """Everything of somebody's access ends at one moment."""
    by, found = actor_of(request), member_of(member)
    form = LeaveForm(member, request.POST if request.method == "POST" else None)
    context = {"form": form, "member": found, "places": [role_word(p.role) for p in departures.places(found)]}
    if not form.is_valid():
        return render(request, "people/leave.html", context, status=422 if form.is_bound else 200)
    try:
        begun = departures.begin(found, form.moment(Practice.objects.get().time_zone), form.heir(), by=by)
    except Refusal as refusal:
        form.refuse(refusal)
        return render(request, "people/leave.html", context, status=refusal.status)
    return HttpResponseRedirect(reverse("departure", args=[begun.id]))


@require_POST
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN)
def resume(request: HttpRequest, member: UUID) -> HttpResponse:
    """A suspended account is needed after all. Nobody resumes their own: they are not let in to ask."""
    dormant.resume(member_of(member), by=actor_of(request))
    return HttpResponseRedirect(reverse("person", args=[member]))


@require_GET
@page(Can.SEE_PEOPLE, purpose=Purpose.HCOMPL)
def departure(request: HttpRequest, departure: UUID) -> HttpResponse:
    """The record: each step and when it was done, against the hour."""
    return shown(request, departure_of(departure))


@require_POST
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN)
def close(request: HttpRequest, departure: UUID) -> HttpResponse:
    """The record is complete."""
    found = departure_of(departure)
    try:
        departures.close(found, request.POST.get("explained", ""), by=actor_of(request))
    except Refusal as refusal:
        return shown(request, found, refusal, refusal.status)
    return HttpResponseRedirect(reverse("departure", args=[departure]))


def shown(
    request: HttpRequest, found: Departure, refusal: Refusal | None = None, status: int = 200, at: str = ""
) -> HttpResponse:
    """The record as it stands. `at`: which list a refusal belongs to, if to one. Not a view of its own."""
    said, by = found.steps, actor_of(request)
    things, partners = returning.lists(found, by)
    context = {
        "departure": found,
        "steps": [(words, _moment(said.get(name)), said.get(name)) for name, words in departures.STEPS.items()],
        "minutes": departures.minutes(found),
        "late": departures.minutes(found) > departures.HOUR.total_seconds() // 60,
        "explained": departures.EXPLAINED,
        "come": found.left_at <= clock.now(),
        "refusal": None if at else refusal,
        "wrong": {at: worded(refusal)} if refusal and at else {},
        "manages": may(by, Can.MANAGE_ACCESS),
        "things": things,
        "partners": partners,
        "outcomes": returning.OUTCOMES,
        "told_how": returning.HOW,
    }
    return render(request, "people/departure.html", context, status=status)


def _moment(said: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(said) if said and departures.done(said) else None


def departure_of(departure: UUID) -> Departure:
    """Raises Refusal NOT_FOUND."""
    near = ("member__person", "asked_by", "hand_to")
    found = Departure.objects.select_related(*near).filter(id=departure).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    return found
