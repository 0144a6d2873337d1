"""An emergency somebody is in: an hour more, or over."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from keepwell.access import emergency
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose


@require_POST
@page(Can.USE_EMERGENCY_ACCESS, purpose=Purpose.TREAT)
def renew(request: HttpRequest, access: UUID) -> HttpResponse:
    """One hour more, once; back to the chart."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    renewed = emergency.renew(emergency.own(access, by), by=by)
    return HttpResponseRedirect(reverse("chart", args=[renewed.patient_id]))


@require_POST
@page(Can.USE_EMERGENCY_ACCESS, purpose=Purpose.TREAT)
def end(request: HttpRequest, access: UUID) -> HttpResponse:
    """It is over; back to Today."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    emergency.end(emergency.own(access, by), by=by)
    return HttpResponseRedirect(reverse("today"))
