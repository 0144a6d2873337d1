"""Requests for an appointment: written down, listed with their age, and answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell.access import policy
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.patients.views import actor_of
from keepwell.patients.views_register import alike_of
from keepwell.scheduling import asking, choosing, requestlines
from keepwell.scheduling.asked import Booking
from keepwell.scheduling.forms_waiting import RequestForm, clinic_zone
from keepwell.scheduling.models import STANDING, Appointment, BookingRequest
from keepwell.scheduling.words_waiting import REQUESTS, WHYS

SHOWS = {"open": _("To answer"), "answered": _("Answered")}


@require_GET
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def requests(request: HttpRequest) -> HttpResponse:
    """Who asked for an appointment and waits for an answer, longest first."""
    show, typed = request.GET.get("show", "open"), request.GET.get("page", "1")
    show = show if show in SHOWS else "open"
    number = int(typed[:4]) if typed.isdecimal() and int(typed[:4]) > 0 else 1
    lines, more = requestlines.listed(show, number, actor_of(request))
    shown = {
        "lines": lines,
        "show": show,
        "number": number,
        "more": more,
        "filters": [(words, f"{reverse('requests')}?show={name}", name == show) for name, words in SHOWS.items()],
    }
    return render(request, "scheduling/requests.html", shown)


@require_http_methods(["GET", "POST"])
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def add(request: HttpRequest) -> HttpResponse:
    """What somebody asks for, written down: by a patient who is looked up, or by somebody who is none yet."""
    if request.method == "GET":
        patient = choosing.uuid(request.GET.get("patient", ""))
        start = {"state": choosing.state_of(patient, actor_of(request))}
        return _form(request, RequestForm(initial=start), choosing.Choice(patient))
    form, chosen = RequestForm(request.POST), choosing.of(request)
    if chosen.looks or not form.is_valid():
        form.is_valid()
        return _form(request, form, chosen, chosen.status if chosen.looks else 422)
    try:
        made = asking.ask(form.asked(), by=actor_of(request), patient=chosen.patient)
    except Refusal as refusal:
        form.refuse(refusal)
        return _form(request, form, chosen, refusal.status)
    return HttpResponseRedirect(reverse("request", args=[made.id]))


def _form(request: HttpRequest, form: RequestForm, chosen: choosing.Choice, status: int = 200) -> HttpResponse:
    shown = choosing.shown(chosen, actor_of(request)) | {"form": form}
    return render(request, "scheduling/ask.html", shown, status=status)


@require_GET
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def one(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One request: who, what, and every way to answer it."""
    return _page(request, _request(request_id))


def _page(
    request: HttpRequest,
    row: BookingRequest,
    refusal: Refusal | None = None,
    chosen: choosing.Choice | None = None,
    alike: Any = (),
) -> HttpResponse:
    by = actor_of(request)
    whole = requestlines.whole(row, by)
    is_open = row.status in (BookingRequest.Status.PROPOSED, BookingRequest.Status.WAITLIST)
    shown = {
        "whole": whole,
        "row": row,
        "status": REQUESTS[BookingRequest.Status(row.status)],
        "is_open": is_open,
        "meanwhile": requestlines.meanwhile(whole) if is_open and row.patient_id else [],
        "times": requestlines.times(whole, by) if is_open and row.patient_id else [],
        "book_href": _book_href(whole) if row.patient_id else "",
        "whys": list(WHYS.items()),
        "why": WHYS.get(BookingRequest.Why(row.why)) if row.why else "",
        "whom": chosen or choosing.Choice(),
        "alike": alike,
        "tag": None,
        "registers": policy.may(by, Can.REGISTER_PATIENTS),
        "refusal": refusal,
    }
    return render(request, "scheduling/request.html", shown, status=refusal.status if refusal else 200)


def _book_href(whole: requestlines.Whole) -> str:
    """The booking form with what is known filled in: ids and codes only, for they stand in the address."""
    said = {"patient": whole.row.whose, "service": whole.wishes["service"]}
    if whole.wishes["practitioner"]:
        said["provider"] = whole.wishes["practitioner"]
    return f"{reverse('book')}?{urlencode(said)}"


@require_POST
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def book(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One of the times that suit is promised."""
    by, row = actor_of(request), _request(request_id)
    try:
        whole = requestlines.whole(row, by)
        asking.book(row, _booking(request, whole), by=by)
    except Refusal as refusal:
        if refusal.status >= 500 or refusal.code == "POLICY_DENY":
            raise
        return _page(request, row, refusal)
    return HttpResponseRedirect(reverse("request", args=[row.id]))


def _booking(request: HttpRequest, whole: requestlines.Whole) -> Booking:
    try:
        starts, who = dt.datetime.fromisoformat(request.POST["starts"]), UUID(request.POST["practitioner"])
    except (KeyError, ValueError):
        raise Refusal("CHOICE_UNKNOWN") from None
    if whole.service is None or starts.tzinfo is None:
        raise Refusal("SERVICE_UNKNOWN")
    modality = whole.wishes["modality"] or whole.service.modalities[0]
    return Booking(whole.service.id, who, starts, modality, whole.wishes["state"])


@require_POST
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def to_waitlist(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Nothing suits now: they wait for what they asked for."""
    by, row = actor_of(request), _request(request_id)
    try:
        wishes = requestlines.whole(row, by).wishes
        entry = asking.to_waitlist(row, asking.wish(wishes, clinic_zone(by)), by=by)
    except Refusal as refusal:
        if refusal.status >= 500 or refusal.code == "POLICY_DENY":
            raise
        return _page(request, row, refusal)
    return HttpResponseRedirect(reverse("waitlist-entry", args=[entry.id]))


@require_POST
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def match(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Whoever asked is a patient here: looked up, and chosen."""
    row, chosen = _request(request_id), choosing.of(request)
    if chosen.looks or chosen.patient is None:
        return _page(request, row, chosen=chosen if chosen.looks else choosing.nobody(chosen))
    asking.match(row, chosen.patient, by=actor_of(request))
    return HttpResponseRedirect(reverse("request", args=[row.id]))


@require_POST
@page(Can.REGISTER_PATIENTS, purpose=Purpose.HOPERAT)
def register(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Whoever asked becomes a patient; those who look alike are shown first."""
    by, row = actor_of(request), _request(request_id)
    compared = tuple(filter(None, map(choosing.uuid, request.POST.getlist("compared"))))
    try:
        asking.register(row, by=by, despite=compared)
    except Refusal as refusal:
        if refusal.status >= 500 or refusal.code == "POLICY_DENY":
            raise
        found = refusal.facts.get("lookalikes", ())
        return _page(request, row, refusal, alike=alike_of(found, by) if isinstance(found, tuple) else ())
    return HttpResponseRedirect(reverse("request", args=[row.id]))


@require_POST
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def decline(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Declined, with a reason from the list."""
    row = _request(request_id)
    try:
        asking.decline(row, request.POST.get("why", ""), by=actor_of(request))
    except Refusal as refusal:
        if refusal.code != "CHOICE_UNKNOWN":
            raise
        return _page(request, row, refusal)
    return HttpResponseRedirect(reverse("requests"))


@require_POST
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def answered(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """A visit that was booked on the calendar meanwhile answers it."""
    row, which = _request(request_id), choosing.uuid(request.POST.get("appointment", ""))
    visit = Appointment.objects.filter(id=which, status__in=STANDING).first() if which else None
    if visit is None:
        raise Refusal("NOT_FOUND")
    asking.booked(row, visit, by=actor_of(request))
    return HttpResponseRedirect(reverse("request", args=[row.id]))


@require_POST
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def withdraw(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """They need none any more."""
    asking.withdraw(_request(request_id), by=actor_of(request))
    return HttpResponseRedirect(reverse("requests"))


def _request(request_id: UUID) -> BookingRequest:
    row = BookingRequest.objects.filter(id=request_id).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    return row


DOING: dict[str, Callable[..., HttpResponse]] = {
    "book": book, "waitlist": to_waitlist, "match": match, "register": register, "decline": decline,
    "withdraw": withdraw, "answered": answered,
}  # fmt: skip
