"""Booking by staff: a free time, a patient looked up beside it, everything against it said before it is saved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from keepwell import charts
from keepwell.access import policy
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.patients import finder
from keepwell.patients.excerpts import NameTag, Whereabouts
from keepwell.patients.views import actor_of
from keepwell.scheduling import agenda, booking, checks, clocks, minors, slots, telling, views_series
from keepwell.scheduling.asked import Booking
from keepwell.scheduling.forms import BookForm, instant_of
from keepwell.scheduling.models import Appointment, HealthcareService, Offering, Slot

SHOWN_APART = ("SLOT_TAKEN", "HOLD_EXPIRED", "GROUP_FULL")
"""Refusals that come with a button of their own instead of standing at a field."""


@require_http_methods(["GET", "POST"])
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def book(request: HttpRequest) -> HttpResponse:
    """The form, its search for the patient, and the booking."""
    by = actor_of(request)
    if request.method == "GET":
        asked = request.GET
        at, patient = instant_of(asked.get("at", "")), _uuid(asked.get("patient", ""))
        begun = BookForm.of(at, _uuid(asked.get("provider", ""))) | {"service": asked.get("service", "")}
        return _page(request, _form(initial=begun, only=_uuid(asked.get("provider", ""))), patient)
    form, patient = _form(_told(request)), _uuid(request.POST.get("patient", ""))
    words = request.POST.get("words", "").strip()
    if "change" in request.POST:
        return _page(request, form, None)
    if words and ("find" in request.POST or not patient):
        return _found(request, form, words, by)
    if "take" in request.POST or "book" in request.POST:
        return _book(request, form, patient, by)
    return _page(request, form, patient, looks=True)


@require_POST
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def look(request: HttpRequest) -> HttpResponse:
    """What stands for and against it now, and the time held meanwhile: asked again whenever the form changes."""
    form, patient = _form(_told(request)), _uuid(request.POST.get("patient", ""))
    shown = _looked(request, form, patient) if form.is_valid() else NOTHING
    return render(request, "scheduling/checks.html", shown | _around())


@require_POST
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def release(request: HttpRequest) -> HttpResponse:
    """The form is put away: what was held is free again."""
    held = _slot(_uuid(request.POST.get("hold", "")))
    if held:
        booking.release(held, by=actor_of(request))
    return HttpResponseRedirect(reverse("schedule"))


def _book(request: HttpRequest, form: BookForm, patient: UUID | None, by: Actor) -> HttpResponse:
    if not form.is_valid() or patient is None:
        if patient is None:
            form.refuse(Refusal("PATIENT_MISSING"))
        return _page(request, form, patient, status=422)
    try:
        asked = form.asked(_uuid(request.POST.get("hold", "")))
        if form.rule():
            minors.checked(patient, asked.holder, by=by)
            tag = charts.open(patient, NameTag, by=by, listed=False).one(NameTag)
            return views_series.book(request, form, asked, patient, tag)
        group = checks.group_at(asked)
        made = booking.book(patient, replace(asked, group=group, hold=None if group else _hold_of(asked)), by=by)
    except Refusal as refusal:
        if refusal.code not in SHOWN_APART:
            form.refuse(refusal)
        return _page(request, form, patient, refusal=refusal, status=refusal.status)
    return _there(request, made)


def _hold_of(asked: Booking) -> UUID | None:
    """The hold, if it is of this very time: one for another time proves nothing here."""
    held = None if asked.overbook else _slot(asked.hold)
    same = held and held.practitioner_id == asked.practitioner and held.starts_at == asked.starts_at
    return asked.hold if same else None


def _there(request: HttpRequest, made: Appointment) -> HttpResponse:
    """Back to the day, with ten seconds to undo."""
    day = timezone.localtime(made.starts_at).date().isoformat()
    href = f"{reverse('schedule')}?day={day}"
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=200, headers={"HX-Redirect": href})
    return HttpResponseRedirect(href)


def _form(data: Any = None, *, initial: Any = None, only: UUID | None = None) -> BookForm:
    """The form with what can be booked; of one provider, if the calendar named one."""
    found = HealthcareService.objects.filter(ended_at=None)
    if only:
        offers = Offering.objects.filter(practitioner_id=only, ended_at=None).order_by()
        found = found.filter(id__in=offers.values("service_id"))
    return BookForm(data, initial=initial, services=list(found.order_by("-clinical", "seats", "name")))


def _told(request: HttpRequest) -> dict[str, Any]:
    """What was sent; a time chosen from those offered wins over what is typed."""
    said = request.POST.dict()
    chosen, _bar, provider = (said.get("take") or said.get("pick") or "").partition("|")
    if starts := instant_of(chosen):
        local = timezone.localtime(starts)
        return said | {"day": local.date(), "time": local.time(), "at": starts.isoformat(), "provider": provider}
    return said


def _found(request: HttpRequest, form: BookForm, words: str, by: Actor) -> HttpResponse:
    """Those who answer to the words, to choose one of; everything typed stays."""
    try:
        hits = finder.search(words, by=by).hits
    except Refusal as refusal:
        if refusal.code != "SEARCH_TOO_SHORT":
            raise
        return _page(request, form, None, words=words, unfound=refusal, status=refusal.status)
    return _page(request, form, None, words=words, hits=hits)


NOTHING: dict[str, Any] = {"lines": [], "held": None, "offers": [], "over": False, "sends": [], "leaves": None}


def _looked(request: HttpRequest, form: BookForm, patient: UUID | None) -> dict[str, Any]:
    """The checks, the next free times, and the time held if nothing is against it."""
    by, service = actor_of(request), form.services[form.cleaned_data["service"]]
    try:
        asked = replace(form.asked(_uuid(request.POST.get("hold", ""))), overbook="")
    except Refusal as refusal:
        if refusal.code == "FIELD_EMPTY":
            return NOTHING | {"over": True}
        return NOTHING | {"lines": [checks.Line("", refusal, "danger")]}
    asked = replace(asked, group=checks.group_at(asked))
    lines = checks.look(asked, service, patient, by=by)
    free = asked.group is None and lines[0].refusal is None
    _let_go(asked, by)
    held = booking.hold(service, asked.practitioner, asked.starts_at, by=by, minutes=asked.minutes) if free else None
    offers = slots.free(service.id, state=asked.state, since=asked.starts_at, limit=slots.ALTERNATIVES) if any(
        line.refusal for line in lines
    ) else []  # fmt: skip
    over = bool(lines[0].refusal) and policy.may(by, Can.OVERBOOK)
    sends = _sends(asked, patient)
    leaves = (patient, asked.starts_at) if sends else None
    return {"lines": lines, "held": held, "offers": offers, "over": over, "sends": sends, "leaves": leaves}


def _let_go(asked: Booking, by: Actor) -> None:
    """A hold of another time than the form says now is given back."""
    held = _slot(asked.hold)
    if held and held.starts_at != asked.starts_at:
        booking.release(held, by=by)


def _sends(asked: Booking, patient: UUID | None) -> list[str]:
    """What goes out once it is booked."""
    if patient is None:
        return []
    wanted = Appointment(
        patient_id=patient, practitioner_id=asked.practitioner, service_id=asked.service, starts_at=asked.starts_at,
        modality=asked.modality, state=asked.state,
    )  # fmt: skip
    return telling.of(wanted, "appointment.booked")


def _page(
    request: HttpRequest,
    form: BookForm,
    patient: UUID | None,
    *,
    words: str = "",
    hits: Any = None,
    refusal: Refusal | None = None,
    unfound: Refusal | None = None,
    looks: bool = False,
    status: int = 200,
) -> HttpResponse:
    by = actor_of(request)
    chart = charts.open(patient, NameTag, Whereabouts, by=by, listed=False) if patient else None
    state = (chart.one(Whereabouts).state or "") if chart else ""
    if state and not form.is_bound:
        form.initial["state"] = state
    elif state and form.is_bound and not form.data.get("state") and "book" not in request.POST:
        form.data = dict(form.data) | {"state": state}
    shown: dict[str, Any] = NOTHING
    if looks and form.is_valid():
        shown = _looked(request, form, patient)
    refused = {"offers": refusal.facts["alternatives"]} if refusal and "alternatives" in refusal.facts else {}
    around = {
        "form": form, "patient": patient, "tag": chart.one(NameTag) if chart else None, "words": words, "hits": hits,
        "refusal": refusal if refusal and refusal.code in SHOWN_APART else None, "unfound": unfound,
        "overbooks": policy.may(by, Can.OVERBOOK), "services": form.services, "hold": request.POST.get("hold", ""),
        "summary": form.summary() if form.is_bound and status >= 400 else [],
    }  # fmt: skip
    beside = request.headers.get("HX-Request") == "true"
    name = "scheduling/book_beside.html" if beside else "scheduling/book.html"
    return render(request, name, shown | around | refused | _around() | {"beside": beside}, status=status)


def _around() -> dict[str, Any]:
    """What the offered times are told with."""
    names = {str(one.id): one.name for one in agenda.providers()}
    return {"names": names, "o_clock": clocks.o_clock, "weekday": clocks.weekday, "local": timezone.localtime}


def _slot(hold: UUID | None) -> Slot | None:
    return Slot.objects.filter(id=hold).first() if hold else None


def _uuid(typed: str) -> UUID | None:
    try:
        return UUID(typed) if typed else None
    except ValueError:
        return None
