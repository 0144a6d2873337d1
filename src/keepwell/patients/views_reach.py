"""How to reach a patient, who pays, who belongs to them: adding, replacing and ending one fact at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from keepwell import charts
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.patients import actions
from keepwell.patients.excerpts import Addresses, Coverages, NameTag, Reach, Relations
from keepwell.patients.forms_reach import AddressForm, ContactForm, CoverageForm, FactForm, RelatedForm
from keepwell.patients.views import actor_of


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fact: its excerpt, its form, and the actions that add and end it."""

    title: Promise
    excerpt: type[Any]
    form: type[FactForm]
    add: Callable[..., Any]
    end: Callable[..., None]


KINDS = {
    "contact": Kind(_("Phone or e-mail"), Reach, ContactForm, actions.add_contact, actions.end_contact),
    "address": Kind(_("Address"), Addresses, AddressForm, actions.add_address, actions.end_address),
    "coverage": Kind(_("Coverage"), Coverages, CoverageForm, actions.add_coverage, actions.end_coverage),
    "related": Kind(_("Related person"), Relations, RelatedForm, actions.add_related, actions.end_related),
}


@require_http_methods(["GET", "POST"])
@page(Can.REGISTER_PATIENTS, purpose=Purpose.HOPERAT)
def add(request: HttpRequest, patient: UUID, kind: str, instead_of: UUID | None = None) -> HttpResponse:
    """One more fact, or one instead of another; what it replaces ends and stays on record."""
    by, of = actor_of(request), KINDS[kind]
    tag, start = _opened(patient, of, instead_of, by)
    form = of.form(request.POST) if request.method == "POST" else of.form(initial=start)
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                of.add(patient, form.said, by=by, instead_of=instead_of)
            except Refusal as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                return HttpResponseRedirect(reverse("patient", args=[patient]))
    context = {"form": form, "patient": patient, "tag": tag, "kind": kind, "title": of.title, "instead_of": instead_of}
    return render(request, "patients/fact.html", context, status=status)


@require_POST
@page(Can.REGISTER_PATIENTS, purpose=Purpose.HOPERAT)
def end(request: HttpRequest, patient: UUID, kind: str, row: UUID) -> HttpResponse:
    """A fact holds no longer. Who may not open such facts of the patient ends none."""
    by, of = actor_of(request), KINDS[kind]
    charts.open(patient, of.excerpt, by=by, listed=False)
    of.end(patient, row, by=by)
    return HttpResponseRedirect(reverse("patient", args=[patient]))


def _opened(patient: UUID, of: Kind, row: UUID | None, by: Actor) -> tuple[NameTag, dict[str, Any]]:
    excerpts = (NameTag, of.excerpt) if row else (NameTag,)
    chart = charts.open(patient, *excerpts, by=by, listed=False)
    tag = chart.one(NameTag)
    if row is None:
        return tag, {}
    for fact in chart.all(of.excerpt).get(patient, []):
        if fact.pk == row and fact.ended_at is None:
            return tag, _start(fact)
    raise Refusal("NOT_FOUND")


def _start(fact: Any) -> dict[str, Any]:
    "What the form starts with, as it was."
    known = {name: getattr(fact, name) for name in fact.__slots__ if name not in ("pk", "ended_at", "where")}
    where = getattr(fact, "where", None)
    if where is not None:
        lines = [*where.get("line", []), "", ""]
        known |= {"line": lines[0], "line2": lines[1], "postal_code": where.get("postalCode", "")}
        known |= {name: where.get(name, "") for name in ("city", "state")}
    return {name: f"{v:%m/%d/%Y}" if name.endswith("_on") and v else v for name, v in known.items()}
