"""One provider's calendar: zone, usual week, days off, and what all of it lets patients book."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from keepwell.access.models import Membership, Practice
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.patients.views import actor_of
from keepwell.scheduling import calendars, conflicts, setting, wall
from keepwell.scheduling.forms_setup import DAYS, ZONES, CalendarForm, DaysForm, WeekForm
from keepwell.scheduling.models import DayException, HealthcareService, License, Offering, Schedule
from keepwell.scheduling.providers import provider


@require_GET
@page(Can.MANAGE_SCHEDULES, purpose=Purpose.HOPERAT)
def hours(request: HttpRequest, member: UUID) -> HttpResponse:
    """Their calendar and everything that shapes it."""
    return _page(request, provider(member))


@require_POST
@page(Can.MANAGE_SCHEDULES, purpose=Purpose.HOPERAT)
def calendar(request: HttpRequest, member: UUID) -> HttpResponse:
    """Their zone, and how many visits a day."""
    whose, form = provider(member), CalendarForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            setting.set_up_schedule(whose.id, said["time_zone"], by=actor_of(request), max_a_day=said["max_a_day"])
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _back(whose)
    return _page(request, whose, calendar=form, status=422)


@require_POST
@page(Can.MANAGE_SCHEDULES, purpose=Purpose.HOPERAT)
def week(request: HttpRequest, member: UUID) -> HttpResponse:
    """Their usual week from a day on."""
    whose, form = provider(member), WeekForm(request.POST)
    if form.is_valid():
        try:
            setting.set_hours(whose.id, form.week(), by=actor_of(request), from_day=form.cleaned_data["from_day"])
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _back(whose)
    return _page(request, whose, week=form, status=422)


@require_POST
@page(Can.MANAGE_SCHEDULES, purpose=Purpose.HOPERAT)
def days(request: HttpRequest, member: UUID) -> HttpResponse:
    """Time off or extra hours. What is booked meanwhile is shown, to be moved."""
    whose, form, by = provider(member), DaysForm(request.POST), actor_of(request)
    if form.is_valid():
        said = form.cleaned_data
        try:
            made = setting.except_days(
                said["from_day"], form.last(), by=by, practitioner=whose.id, name=said["name"],
                between=form.between(), works=bool(said["works"]),
            )  # fmt: skip
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _page(request, whose, made=made)
    return _page(request, whose, days=form, status=422)


@require_POST
@page(Can.MANAGE_SCHEDULES, purpose=Purpose.HOPERAT)
def usual_again(request: HttpRequest, day: UUID) -> HttpResponse:
    """The usual week holds again on those days."""
    found = DayException.objects.filter(id=day, ended_at=None).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    setting.usual_again(found, by=actor_of(request))
    mine = found.practitioner_id
    return HttpResponseRedirect(reverse("hours", args=[mine]) if mine else reverse("holidays"))


def _back(whose: Membership) -> HttpResponse:
    return HttpResponseRedirect(reverse("hours", args=[whose.id]))


def _page(request: HttpRequest, whose: Membership, *, status: int = 200, **given: Any) -> HttpResponse:
    today = timezone.localdate()
    schedule = Schedule.objects.filter(practitioner_id=whose.id).first()
    weeks = calendars.versions(whose.id, today)
    made: DayException | None = given.get("made")
    shown = {
        "whose": whose,
        "schedule": schedule,
        "calendar": given.get("calendar") or CalendarForm(initial=_calendar(schedule)),
        "week": given.get("week") or WeekForm(week=weeks[0].rows if weeks else [], initial={"from_day": today}),
        "days": given.get("days") or DaysForm(),
        "weeks": [(w, [(_named(d), words) for d, words in calendars.spoken(w.rows)]) for w in weeks],
        "exceptions": _exceptions(whose, today),
        "made": made,
        "moves": conflicts.lines(conflicts.on(made), actor_of(request)) if made else [],
        "zones": ZONES,
        "today": today,
    } | _preview(request, whose, schedule)
    return render(request, "scheduling/hours.html", shown, status=status)


def _calendar(schedule: Schedule | None) -> dict[str, Any]:
    if schedule is None:
        return {"time_zone": Practice.objects.values_list("time_zone", flat=True).get()}
    return {"time_zone": schedule.time_zone, "max_a_day": schedule.max_a_day}


def _exceptions(whose: Membership, today: dt.date) -> list[DayException]:
    to_come = DayException.objects.filter(practitioner_id=whose.id, ended_at=None, until_day__gte=today)
    return list(to_come.order_by("from_day"))


def _named(days: tuple[int, ...]) -> str:
    """Monday, Tuesday; or Monday – Friday where they follow each other."""
    names = [str(DAYS[d - 1]) for d in days]
    run = len(days) > 2 and days[-1] - days[0] == len(days) - 1
    return f"{names[0]} – {names[-1]}" if run else ", ".join(names)


def _preview(request: HttpRequest, whose: Membership, schedule: Schedule | None) -> dict[str, Any]:
    """What the next seven days offer for one of their services, where they are licensed."""
    services = list(HealthcareService.objects.filter(ended_at=None, id__in=_offered(whose)).order_by("name"))
    states = sorted(
        set(License.objects.filter(practitioner_id=whose.id, ended_at=None).values_list("state", flat=True))
    )
    chosen = next((s for s in services if str(s.id) == request.GET.get("service")), services[0] if services else None)
    state = request.GET.get("state", "")
    state = state if state in states else (states[0] if states else "")
    free = calendars.bookable(whose.id, chosen, state, wall.zone(schedule.time_zone)) if chosen and schedule else []
    return {"services": services, "states": states, "service": chosen, "state": state, "free": free}


def _offered(whose: Membership) -> Any:
    return Offering.objects.filter(practitioner_id=whose.id, ended_at=None).values("service_id")
