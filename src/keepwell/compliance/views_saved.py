"""Pages of questions to the log that officers keep: saving one, going to it, and the list where each is changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.compliance import chips, questions, saved
from keepwell.compliance.questions import Asked
from keepwell.compliance.views import actor_of, zone_of


@require_http_methods(["GET", "POST"])
@page(Can.READ_LEDGER, purpose=Purpose.HCOMPL)
def kept(request: HttpRequest) -> HttpResponse:
    "The questions one keeps and those that are shared; what stands in the address can be saved under a name."
    by, refusal = actor_of(request), None
    asked = questions.read(request.GET, zone_of(request), "activity-saved")
    if request.method == "POST":
        try:
            saved.save(asked, request.POST.get("name", ""), request.POST.get("shared") == "on", by=by)
            return HttpResponseRedirect(reverse("activity-saved"))
        except Refusal as caught:
            refusal = _shown(caught)
    return _kept(request, asked, refusal, {"typed": request.POST.get("name", "")})


def _kept(request: HttpRequest, asked: Asked, refusal: Refusal | None, more: dict[str, Any]) -> HttpResponse:
    by = actor_of(request)
    undo = saved.just_changed(by)
    shown = {
        "asked": asked,
        "log": Asked(asked.parts, asked.zone),
        "chips": chips.all_of(asked, by) if asked.parts else [],
        "kept": saved.kept(by),
        "undo": undo,
        "refusal": refusal,
        "shares": by.role is not Role.AUDITOR,
        "longest": saved.LONGEST,
        "typed": "",
        "wrong": None,
    }
    return render(request, "compliance/saved.html", shown | more, status=refusal.status if refusal else 200)


@require_GET
@page(Can.READ_LEDGER, purpose=Purpose.HCOMPL)
def go(request: HttpRequest, question: UUID) -> HttpResponse:
    "The log as a saved question asks it; the address of this page can be kept and sent to other officers."
    return HttpResponseRedirect(Asked(saved.seen(question, actor_of(request)).asked, zone_of(request)).href())


def _act(does: Callable[[HttpRequest, UUID, Actor], Any]) -> Callable[[HttpRequest, UUID], HttpResponse]:
    """A page that does one thing to one question and goes back to the list."""

    @require_POST
    @page(Can.READ_LEDGER, purpose=Purpose.HCOMPL)
    def act(request: HttpRequest, question: UUID) -> HttpResponse:
        try:
            does(request, question, actor_of(request))
        except Refusal as caught:
            asked = questions.read({}, zone_of(request), "activity-saved")
            return _kept(request, asked, _shown(caught), {"wrong": question, "typed": request.POST.get("name", "")})
        return HttpResponseRedirect(reverse("activity-saved"))

    act.__name__, act.__doc__ = does.__name__, does.__doc__
    return act


def _shown(refusal: Refusal) -> Refusal:
    """What is said beside the field; everything else is a page of its own."""
    if refusal.status != 422:
        raise refusal
    return refusal


@_act
def rename(request: HttpRequest, question: UUID, by: Actor) -> None:
    "A question of one's own is called something else."
    saved.rename(question, request.POST.get("name", ""), by=by)


@_act
def share(request: HttpRequest, question: UUID, by: Actor) -> None:
    "The other officers see it, or no longer."
    saved.share(question, request.POST.get("shared") == "on", by=by)


@_act
def take_away(request: HttpRequest, question: UUID, by: Actor) -> None:
    "It is no longer kept."
    saved.take_away(question, by=by)


@_act
def undo(request: HttpRequest, question: UUID, by: Actor) -> None:
    "The last change is undone."
    saved.undo(question, by=by)
