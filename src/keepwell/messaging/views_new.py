"""Taking a phone message, and saying whose an unknown sender's thread is."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from keepwell import charts
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Purpose
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.messaging import lines, lists, matching, once, phoning
from keepwell.messaging.forms import PhoneForm
from keepwell.patients.choosing import Chosen, uuid_of
from keepwell.patients.excerpts import NameTag
from keepwell.patients.views import actor_of


@require_http_methods(["GET", "POST"])
@page(Can.WORK_IN_INBOX, purpose=Purpose.TREAT)
def phone(request: HttpRequest) -> HttpResponse:
    """What a caller said, for whoever calls back: who, what, for whom, done."""
    by = actor_of(request)
    if request.method == "GET":
        return _phone(request, PhoneForm(by=by), Chosen(uuid_of(request.GET.get("patient", ""))))
    form, chosen = PhoneForm(request.POST, by=by), Chosen.of(request.POST, by)
    if chosen.looking:
        form.is_valid()
        return _phone(request, form, chosen, chosen.status)
    if not form.is_valid():
        return _phone(request, form, chosen, status=422)
    try:
        taken = phoning.take(form.call(once.key(request.POST.get("once", ""), by)), chosen.patient, by=by)
    except Refusal as refusal:
        form.refuse(refusal)
        return _phone(request, form, chosen, refusal.status)
    return HttpResponseRedirect(reverse("thread", args=[taken.id]))


def _phone(request: HttpRequest, form: PhoneForm, chosen: Chosen, status: int = 200) -> HttpResponse:
    by, patient = actor_of(request), chosen.patient
    tag = charts.open(patient, NameTag, by=by, listed=False).one(NameTag) if patient else None
    shown = chosen.shown() | {"form": form, "tag": tag, "once": new_id()}
    return render(request, "messaging/phone.html", shown, status=status)


@require_http_methods(["GET", "POST"])
@page(Can.WORK_IN_INBOX, purpose=Purpose.TREAT)
def match(request: HttpRequest, thread: UUID) -> HttpResponse:
    """Whose message it is: look for the patient, choose, and what was written becomes a message of theirs."""
    by = actor_of(request)
    row, chosen = lists.seen(thread, by), Chosen.of(request.POST, by)
    if chosen.patient and not chosen.looking:
        matching.match(row, chosen.patient, by=by)
        return HttpResponseRedirect(reverse("thread", args=[thread]))
    whole = lines.whole(row, by)
    shown = chosen.shown() | {"whole": whole, "line": whole.line}
    return render(request, "messaging/match.html", shown, status=chosen.status)
