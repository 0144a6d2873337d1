"""The waitlist: whom to call about a freed time, what can be offered, who waits and why in this order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell import charts
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.patients.excerpts import NameTag
from keepwell.patients.views import actor_of, chart_of
from keepwell.scheduling import choosing, offering, waiting, waitlines
from keepwell.scheduling.excerpts_waiting import WaitNote
from keepwell.scheduling.forms_waiting import WaitForm, clinic_zone, of_entry
from keepwell.scheduling.models import STANDING, Appointment, FreedTime, Offer, WaitlistEntry

DID = frozenset({"accepted", "declined", "unanswered", "offered", "nobody", "kept", "joined", "left", "changed"})
BUSY = frozenset({"SLOT_TAKEN", "PATIENT_BUSY", "SLOT_OUTSIDE_HOURS", "LICENSE_EXPIRED", "LICENSE_STATE_MISMATCH"})
"""What can have come between an offer and its answer."""


@require_GET
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def waitlist(request: HttpRequest) -> HttpResponse:
    """Calls to make, times to offer, who waits."""
    return _waitlist(request)


def _waitlist(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    by, did = actor_of(request), request.GET.get("did", "")
    shown = waitlines.shown(by) | {"did": did if did in DID else "", "refusal": refusal}
    return render(request, "scheduling/waitlist.html", shown, status=refusal.status if refusal else 200)


@require_GET
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def offers(request: HttpRequest) -> HttpResponse:
    """The last offers and what became of them."""
    return render(request, "scheduling/offers.html", waitlines.history(actor_of(request)))


@require_http_methods(["GET", "POST"])
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def add(request: HttpRequest) -> HttpResponse:
    """Somebody waits: who they are is looked up and chosen, what they wait for is written down."""
    by = actor_of(request)
    if request.method == "GET":
        patient = choosing.uuid(request.GET.get("patient", ""))
        start = {"service": request.GET.get("service", ""), "state": choosing.state_of(patient, by)}
        return _add(request, WaitForm(initial=start), choosing.Choice(patient))
    form, chosen = WaitForm(request.POST), choosing.of(request)
    if chosen.looks:
        form.is_valid()
        return _add(request, form, chosen, status=chosen.status)
    if not form.is_valid() or chosen.patient is None:
        return _add(request, form, choosing.nobody(chosen), status=422)
    try:
        waiting.join(chosen.patient, form.wish(clinic_zone(by)), by=by, instead_of=_instead(request, chosen.patient))
    except Refusal as refusal:
        form.refuse(refusal)
        return _add(request, form, chosen, status=refusal.status)
    return _back("joined")


def _add(request: HttpRequest, form: WaitForm, chosen: choosing.Choice, status: int = 200) -> HttpResponse:
    instead = request.POST.get("instead") or request.GET.get("instead", "")
    shown = choosing.shown(chosen, actor_of(request)) | {"form": form, "instead": instead}
    return render(request, "scheduling/wait.html", shown, status=status)


def _instead(request: HttpRequest, patient: UUID) -> Appointment | None:
    """The later appointment an accepted offer moves, if it is this patient's."""
    which = choosing.uuid(request.POST.get("instead", ""))
    return Appointment.objects.filter(id=which, patient_id=patient, status__in=STANDING).first() if which else None


@require_http_methods(["GET", "POST"])
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def entry(request: HttpRequest, entry: UUID) -> HttpResponse:
    """What somebody waits for, to be changed."""
    by, row = actor_of(request), _entry(entry)
    chart = charts.open(row.patient_id, NameTag, WaitNote, by=by, listed=False)
    notes = {one.pk: one.note for one in chart.all(WaitNote).get(row.patient_id, ())}
    start = of_entry(row, notes.get(row.id) or "")
    form, status = WaitForm(request.POST or None, initial=start), 200
    if request.method == "POST" and form.is_valid():
        try:
            waiting.change(row, form.wish(row.time_zone), by=by)
        except Refusal as refusal:
            form.refuse(refusal)
            status = refusal.status
        else:
            return _back("changed")
    elif request.method == "POST":
        status = 422
    shown = {"form": form, "row": row, "tag": chart.one(NameTag), "href": chart_of(row.patient_id)}
    return render(request, "scheduling/waiting.html", shown, status=status)


@require_POST
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def leave(request: HttpRequest, entry: UUID) -> HttpResponse:
    """They wait no more."""
    waiting.leave(_entry(entry), by=actor_of(request))
    return _back("left")


@require_POST
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def offer(request: HttpRequest, freed: UUID) -> HttpResponse:
    """Offers a freed time to whoever's turn it is, without waiting for the worker to come round."""
    try:
        offering.offer_now(_freed(freed), by=actor_of(request))
    except Refusal as refusal:
        if refusal.status >= 500:
            raise
        return _waitlist(request, refusal)
    return _back("offered")


@require_POST
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def keep(request: HttpRequest, freed: UUID) -> HttpResponse:
    """A freed time is offered to nobody who waits; it can be booked like any other."""
    offering.close(_freed(freed), FreedTime.Status.GONE, by=actor_of(request))
    return _back("kept")


@require_POST
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def accept(request: HttpRequest, offer: UUID) -> HttpResponse:
    """They said yes on the phone."""
    try:
        offering.accept(_offer(offer), by=actor_of(request))
    except Refusal as refusal:
        if refusal.code not in BUSY | {"OFFER_EXPIRED", "OFFER_ANSWERED"}:
            raise
        return _waitlist(request, refusal)
    return _back("accepted")


def _answer(does: Callable[..., Any], did: str) -> Callable[[HttpRequest, UUID], HttpResponse]:
    """A page that notes an answer that was no yes, and asks the next at once."""

    @require_POST
    @page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
    def answer(request: HttpRequest, offer: UUID) -> HttpResponse:
        by = actor_of(request)
        row: Offer = does(_offer(offer), by=by)
        offering.offer_next(FreedTime.objects.get(id=row.freed_id), by=by)
        return _back(did)

    answer.__name__, answer.__doc__ = does.__name__, does.__doc__
    return answer


decline = _answer(offering.decline, "declined")
unanswered = _answer(offering.unanswered, "unanswered")


def _back(did: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('waitlist')}?did={did}")


def _entry(entry: UUID) -> WaitlistEntry:
    row = WaitlistEntry.objects.select_related("service").filter(id=entry).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    return row


def _freed(freed: UUID) -> FreedTime:
    row = FreedTime.objects.filter(id=freed).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    return row


def _offer(offer: UUID) -> Offer:
    row = Offer.objects.filter(id=offer).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    return row
