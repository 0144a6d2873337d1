"""A patient's restrictions: everybody sees that there are some; the privacy officer agrees to them and ends them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.views.decorators.http import require_http_methods, require_POST

from keepwell import charts
from keepwell.access import actions, policy, relations, vips
from keepwell.access.models import Membership, Restriction
from keepwell.access.pages import page
from keepwell.access.persons import persons
from keepwell.access.policy import Can
from keepwell.access.words import ABOUT_PATIENTS, CLASSES, role_word
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.charts.excerpts import plan
from keepwell.patients import flags
from keepwell.patients.excerpts import AgreedRestriction, Header, RestrictionTerms
from keepwell.patients.forms_restrictions import HOW, TOWARD, RestrictionForm
from keepwell.patients.merging import known as known
from keepwell.patients.views import actor_of
from keepwell.vault.phi import PhiClass


@require_http_methods(["GET"])
@page(Can.FIND_PATIENTS, purpose=Purpose.TREAT)
def restrictions(request: HttpRequest, patient: UUID) -> HttpResponse:
    """What was agreed, as far as this person may read it."""
    return _page(request, patient, None)


@require_POST
@page(Can.MANAGE_RESTRICTIONS, purpose=Purpose.HCOMPL)
def agree(request: HttpRequest, patient: UUID) -> HttpResponse:
    """The practice agrees to what the patient asked."""
    by, form = actor_of(request), RestrictionForm(request.POST, members=_members())
    known(patient)
    if not form.is_valid():
        return _page(request, patient, form)
    said = form.cleaned_data
    classes = [PhiClass(each) for each in said["classes"]]
    whom = form.bound_to()
    agreed = actions.restrict(patient, classes, by=by, wording=said["wording"] or None, until=said["until"], **whom)
    actions.word(agreed, said["terms"], by=by)
    return HttpResponseRedirect(reverse("restrictions", args=[patient]))


@require_POST
@page(Can.MANAGE_RESTRICTIONS, purpose=Purpose.HCOMPL)
def lift(request: HttpRequest, patient: UUID, restriction: UUID) -> HttpResponse:
    """It ends, for one of the two reasons the rule gives."""
    found = Restriction.objects.filter(_lasting(patient), id=restriction).first()
    if found is None or request.POST.get("how") not in HOW:
        raise Refusal("NOT_FOUND")
    actions.lift(found, by=actor_of(request), how=request.POST["how"])
    return HttpResponseRedirect(reverse("restrictions", args=[patient]))


@require_POST
@page(Can.MANAGE_RESTRICTIONS, purpose=Purpose.HCOMPL)
def mark_vip(request: HttpRequest, patient: UUID) -> HttpResponse:
    """Mark somebody VIP, or take the mark away."""
    by = actor_of(request)
    known(patient)
    mark = vips.flagged(persons([patient])[patient])
    if request.POST.get("vip") == "on" and mark is None:
        vips.flag(patient, by=by)
    elif request.POST.get("vip") == "off" and mark is not None:
        vips.unflag(mark, by=by)
    return HttpResponseRedirect(reverse("restrictions", args=[patient]))


def header_of(patient: UUID, by: Actor, *excerpts: type[Any]) -> charts.Chart | None:
    """The name above the page and what else may be read; nothing, and nothing recorded, if not even the name."""
    asked: tuple[type[Any], ...] = (Header, *excerpts)
    closed = {classes: policy.refused(by, classes, [patient]) for classes in {plan(e).classes for e in asked}}
    wanted = [e for e in asked if not closed[plan(e).classes]]
    return charts.open(patient, *wanted, by=by, listed=False) if Header in wanted else None


def _page(request: HttpRequest, patient: UUID, form: RestrictionForm | None) -> HttpResponse:
    by = actor_of(request)
    known(patient)
    chart = header_of(patient, by, RestrictionTerms, AgreedRestriction)
    manages = policy.may(by, Can.MANAGE_RESTRICTIONS)
    shown = {
        "patient": patient,
        "header": chart.one(Header) if chart else None,
        "agreed": [_line(row, chart, patient) for row in Restriction.objects.filter(_lasting(patient)).select_related(
            "member").order_by("starts_at", "id")],
        "manages": manages,
        "form": (form or RestrictionForm(members=_members())) if manages else None,
        "how": HOW,
        "options": [(c.value, capfirst(CLASSES[c]), "") for c in ABOUT_PATIENTS if c is not PhiClass.PSYCHOTHERAPY],
        "flags": flags.of(patient, by=by),
    }  # fmt: skip
    return render(request, "patients/restrictions.html", shown, status=422 if form else 200)


def _line(row: Restriction, chart: charts.Chart | None, patient: UUID) -> dict[str, Any]:
    """One restriction as the page says it. What may not be read is None."""
    terms = _read(chart, RestrictionTerms, patient, row)
    return {
        "id": row.id,
        "whom": row.member.name if row.member else role_word(row.role) if row.role else "",
        "role": bool(row.role),
        "toward": TOWARD["paid" if row.paid_in_full else row.toward] if row.toward else "",
        "classes": [CLASSES[PhiClass(c)] for c in row.classes],
        "since": row.starts_at,
        "until": row.ends_at,
        "terms": terms.terms if terms else None,
        "wording": getattr(_read(chart, AgreedRestriction, patient, row), "wording", None),
        "sealed": terms is None,
    }


def _read(chart: charts.Chart | None, excerpt: type[Any], patient: UUID, row: Restriction) -> Any:
    if chart is None or excerpt not in chart:
        return None
    found = chart.all(excerpt, Restriction.objects.filter(pk=row.pk).order_by("pk")).get(patient, [])
    return found[0] if found else None


def _lasting(patient: UUID) -> Q:
    return relations.lasting(clock.now()) & Q(patient_id__in=persons([patient])[patient])


def _members() -> list[Membership]:
    lasts = Q(ends_at=None) | Q(ends_at__gt=clock.now())
    return list(Membership.objects.filter(lasts).order_by("name", "role"))


def speaks_with(patient: UUID, by: Actor) -> None:
    """Whoever writes down what a patient said may know how to reach them. Raises Refusal NOT_FOUND, POLICY_DENY …"""
    known(patient)
    policy.require(by, patient, PhiClass.CONTACT)
