"""Support access: whether operators need this practice's approval, and until when they have it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from keepwell.access import operators, support
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN, fresh=True)
def settings(request: HttpRequest) -> HttpResponse:
    """One switch, one choice of hours, and an end to both."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        _changed(request.POST.get("do", ""), request.POST.get("hours", ""), by)
        return HttpResponseRedirect(reverse("support-access"))
    shown = {"rule": support.rule(), "window": operators.window(), "hours": support.HOURS}
    return render(request, "access/support.html", shown)


def _changed(what: str, hours: str, by: Actor) -> None:
    if what == "require":
        support.require(by=by)
    elif what == "waive":
        support.waive(by=by)
    elif what == "close":
        support.close(by=by)
    elif what == "approve" and hours.isdecimal() and len(hours) < 4:
        support.approve(int(hours), by=by)
    else:
        raise Refusal("CHOICE_UNKNOWN", field="hours")
