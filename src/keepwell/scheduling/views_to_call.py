"""Whom the desk calls because no reminder may go."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.scheduling import to_call


@require_GET
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def calls(request: HttpRequest) -> HttpResponse:
    """Visits of the next two days, each with why no message goes, and the way to call."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    return render(request, "scheduling/to_call.html", {"lines": to_call.lines(by)})
