"""What vouches for a vendor: attestations, whom they give work in turn, files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.outbound.models import Paper
from keepwell.outbound.vendors import papers, reading
from keepwell.outbound.vendors.forms import AssuranceForm, SubcontractorForm
from keepwell.outbound.vendors.views import acted, actor_of, back, filed, tried, vendor_page


@require_POST
@page(Can.MANAGE_VENDORS, purpose=Purpose.HCOMPL)
def assure(request: HttpRequest, vendor: UUID) -> HttpResponse:
    """Somebody attests something about their safeguards."""
    row, form = reading.vendor(vendor), AssuranceForm(request.POST, request.FILES, auto_id="assurance_%s")

    def done(said: dict[str, Any]) -> HttpResponse:
        by = actor_of(request)
        file = filed(form, row, by)
        dates = (said["issued_on"], said["ends_on"])
        papers.assure(row, said["kind"], said["covers"], dates, said["says"], file, by=by)
        return back(row, "vouched")

    return tried(form, done) or vendor_page(request, row, assurance=form)


@require_POST
@page(Can.MANAGE_VENDORS, purpose=Purpose.HCOMPL)
def withdraw(request: HttpRequest, assurance: UUID) -> HttpResponse:
    """An attestation counts no longer."""
    row = reading.assurance(assurance)
    return acted(request, row.vendor, lambda by: papers.withdraw(row, by=by), "vouched")


@require_POST
@page(Can.MANAGE_VENDORS, purpose=Purpose.HCOMPL)
def subcontract(request: HttpRequest, vendor: UUID) -> HttpResponse:
    """Whom they give our data in turn."""
    row, form = reading.vendor(vendor), SubcontractorForm(request.POST, auto_id="subcontractor_%s")

    def done(said: dict[str, Any]) -> HttpResponse:
        papers.subcontract(row, said["name"], said["place"], said["does"], said["agreed_on"], by=actor_of(request))
        return back(row, "subcontractors")

    return tried(form, done) or vendor_page(request, row, subcontractor=form)


@require_POST
@page(Can.MANAGE_VENDORS, purpose=Purpose.HCOMPL)
def end_subcontractor(request: HttpRequest, subcontractor: UUID) -> HttpResponse:
    """They get nothing of our data from this vendor any more."""
    row = reading.subcontractor(subcontractor)
    return acted(request, row.vendor, lambda by: papers.end_subcontractor(row, by=by), "subcontractors")


@require_GET
@page(Can.SEE_VENDORS, purpose=Purpose.HCOMPL)
def paper(request: HttpRequest, paper: UUID) -> HttpResponse:
    """A file about a vendor. Each reading is on record."""
    row = Paper.objects.filter(id=paper).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    answer = HttpResponse(papers.read(row, by=actor_of(request)), content_type=row.type)
    answer.headers["Content-Disposition"] = f'attachment; filename="paper-{str(row.id)[-6:]}.{papers.SUFFIX[row.type]}"'
    return answer
