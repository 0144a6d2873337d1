"""The change policy, and what was noted of a patient by it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell import charts
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.patients.excerpts import NameTag
from keepwell.patients.views import actor_of, chart_of
from keepwell.scheduling import policies
from keepwell.scheduling.forms_waiting import PolicyForm, of_policy
from keepwell.scheduling.models import ChangePolicy, Lapse
from keepwell.scheduling.words_waiting import LAPSES, NEXT_STEPS, WAIVED


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_SCHEDULES, purpose=Purpose.HOPERAT)
def policy(request: HttpRequest) -> HttpResponse:
    """How early to cancel or move, what counts, what staff do then, and how long an offered time is held."""
    rule, status, saved = policies.policy(), 200, "saved" in request.GET
    form = PolicyForm(request.POST or None, initial=of_policy(rule))
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                policies.set_policy(by=actor_of(request), **form.cleaned_data)
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                return HttpResponseRedirect(f"{reverse('change-policy')}?saved=1")
    shown = {"form": form, "rule": rule, "next_step": NEXT_STEPS[ChangePolicy.NextStep(rule.next_step)], "saved": saved}
    return render(request, "scheduling/policy.html", shown, status=status)


@require_GET
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def lapses(request: HttpRequest, patient: UUID) -> HttpResponse:
    """How often a patient did not come or cancelled late, what the policy says about it, and what was waived."""
    by, rule = actor_of(request), policies.policy()
    tag = charts.open(patient, NameTag, by=by, listed=False).one(NameTag)
    shown = {
        "tag": tag,
        "href": chart_of(patient),
        "patient": patient,
        "rule": rule,
        "next_step": NEXT_STEPS[ChangePolicy.NextStep(rule.next_step)],
        "counted": policies.count([patient], rule)[patient],
        "rows": [
            (row, LAPSES[Lapse.Kind(row.kind)], WAIVED[Lapse.Why(row.waived_why)] if row.waived_why else "")
            for row in policies.history(patient)
        ],
        "whys": list(WAIVED.items()),
    }
    return render(request, "scheduling/lapses.html", shown)


@require_POST
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def waive(request: HttpRequest, lapse: UUID) -> HttpResponse:
    """One lapse counts no more, with a reason; or counts after all."""
    by, row = actor_of(request), Lapse.objects.filter(id=lapse).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    if "again" in request.POST:
        policies.count_again(row, by=by)
    else:
        policies.waive(row, request.POST.get("why", ""), by=by)
    return HttpResponseRedirect(reverse("lapses", args=[row.patient_id]))
