"""The register of vendors, and the page of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell.access.forms_roles import Refusable
from keepwell.access.pages import page
from keepwell.access.policy import Can, may
from keepwell.access.words import CLASSES
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.outbound.models import Decision, Ground, Paper, ServiceKind, Vendor, VendorService
from keepwell.outbound.vendors import actions, hosting, papers, reading, showing
from keepwell.outbound.vendors.actions import Offer
from keepwell.outbound.vendors.forms import (
    AboutForm,
    AssuranceForm,
    DecisionForm,
    Filed,
    OwnRoomsForm,
    ServiceForm,
    SubcontractorForm,
    VendorForm,
)
from keepwell.outbound.vendors.words import (
    ANSWERS,
    ASSURANCES,
    DECISIONS,
    GROUNDS,
    KINDS,
    RULES,
    SAFEGUARDS,
    SIGNS,
)
from keepwell.vault.phi import PhiClass

WORDS = {
    "kinds": KINDS, "decisions": DECISIONS, "grounds": GROUNDS, "rules": RULES, "signs": SIGNS,
    "kinds_of_paper": ASSURANCES, "answer_words": ANSWERS, "safeguards": SAFEGUARDS, "class_words": CLASSES,
}  # fmt: skip


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]


@require_GET
@page(Can.SEE_VENDORS, purpose=Purpose.HCOMPL)
def register(request: HttpRequest) -> HttpResponse:
    """Every vendor, what it does, what it is in law, and whether anything may go to it today."""
    by = actor_of(request)
    show = "ended" if request.GET.get("show") == "ended" else "now"
    vendors = showing.register(show)
    shown = {
        "vendors": vendors,
        "standings": showing.standings(by, [v.id for v in vendors]),
        "show": show,
        "filters": [
            (_("Now"), reverse("vendors"), show == "now"),
            (_("Over"), reverse("vendors") + "?show=ended", show == "ended"),
        ],
        "paused": showing.paused(by),
        "manages": may(by, Can.MANAGE_VENDORS),
    }
    return render(request, "vendors/register.html", shown | WORDS)


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_VENDORS, purpose=Purpose.HCOMPL)
def add(request: HttpRequest) -> HttpResponse:
    """Somebody new comes into the register."""
    form = VendorForm(request.POST) if request.method == "POST" else VendorForm()

    def done(said: dict[str, Any]) -> HttpResponse:
        made = actions.add(said["name"], by=actor_of(request), **_about(said))
        return HttpResponseRedirect(reverse("vendor", args=[made.id]))

    return tried(form, done) or render(
        request, "vendors/add.html", {"form": form}, status=422 if form.is_bound else 200
    )


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_VENDORS, purpose=Purpose.HCOMPL)
def own_rooms(request: HttpRequest) -> HttpResponse:
    """It stands with us: nobody else gets at it, and somebody looked at the rooms."""
    by = actor_of(request)
    form = OwnRoomsForm(request.POST if request.method == "POST" else None, initial={"looked_on": showing.today(by)})

    def done(said: dict[str, Any]) -> HttpResponse:
        made = hosting.stands_with_us(said["name"], said["looked_on"], said["says"], by=by)
        return back(made.vendor, "services")

    return tried(form, done) or render(
        request, "vendors/own_rooms.html", {"form": form}, status=422 if form.is_bound else 200
    )


@require_GET
@page(Can.SEE_VENDORS, purpose=Purpose.HCOMPL)
def vendor(request: HttpRequest, vendor: UUID) -> HttpResponse:
    """One vendor: services, agreements, who vouches for them, whom they give work, answers, files, notes."""
    return vendor_page(request, reading.vendor(vendor))


@require_POST
@page(Can.MANAGE_VENDORS, purpose=Purpose.HCOMPL)
def change(request: HttpRequest, vendor: UUID) -> HttpResponse:
    """Whom to call, whether they sign, notes."""
    row, form = reading.vendor(vendor), AboutForm(request.POST, auto_id="about_%s")

    def done(said: dict[str, Any]) -> HttpResponse:
        actions.change(row, by=actor_of(request), **_about(said))
        return back(row, "notes")

    return tried(form, done) or vendor_page(request, row, about=form)


@require_POST
@page(Can.MANAGE_VENDORS, purpose=Purpose.HCOMPL)
def end(request: HttpRequest, vendor: UUID) -> HttpResponse:
    """They do nothing for the practice any more."""
    row = reading.vendor(vendor)
    return acted(request, row, lambda by: actions.end(row, by=by))


@require_POST
@page(Can.MANAGE_VENDORS, purpose=Purpose.HCOMPL)
def offer(request: HttpRequest, vendor: UUID) -> HttpResponse:
    """One more thing they do."""
    row, form = reading.vendor(vendor), ServiceForm(request.POST, auto_id="service_%s")

    def done(said: dict[str, Any]) -> HttpResponse:
        offered = Offer(said["name"], ServiceKind(said["kind"]), actions.known(said["classes"]), said["keeps"])
        actions.offer(row, offered, by=actor_of(request))
        return back(row, "services")

    return tried(form, done) or vendor_page(request, row, service=form)


@require_POST
@page(Can.MANAGE_VENDORS, purpose=Purpose.HCOMPL)
def decide(request: HttpRequest, service: UUID) -> HttpResponse:
    """What a service is in law."""
    row = reading.service(service)
    form = DecisionForm(request.POST, auto_id=f"decide_{row.id}_%s")

    def done(said: dict[str, Any]) -> HttpResponse:
        actions.decide(row, Decision(said["decision"]), Ground(said["ground"]), said["reason"], by=actor_of(request))
        return back(row.vendor, "services")

    return tried(form, done) or vendor_page(request, row.vendor, decisions_open={row.id: form})


@require_POST
@page(Can.MANAGE_VENDORS, purpose=Purpose.HCOMPL)
def use(request: HttpRequest, service: UUID) -> HttpResponse:
    """A service is put in use."""
    row = reading.service(service)
    return acted(request, row.vendor, lambda by: actions.use(row, by=by))


@require_POST
@page(Can.MANAGE_VENDORS, purpose=Purpose.HCOMPL)
def stop(request: HttpRequest, service: UUID) -> HttpResponse:
    """A service is taken out of use."""
    row = reading.service(service)
    return acted(request, row.vendor, lambda by: actions.stop(row, by=by))


def vendor_page(request: HttpRequest, row: Vendor, refusal: Refusal | None = None, **wrong: Any) -> HttpResponse:
    """The whole page of one vendor; with a form that was wrong, or with what was refused above."""
    by = actor_of(request)
    shown = reading.of_vendor(row, by)
    notes = shown["notes"]
    about = {"contact": notes and notes.contact, "notes": notes and notes.notes, "signs": row.signs}
    forms = {
        "about": AboutForm(initial=about, auto_id="about_%s"),
        "service": ServiceForm(auto_id="service_%s"),
        "assurance": AssuranceForm(initial={"issued_on": shown["today"]}, auto_id="assurance_%s"),
        "subcontractor": SubcontractorForm(auto_id="subcontractor_%s"),
    }
    asked = wrong.pop("decisions_open", {})
    decided = {
        each.service.id: asked.get(each.service.id) or _decision_form(each.service) for each in shown["standings"]
    }
    status = refusal.status if refusal else 422 if wrong or asked else 200
    around = {"manages": may(by, Can.MANAGE_VENDORS), "refusal": refusal, "decision_forms": decided}
    return render(request, "vendors/vendor.html", shown | around | WORDS | forms | wrong, status=status)


def _decision_form(row: VendorService) -> DecisionForm:
    chosen = {"decision": row.decision or Decision.BUSINESS_ASSOCIATE, "ground": row.ground or Ground.HANDLES}
    return DecisionForm(initial=chosen, auto_id=f"decide_{row.id}_%s")


def tried(form: Refusable, done: Callable[[dict[str, Any]], HttpResponse]) -> HttpResponse | None:
    """What follows a form that is right; None when it is wrong or the action refused, which it then says itself."""
    if not form.is_bound or not form.is_valid():
        return None
    try:
        return done(form.cleaned_data)
    except Refusal as refusal:
        form.refuse(refusal)
        return None


def acted(request: HttpRequest, row: Vendor, act: Callable[[Actor], Any], section: str = "services") -> HttpResponse:
    """A button's action; what it refuses stands above the page it was pressed on."""
    try:
        act(actor_of(request))
    except Refusal as refusal:
        return vendor_page(request, reading.vendor(row.id), refusal)
    return back(row, section)


def filed(form: Filed, row: Vendor, by: Actor) -> Paper | None:
    """The file of a form, kept; None if there is none."""
    sent = form.sent()
    return papers.keep(row, *sent, by=by) if sent else None


def back(row: Vendor, section: str) -> HttpResponse:
    """To the section of the vendor's page where something was done."""
    return HttpResponseRedirect(f"{reverse('vendor', args=[row.id])}#{section}")


def _about(said: dict[str, Any]) -> dict[str, str]:
    return {name: said[name] for name in ("contact", "notes", "signs")}


def classes_of(service: VendorService) -> list[PhiClass]:
    """The classes a service is meant for."""
    return [PhiClass(c) for c in service.classes]
