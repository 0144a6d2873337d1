"""Taking a phone message, and saying whose an unknown sender's thread is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from keepwell import charts
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.messaging import lines, lists, matching, phoning
from keepwell.messaging.forms import PhoneForm
from keepwell.patients import finder
from keepwell.patients.excerpts import NameTag
from keepwell.patients.finder import Hit
from keepwell.patients.views import actor_of

Hits = tuple[Hit, ...] | None


@require_http_methods(["GET", "POST"])
@page(Can.WORK_IN_INBOX, purpose=Purpose.TREAT)
def phone(request: HttpRequest) -> HttpResponse:
    """What a caller said, for whoever calls back: who, what, for whom, done."""
    by = actor_of(request)
    if request.method == "GET":
        return _phone(request, PhoneForm(by=by), patient=_uuid(request.GET.get("patient", "")))
    form, patient = PhoneForm(request.POST, by=by), _uuid(request.POST.get("patient", ""))
    typed = request.POST.get("who", "").strip()
    if typed and ("find" in request.POST or not patient):
        hits, refusal = _found(typed, by)
        form.is_valid()
        return _phone(request, form, who=typed, hits=hits, refusal=refusal, status=refusal.status if refusal else 200)
    if not form.is_valid():
        return _phone(request, form, patient=patient, status=422)
    try:
        taken = phoning.take(form.call(), patient, by=by)
    except Refusal as refusal:
        form.refuse(refusal)
        return _phone(request, form, patient=patient, status=refusal.status)
    return HttpResponseRedirect(reverse("thread", args=[taken.id]))


def _phone(request: HttpRequest, form: PhoneForm, status: int = 200, **more: Any) -> HttpResponse:
    shown: dict[str, Any] = {"form": form, "patient": None, "who": "", "hits": None, "refusal": None} | more
    patient, by = shown["patient"], actor_of(request)
    shown["tag"] = charts.open(patient, NameTag, by=by, listed=False).one(NameTag) if patient else None
    return render(request, "messaging/phone.html", shown, status=status)


@require_http_methods(["GET", "POST"])
@page(Can.WORK_IN_INBOX, purpose=Purpose.TREAT)
def match(request: HttpRequest, thread: UUID) -> HttpResponse:
    """Whose message it is: look for the patient, choose, and what was written becomes a message of theirs."""
    by = actor_of(request)
    row, patient = lists.seen(thread, by), _uuid(request.POST.get("patient", ""))
    typed = request.POST.get("who", "").strip()
    if patient and "find" not in request.POST:
        matching.match(row, patient, by=by)
        return HttpResponseRedirect(reverse("thread", args=[thread]))
    hits, refusal = _found(typed, by) if typed else (None, None)
    whole = lines.whole(row, by)
    shown = {"whole": whole, "line": whole.line, "who": typed, "hits": hits, "refusal": refusal, "patient": None}
    return render(request, "messaging/match.html", shown, status=refusal.status if refusal else 200)


def _found(typed: str, by: Actor) -> tuple[Hits, Refusal | None]:
    """Those who answer to the words."""
    try:
        return finder.search(typed, by=by).hits, None
    except Refusal as refusal:
        if refusal.code != "SEARCH_TOO_SHORT":
            raise
        return None, refusal


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
