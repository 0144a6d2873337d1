"""A patient's visits: those to come and those gone by."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from keepwell import charts
from keepwell.access import policy
from keepwell.access.pages import page
from keepwell.access.persons import persons
from keepwell.access.policy import Can
from keepwell.base import clock
from keepwell.base.actor import Purpose
from keepwell.patients import flags
from keepwell.patients.excerpts import NameTag
from keepwell.patients.views import actor_of, chart_of
from keepwell.scheduling import agenda
from keepwell.scheduling.models import Appointment

PAGE = 50

flags.link("visits-of", _("Visits"), "calendar-days", Can.SEE_SCHEDULE)


@require_GET
@page(Can.SEE_SCHEDULE, purpose=Purpose.HOPERAT)
def visits(request: HttpRequest, patient: UUID) -> HttpResponse:
    """Everything promised to a patient, whichever of their records it stands in; one opening."""
    by, now = actor_of(request), clock.now()
    chart = charts.open(patient, NameTag, by=by, listed=False)
    tag = chart.one(NameTag)
    rows = Appointment.objects.filter(patient_id__in=persons([patient])[patient])
    rows = rows.select_related("service", "practitioner")
    coming = list(rows.filter(ends_at__gt=now).order_by("starts_at", "id")[:PAGE])
    gone = list(rows.filter(ends_at__lte=now).order_by("-starts_at", "-id")[:PAGE])
    shown = {
        "patient": patient,
        "tag": tag,
        "chart": chart_of(patient),
        "coming": agenda.named(coming, {}),
        "gone": agenda.named(gone, {}),
        "books": policy.may(by, Can.BOOK_APPOINTMENTS),
    }
    return render(request, "scheduling/visits_of.html", shown)
