"""Reviews: the weekly list, and the page of one access with what was said, what was opened, and the outcome."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from keepwell.access import emergency, reviewing
from keepwell.access.models import EmergencyAccess, Outcome, Reason
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.compliance import activity, reviews
from keepwell.compliance.verbs import class_words
from keepwell.compliance.views import actor_of, zone_of
from keepwell.ledger import reasons
from keepwell.patients.forms import Asking, text

LONGEST = 400


class ReviewForm(Asking):
    """What an officer found."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=list(reviewing.OUTCOMES.items()), required=False)
    comment = text(_("What you looked at and found"), hint=_("One line. It cannot be changed later."), most=LONGEST)


class AnswerForm(Asking):
    """A person's own explanation."""

    answer = text(_("Your explanation"), hint=_("One line. It cannot be changed later."), most=LONGEST)


@require_GET
@page(Can.REVIEW_ACCESS, purpose=Purpose.HCOMPL)
def weekly(request: HttpRequest) -> HttpResponse:
    """Every access nobody has judged, ranked by risk; twenty unless asked for all."""
    by = actor_of(request)
    waiting = reviews.waiting(zone_of(request), by)
    shown = waiting if "all" in request.GET else waiting[: reviews.SHOWN]
    names = activity.patient_names([one.patient for one in shown if one.patient], by)
    context = {"waiting": shown, "total": len(waiting), "names": names, "judged": reviews.judged(by)}
    return render(request, "compliance/reviews.html", context | {"outcomes": reviewing.OUTCOMES})


@require_http_methods(["GET", "POST"])
@page(Can.REVIEW_ACCESS, purpose=Purpose.HCOMPL)
def one(request: HttpRequest, access: UUID) -> HttpResponse:
    """One access in full, and what the officer finds."""
    by, row = actor_of(request), reviewing.found(access)
    form = ReviewForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        status = _decided(form, row, by)
        if status < 400:
            return HttpResponseRedirect(reverse("reviews"))
    (weighed,) = reviews.weigh([row], zone_of(request), by)
    names = activity.patient_names([weighed.patient] if weighed.patient else [], by)
    context = {
        "form": form,
        "one": weighed,
        "row": row,
        "emergency": isinstance(row, EmergencyAccess),
        "name": names.get(weighed.patient) if weighed.patient else None,
        "classes": class_words(weighed.looked.classes),
        "words": reasons.read([row.said, row.answer, row.comment], by),
        "outcomes": reviewing.OUTCOMES,
        "own": reviewing.is_own(row, by),
    }
    return render(request, "compliance/review.html", context, status=status)


def _decided(form: ReviewForm, row: reviewing.Reviewed, by: Actor) -> int:
    if not form.is_valid():
        return 422
    try:
        reviewing.decide(row, form.cleaned_data["outcome"], form.cleaned_data["comment"], by=by)
    except Refusal as refusal:
        if refusal.field is None:
            raise
        form.refuse(refusal)
        return refusal.status
    return 302


@require_http_methods(["GET", "POST"])
@page(Can.USE_EMERGENCY_ACCESS, purpose=Purpose.HOPERAT)
def own(request: HttpRequest, access: UUID) -> HttpResponse:
    """One of my own emergencies: what I said, what an officer asks, and my answer."""
    by = actor_of(request)
    row = emergency.own(access, by)
    form, status = AnswerForm(request.POST if request.method == "POST" else None), 200
    if form.is_bound:
        status = 422
        if form.is_valid() and _explained(form, row, by):
            return HttpResponseRedirect(reverse("today"))
    context: dict[str, Any] = {
        "form": form,
        "row": row,
        "why": emergency.REASONS[Reason(row.reason)],
        "words": reasons.read([row.said, row.answer, row.comment], by),
        "asks": row.outcome == Outcome.UNEXPLAINED,
        "outcomes": reviewing.OUTCOMES,
    }
    return render(request, "compliance/own_emergency.html", context, status=status)


def _explained(form: AnswerForm, row: EmergencyAccess, by: Actor) -> bool:
    try:
        reviewing.explain(row, form.cleaned_data["answer"], by=by)
    except Refusal as refusal:
        if refusal.field is None:
            raise
        form.refuse(refusal)
        return False
    return True
