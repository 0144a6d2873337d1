"""A patient's consents on one page, and the few things to ask when somebody is registered or books."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from keepwell.access import consenting, texts
from keepwell.access.answers import safe
from keepwell.access.consenting import Answer
from keepwell.access.models import ConfidentialRequest, TextKind
from keepwell.access.pages import page
from keepwell.access.persons import persons
from keepwell.access.policy import Can
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.patients import handling
from keepwell.patients.consents import picture, reaching
from keepwell.patients.consents.forms import REASONS, TAKEN, AnswerForm, MatrixForm, ReachOnlyForm
from keepwell.patients.consents.picture import Kind, Source
from keepwell.patients.consents.showing import TEXT_OF, language_of, shown, spoken, to_ask
from keepwell.patients.excerpts import Header, Whereabouts
from keepwell.patients.excerpts_calls import Handlings
from keepwell.patients.views import actor_of, chart_of
from keepwell.patients.views_restrictions import header_of, known, speaks_with


@require_GET
@page(Can.FIND_PATIENTS, purpose=Purpose.HOPERAT)
def consents(request: HttpRequest, patient: UUID) -> HttpResponse:
    """What they said yes and no to, how to reach them, what they signed."""
    return shown(request, patient)


@require_POST
@page(Can.RECORD_CONSENTS, purpose=Purpose.HOPERAT)
def say(request: HttpRequest, patient: UUID) -> HttpResponse:
    """One yes or no, in one tick: after these exact words were read or shown."""
    by, form = actor_of(request), AnswerForm(request.POST)
    speaks_with(patient, by)
    if not form.is_valid():
        raise Refusal("CHOICE_UNKNOWN")
    reaching.require_own(patient, form.cleaned_data["point"])
    yes = form.cleaned_data["answer"] == "yes"
    script = texts.required(_text_kind(form), language_of(patient, by)) if yes else None
    try:
        consenting.answer(patient, form.said(script), by=by)
    except Refusal as refusal:
        asking = request.POST.get("asking", "")
        return _asking(request, patient, asking, refusal) if asking else shown(request, patient, refusal=refusal)
    return _back(request, patient)


@require_POST
@page(Can.RECORD_CONSENTS, purpose=Purpose.HOPERAT)
def tick(request: HttpRequest, patient: UUID) -> HttpResponse:
    """The boxes by topic and channel: new ticks are agreed to, ticks that are gone are taken back."""
    by, form = actor_of(request), MatrixForm(request.POST)
    speaks_with(patient, by)
    if not form.is_valid():
        raise Refusal("CHOICE_UNKNOWN")
    now, language = picture.of(patient), language_of(patient, by)
    ticked = form.ticked()
    new = [key for key, cell in now.cells.items() if key in ticked and (not cell.yes or cell.stale)]
    gone = [cell.row for key, cell in now.cells.items() if key not in ticked and cell.yes and cell.row]
    try:
        said = [
            Answer(kind=Kind.REACH, topic=t, channel=c, text=texts.required(c, language), **form.proof())
            for t, c in new
        ]
        if said:
            consenting.answer(patient, *said, by=by)
    except Refusal as refusal:
        return shown(request, patient, refusal=refusal)
    if gone:
        consenting.revoke(now.records, gone, by=by)
    return _back(request, patient)


@require_POST
@page(Can.RECORD_CONSENTS, purpose=Purpose.HOPERAT)
def take_back(request: HttpRequest, patient: UUID, consent: UUID) -> HttpResponse:
    """They take it back; it holds no more from the next decision on."""
    by, now = actor_of(request), picture.of(patient)
    speaks_with(patient, by)
    found = [row for row in now.rows if row.id == consent]
    if not found:
        raise Refusal("STALE_VERSION")
    consenting.revoke(now.records, found, by=by)
    return _back(request, patient)


@require_GET
@page(Can.RECORD_CONSENTS, purpose=Purpose.HOPERAT)
def ask(request: HttpRequest, patient: UUID) -> HttpResponse:
    """What was not asked yet, with the words to read aloud; a piece of a page when one is filled with it."""
    known(patient)
    return _asking(request, patient, request.GET.get("from", Source.DESK))


def _asking(request: HttpRequest, patient: UUID, source: str, refusal: Refusal | None = None) -> HttpResponse:
    by = actor_of(request)
    chart = header_of(patient, by, Whereabouts, Handlings)
    context = {
        "patient": patient,
        "header": chart.one(Header) if chart else None,
        "marks": handling.marks(chart).get(patient, []) if chart is not None and Handlings in chart else [],
        "source": source if source in Source.values else Source.DESK,
        "items": to_ask(patient, spoken(chart)),
        "chart_href": chart_of(patient),
        "reasons": REASONS,
        "taken": list(TAKEN.items()),
        "refusal": refusal,
    }
    piece = "#ask" if request.headers.get("HX-Request") else ""
    return render(request, f"patients/consents/ask.html{piece}", context, status=refusal.status if refusal else 200)


@require_POST
@page(Can.RECORD_CONSENTS, purpose=Purpose.HOPERAT)
def reach_only(request: HttpRequest, patient: UUID) -> HttpResponse:
    """From now on only so. It is reasonable if it can be done, and nobody asks why (45 CFR § 164.522(b))."""
    by = actor_of(request)
    speaks_with(patient, by)
    form = ReachOnlyForm(request.POST, points=[(str(each), "") for each in reaching.own(patient)])
    if not form.is_valid():
        return shown(request, patient, refusal=Refusal("CHOICE_UNKNOWN", field="channels"), reach_form=form)
    wording = form.cleaned_data["wording"] or None
    consenting.reach_only(patient, form.cleaned_data["channels"], points=form.ids(), wording=wording, by=by)
    return HttpResponseRedirect(reverse("consents", args=[patient]))


@require_POST
@page(Can.RECORD_CONSENTS, purpose=Purpose.HOPERAT)
def reach_as_before(request: HttpRequest, patient: UUID, asked: UUID) -> HttpResponse:
    """They may be reached as everybody else again."""
    by = actor_of(request)
    speaks_with(patient, by)
    found = ConfidentialRequest.objects.filter(id=asked, patient_id__in=persons([patient])[patient]).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    consenting.reach_as_before(found, by=by)
    return HttpResponseRedirect(reverse("consents", args=[patient]))


def _text_kind(form: AnswerForm) -> str:
    kind, channel = form.cleaned_data["kind"], form.cleaned_data["channel"]
    if kind == Kind.REACH and channel not in TextKind.values:
        raise Refusal("CHOICE_UNKNOWN")
    return channel if kind == Kind.REACH else TEXT_OF[Kind(kind)]


def _back(request: HttpRequest, patient: UUID) -> HttpResponse:
    source, came_from = request.POST.get("asking", ""), request.POST.get("back", "")
    if came_from:
        return HttpResponseRedirect(safe(came_from))
    if source not in Source.values:
        return HttpResponseRedirect(reverse("consents", args=[patient]))
    return HttpResponseRedirect(reverse("consents-ask", args=[patient], query={"from": source}))
