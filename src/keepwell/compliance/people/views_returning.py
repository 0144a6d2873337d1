"""The lists on the record of a departure: what has to come back, and who outside has to hear of it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from keepwell.access.models import Departure
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.compliance.people import returning
from keepwell.compliance.people.models import Equipment, PartnerNotice
from keepwell.compliance.people.views import actor_of
from keepwell.compliance.people.views_leaving import departure_of, shown


@require_POST
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN)
def add_thing(request: HttpRequest, departure: UUID) -> HttpResponse:
    """Something that should come back, named by hand."""
    return _named(request, departure_of(departure), "thing")


@require_POST
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN)
def add_partner(request: HttpRequest, departure: UUID) -> HttpResponse:
    """Somebody outside whose systems they could reach."""
    return _named(request, departure_of(departure), "partner")


@require_POST
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN)
def settle(request: HttpRequest, departure: UUID, thing: UUID) -> HttpResponse:
    """Returned, wiped or written off."""
    found = Equipment.objects.select_related("departure").filter(id=thing, departure_id=departure).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    returning.settle(found, request.POST.get("outcome", ""), by=actor_of(request))
    return _back(departure)


@require_POST
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN)
def tell(request: HttpRequest, departure: UUID, partner: UUID) -> HttpResponse:
    """A partner was told, and how."""
    found = PartnerNotice.objects.filter(id=partner, departure_id=departure).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    returning.tell(found, request.POST.get("how", ""), by=actor_of(request))
    return _back(departure)


def _named(request: HttpRequest, found: Departure, what: str) -> HttpResponse:
    act = returning.add if what == "thing" else returning.list_partner
    try:
        act(found, request.POST.get(what, ""), by=actor_of(request))
    except Refusal as refusal:
        return shown(request, found, refusal, refusal.status, at=what if refusal.field else "")
    return _back(found.id)


def _back(departure: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("departure", args=[departure]))
