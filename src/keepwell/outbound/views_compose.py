"""A notice or a letter to one patient: chosen, looked at as it would leave, sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keepwell.access import texting
from keepwell.access.pages import page
from keepwell.access.persons import persons
from keepwell.access.policy import Can
from keepwell.base import text
from keepwell.base.actor import Actor, Purpose
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.outbound import actions, connections, letters
from keepwell.outbound.asks import Draft
from keepwell.outbound.letters import LETTERS
from keepwell.outbound.preview import preview
from keepwell.outbound.vendors.words import channel_word
from keepwell.outbound.wording import NOTICES
from keepwell.patients.views import actor_of, chart_of

WAYS = (Channel.SMS, Channel.EMAIL, Channel.LETTER, Channel.FAX)


def choices() -> list[tuple[str, Any]]:
    """What can be sent by hand: notices that need nothing filled in, and letters."""
    plain = [(n.name, n.title) for n in NOTICES.values() if not n.variables and not n.for_staff and not n.for_anybody]
    return [*plain, *((each.name, each.title) for each in LETTERS.values() if each.by_hand)]


@require_http_methods(["GET", "POST"])
@page(Can.USE_OUTBOX, purpose=Purpose.HOPERAT)
def compose(request: HttpRequest, patient: UUID) -> HttpResponse:
    """GET shows what would leave; POST sends it, or lets it wait with its reason."""
    by = actor_of(request)
    asked = request.POST if request.method == "POST" else request.GET
    what, way, number = asked.get("what", "please.call"), asked.get("by", ""), asked.get("number", "").strip()
    what = what if what in dict(choices()) else "please.call"
    ways = (Channel(way),) if way in set(WAYS) else (Channel.SMS, Channel.EMAIL)
    refusal = None
    try:
        draft = drafted(patient, what, ways, number, by)
        if request.method == "POST":
            actions.send(replace(draft, key=_once(patient, asked.get("once", ""))), by=by)
            return HttpResponseRedirect(f"{reverse('outbox')}?show=planned")
    except Refusal as wrong:
        if wrong.field != "number":
            raise
        refusal, draft = wrong, drafted(patient, what, ways, "", by)
    seen = preview(draft, by=by)
    shown = {
        "patient": patient,
        "shown": seen,
        "whats": choices(),
        "what": what,
        "ways": [("", _("Whichever is clear first: text, e-mail")), *((c, channel_word(c)) for c in WAYS)],
        "way": way,
        "number": number,
        "once": new_id(),
        "refusal": refusal,
        "chart": chart_of(patient),
        "level": seen.level,
        "stopped": bool(texting.stopped(persons([patient])[patient])),
        "levels": [
            ("least", _("Only that there is a message")),
            ("usual", _("Time and clinic")),
            ("full", _("Time, clinic and first name")),
        ],
    }
    return render(request, "outbound/compose.html", shown, status=refusal.status if refusal else 200)


def _once(patient: UUID, once: str) -> str:
    """The key of what this very form sends: pressed twice, it is sent once."""
    try:
        return f"hand:{patient.hex}:{UUID(once).hex}"
    except ValueError:
        return ""


def drafted(patient: UUID, what: str, ways: tuple[Channel, ...], number: str, by: Actor) -> Draft:
    """The draft of what was chosen. Raises Refusal PHONE_UNREADABLE, POLICY_DENY."""
    if what not in LETTERS:
        return Draft(what, patient, ways=ways)
    number = number if ways == (Channel.FAX,) else ""
    if number and text.phone(number) is None:
        raise Refusal("PHONE_UNREADABLE", field="number")
    paper = letters.written(what, patient, by=by)
    return Draft(what, patient, ways=ways, paper=paper, number=number)


@require_POST
@page(Can.USE_OUTBOX, purpose=Purpose.HOPERAT)
def detail(request: HttpRequest, patient: UUID) -> HttpResponse:
    """How much notices may say, as the patient chose."""
    connections.choose_detail(patient, request.POST.get("level", ""), by=actor_of(request))
    return HttpResponseRedirect(reverse("send", args=[patient]))
