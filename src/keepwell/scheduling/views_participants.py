"""Who else takes part in a visit, and the visits that several patients share."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from keepwell.access import policy
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.patients.views import actor_of
from keepwell.scheduling import agenda, clocks, participants
from keepwell.scheduling.forms import HelperForm
from keepwell.scheduling.models import STANDING, Appointment, Participant, Slot
from keepwell.scheduling.views_visit import found


@require_POST
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def add(request: HttpRequest, visit: UUID) -> HttpResponse:
    """Somebody else is to take part."""
    form = HelperForm(request.POST, prefix="helper")
    if not form.is_valid():
        raise Refusal("FIELD_EMPTY")
    participants.add(found(visit), form.helps(), by=actor_of(request))
    return HttpResponseRedirect(reverse("appointment", args=[visit]))


@require_POST
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def remove(request: HttpRequest, participant: UUID) -> HttpResponse:
    """Not any more."""
    row = Participant.objects.filter(id=participant).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    participants.remove(row, by=actor_of(request))
    return HttpResponseRedirect(reverse("appointment", args=[row.appointment_id]))


@require_GET
@page(Can.SEE_SCHEDULE, purpose=Purpose.HOPERAT)
def group(request: HttpRequest, slot: UUID) -> HttpResponse:
    """A group visit: who comes, and how many seats are left."""
    by = actor_of(request)
    row = Slot.objects.select_related("service", "practitioner").filter(id=slot, service__seats__gt=1).first()
    if row is None or row.service is None:
        raise Refusal("NOT_FOUND")
    visits = agenda.visits(Appointment.objects.filter(slot=row, status__in=agenda.SHOWN), by=by)
    shown = {
        "row": row,
        "visits": visits,
        "left": max(row.service.seats - sum(v.status in STANDING for v in visits), 0),
        "books": policy.may(by, Can.BOOK_APPOINTMENTS),
        "o_clock": clocks.o_clock,
        "day": clocks.long_day(timezone.localtime(row.starts_at).date()),
        "here": reverse("group", args=[row.id]),
    }
    beside = request.headers.get("HX-Request") == "true"
    return render(request, "scheduling/group_beside.html" if beside else "scheduling/group.html", shown)
