"""The register of vendors."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from keepwell.access.pages import page
from keepwell.access.policy import Can, may
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.outbound import agreements
from keepwell.outbound.vendors import showing
from keepwell.outbound.vendors.words import DECISIONS, KINDS, channel_word


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]


@require_GET
@page(Can.SEE_VENDORS, purpose=Purpose.HCOMPL)
def register(request: HttpRequest) -> HttpResponse:
    """Every vendor, what it does, what it is in law, and whether anything may go to it today."""
    by = actor_of(request)
    show = "ended" if request.GET.get("show") == "ended" else "now"
    vendors = showing.register(show)
    shown = {
        "vendors": vendors,
        "standings": showing.standings(by, [v.id for v in vendors]),
        "show": show,
        "filters": [
            (_("Now"), reverse("vendors"), show == "now"),
            (_("Over"), reverse("vendors") + "?show=ended", show == "ended"),
        ],
        "paused": paused(by),
        "manages": may(by, Can.MANAGE_VENDORS),
        "kinds": KINDS,
        "decisions": DECISIONS,
    }
    return render(request, "vendors/register.html", shown)


def paused(by: Actor) -> list[tuple[str, Refusal, str]]:
    """What carries nothing now, why, and which channel is cleared instead, in words."""
    found = []
    for channel, refusal in agreements.paused(by).items():
        other = agreements.fallback(channel, by=by)
        found.append((channel_word(channel), refusal, channel_word(other) if other else ""))
    return found
