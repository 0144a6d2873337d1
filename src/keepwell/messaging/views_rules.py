"""Settings of the inbox: its rules and its ready-made replies."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from keepwell.access.models import Membership
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.messaging import answering, canned, overdue, rules
from keepwell.messaging.forms import CannedForm, RulesForm
from keepwell.patients.views import actor_of


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_INBOX, purpose=Purpose.HSYSADMIN)
def settings(request: HttpRequest) -> HttpResponse:
    """How soon messages are answered, who is told when not, and what is answered at once."""
    by = actor_of(request)
    form = RulesForm(request.POST) if request.method == "POST" else RulesForm(initial=RulesForm.start(rules.now()))
    if form.is_bound and form.is_valid():
        try:
            rules.keep(form.asked(), by=by)
            return HttpResponseRedirect(reverse("inbox-rules"))
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(request, form, CannedForm())


@require_POST
@page(Can.MANAGE_INBOX, purpose=Purpose.HSYSADMIN)
def add(request: HttpRequest) -> HttpResponse:
    """One more ready-made reply."""
    form = CannedForm(request.POST)
    if not form.is_valid():
        return _page(request, RulesForm(initial=RulesForm.start(rules.now())), form)
    said = form.cleaned_data
    canned.keep(said["name"], said["words"], said["language"], by=actor_of(request))
    return HttpResponseRedirect(reverse("inbox-rules") + "#canned")


@require_POST
@page(Can.MANAGE_INBOX, purpose=Purpose.HSYSADMIN)
def end(request: HttpRequest, reply: UUID) -> HttpResponse:
    """A ready-made reply is offered no longer."""
    canned.end(reply, by=actor_of(request))
    return HttpResponseRedirect(reverse("inbox-rules") + "#canned")


def _answers(by: Actor) -> list[tuple[Any, str]]:
    """The literal words that leave at once now, to a patient in either language and to anybody else."""
    kept = rules.now()
    number = rules.number(kept, by)
    if not kept.auto_answer or not number:
        return []
    known, unknown = (answering.draft(kept, number, Channel.SMS, who, "+1") for who in (by.id, None))
    return [
        (_("To a patient"), answering.words(known, "en", by)),
        (_("To a patient who speaks Spanish"), answering.words(known, "es", by)),
        (_("To anybody else"), answering.words(unknown, "en", by)),
    ]


def _page(request: HttpRequest, form: RulesForm, new: CannedForm) -> HttpResponse:
    wrong = (form.is_bound and bool(form.errors)) or (new.is_bound and bool(new.errors))
    by = actor_of(request)
    gone = overdue.hole(rules.now())
    instead = Membership.objects.filter(id__in=overdue.whom()).order_by("name") if gone else ()
    holes = {"gone": gone, "instead": ", ".join(member.name for member in instead)}
    shown = holes | {"form": form, "new": new, "replies": canned.offered(by), "answers": _answers(by)}
    return render(request, "messaging/rules.html", shown, status=422 if wrong else 200)
