"""One visit: who, when, with whom, what happened to it; and what can be done about it in place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell.access import policy
from keepwell.access.models import Membership
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base import clock
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.patients.codes import LANGUAGES
from keepwell.patients.views import actor_of, chart_of
from keepwell.scheduling import booking, clocks, life, policies, repeating, series, telling, undo, views_series
from keepwell.scheduling.forms import CancelForm, HelperForm, WhenForm, instant_of
from keepwell.scheduling.life import FROM
from keepwell.scheduling.models import Appointment
from keepwell.scheduling.views_calendar import undoing
from keepwell.scheduling.visit import Whole
from keepwell.scheduling.words import HELPERS, SCOPES

S = Appointment.Status


@require_GET
@page(Can.SEE_SCHEDULE, purpose=Purpose.TREAT)
def visit(request: HttpRequest, visit: UUID) -> HttpResponse:
    """A visit with its history: beside the calendar, or as a page of its own."""
    by, row = actor_of(request), found(visit)
    whole, rule = Whole(row, by), policies.policy()
    shown = {
        "may": policies.may_patient_change(row, clock.now(), rule),
        "missed": policies.count([row.patient_id], rule)[row.patient_id],
        "whole": whole,
        "visit": whole.visit,
        "chart_of": chart_of,
        "books": policy.may(by, Can.BOOK_APPOINTMENTS),
        "can": {str(status) for status, earlier in FROM.items() if row.status in earlier},
        "begun": row.starts_at <= clock.now(),
        "cancel": CancelForm(prefix="cancel"),
        "sends": telling.of(row, "appointment.cancelled"),
        "here": reverse("appointment", args=[row.id]),
        "o_clock": clocks.o_clock,
        "day": clocks.long_day(timezone.localtime(row.starts_at).date()),
        "undoing": undoing(by),
        "helper": HelperForm(prefix="helper"),
        "helpers": {str(role): words for role, words in HELPERS.items()},
        "members": dict(Membership.objects.filter(id__in=[h.member for h in whole.helpers]).values_list("id", "name")),
        "languages_of": LANGUAGES,
    }
    beside = request.headers.get("HX-Request") == "true"
    return render(request, "scheduling/beside.html" if beside else "scheduling/visit.html", shown)


def found(visit: UUID) -> Appointment:
    """An appointment of this practice. Raises Refusal NOT_FOUND."""
    row = Appointment.objects.select_related("service", "practitioner", "slot").filter(id=visit).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    return row


def _as_seen(request: HttpRequest, visit: UUID) -> Appointment:
    """The appointment as the page that is sent saw it, so that a change in between is noticed."""
    row, seen = found(visit), request.POST.get("version", "")
    if seen.isascii() and seen.isdecimal():
        row.version = int(seen[:9])
    return row


def _act(action: Callable[..., Any]) -> Callable[[HttpRequest, UUID], HttpResponse]:
    """A page that does one thing to one visit and goes back to where it was asked for."""

    @require_POST
    @page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
    def act(request: HttpRequest, visit: UUID) -> HttpResponse:
        action(_as_seen(request, visit), by=actor_of(request))
        return back(request, visit)

    act.__name__, act.__doc__ = action.__name__, action.__doc__
    return act


arrive, check_in, fulfil, miss, as_booked = map(
    _act, (life.arrive, life.check_in, life.fulfil, life.miss, life.as_booked)
)


@require_POST
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def cancel(request: HttpRequest, visit: UUID) -> HttpResponse:
    """The time is given back, for a reason."""
    row, cause = _as_seen(request, visit), request.POST.get("cancel-cause", "")
    rows = series.to_come(row, request.POST.get("cancel-scope", "one"))
    if row.series_id and len(rows) > 1:
        repeating.cancel(rows, cause, by=actor_of(request))
    else:
        life.cancel(row, cause, by=actor_of(request))
    return back(request, visit)


@require_POST
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def take_back(request: HttpRequest, change: UUID) -> HttpResponse:
    """Undone, within ten seconds."""
    row = undo.undo(change, by=actor_of(request))
    return back(request, row.id)


@require_http_methods(["GET", "POST"])
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def move(request: HttpRequest, visit: UUID) -> HttpResponse:
    """Another time, length or provider: from a drag, from the keyboard, or by this form."""
    by, row = actor_of(request), found(visit)
    minutes = int((row.ends_at - row.starts_at).total_seconds() // 60)
    if request.method == "GET":
        return _move_page(request, row, WhenForm(initial=WhenForm.of(row.starts_at, row.practitioner_id, minutes)))
    form = WhenForm(_told(request, minutes))
    if not form.is_valid():
        return _move_page(request, row, form, status=422)
    try:
        starts = form.starts()
        scope = request.POST.get("scope", "one")
        lasts = dt.timedelta(minutes=minutes if form.cleaned_data["minutes"] is None else form.cleaned_data["minutes"])
        if row.series_id and scope in series.SCOPES[1:]:
            return views_series.move(request, form, _as_seen(request, visit), scope, lasts)
        booking.move(_as_seen(request, visit), starts, by=by, practitioner=form.whom(), ends_at=starts + lasts)
    except Refusal as refusal:
        return _move_page(request, row, form, refusal, refusal.status)
    return back(request, visit)


def _told(request: HttpRequest, minutes: int) -> dict[str, Any]:
    """What was sent; a drag and an offered time send instants, which win over what is typed."""
    said = request.POST.dict()
    chosen, _bar, provider = said.get("take", "").partition("|")
    starts, ends = instant_of(chosen or said.get("starts_at", "")), instant_of(said.get("ends_at", ""))
    if starts:
        local = timezone.localtime(starts)
        said |= {"day": local.date(), "time": local.time(), "at": starts.isoformat()}  # type: ignore[dict-item]
        if ends and not chosen:
            said["minutes"] = str(int((ends - starts).total_seconds() // 60))
    return (
        said | ({"provider": provider} if provider else {}) | ({} if said.get("minutes") else {"minutes": str(minutes)})
    )


def _move_page(
    request: HttpRequest, row: Appointment, form: WhenForm, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    by = actor_of(request)
    if refusal and refusal.code not in ("SLOT_TAKEN", "STALE_VERSION"):
        form.refuse(refusal)
    whole = Whole(row, by, history=False)
    shown = {
        "whole": whole, "visit": whole.visit, "form": form, "refusal": refusal,
        "offers": refusal.facts.get("alternatives", ()) if refusal else (),
        "names": dict(form.fields["provider"].choices),  # type: ignore[attr-defined]
        "sends": telling.of(row, "appointment.moved"), "o_clock": clocks.o_clock, "weekday": clocks.weekday,
        "local": timezone.localtime, "back": request.POST.get("back", ""),
        "scopes": list(SCOPES.items()) if row.series_id else [], "scope": request.POST.get("scope", "one"),
    }  # fmt: skip
    return render(request, "scheduling/move.html", shown, status=status)


def back(request: HttpRequest, visit: UUID) -> HttpResponse:
    """To the page a button was on, if it is one of ours; otherwise to the visit."""
    asked = request.POST.get("back", "")
    ours = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return HttpResponseRedirect(asked if ours else reverse("appointment", args=[visit]))
