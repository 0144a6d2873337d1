"""The recovery kit: made and printed by administrators, and used at the door when nobody can sign in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell.access import kit_code, kit_recovery, kits, links, throttle
from keepwell.access.answers import answered
from keepwell.access.forms_kits import KitForm, PieceForm
from keepwell.access.models import Practice
from keepwell.access.pages import page, public
from keepwell.access.pending import address, told
from keepwell.access.policy import Can
from keepwell.access.throttle import By
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal


@require_GET
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN)
def kit(request: HttpRequest) -> HttpResponse:
    """Whether a kit stands, since when, and what it is for."""
    return _standing(request)


@require_POST
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN, fresh=True)
def make(request: HttpRequest) -> HttpResponse:
    """A new kit, shown this once, to be printed; then a piece of it is typed back."""
    made, code = kits.make(by=_actor(request))
    paper = {
        "groups": kit_code.groups(code),
        "practice": Practice.objects.get(),
        "site": request.build_absolute_uri(reverse("use-recovery-kit")),
        "root": settings.KEEPWELL_ROOT.partition(":")[0],
        "now": clock.now(),
    }
    return render(request, "access/kit_paper.html", paper | {"form": PieceForm(), "asked": made.asked + 1})


@require_POST
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN, fresh=True)
def confirm(request: HttpRequest) -> HttpResponse:
    """The group that was asked for, typed back from the paper."""
    form, made = PieceForm(request.POST), kits.unconfirmed()
    if made is None:
        raise Refusal("STALE_VERSION")
    if not form.is_valid():
        return _standing(request, 422, form=form)
    try:
        kits.confirm(made, form.cleaned_data["piece"], by=_actor(request))
    except Refusal as refusal:
        form.refuse(refusal)
        return _standing(request, refusal.status, form=form)
    return HttpResponseRedirect(reverse("recovery-kit"))


@require_POST
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN, fresh=True)
def withdraw(request: HttpRequest) -> HttpResponse:
    """The envelope is lost, or was opened: what is in it opens nothing any more."""
    found = kits.standing()
    if found is None:
        raise Refusal("STALE_VERSION")
    kits.withdraw(found, by=_actor(request))
    return HttpResponseRedirect(reverse("recovery-kit"))


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("code")
@public("whoever holds the practice's sealed recovery kit uses it because nobody can sign in")
def use(request: HttpRequest) -> HttpResponse:
    """The kit is used: on to the pass of the administrator who was named."""
    form = KitForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return answered(request, "access/kit_use.html", form)
    said = form.cleaned_data
    try:
        kit_code.read(said["code"])
        with told(request, "recovery_kit"):
            throttle.count(By.ADDRESS, address(request))
            throttle.count(By.KIT, address(request))
            link = kit_recovery.use(said["code"], said["email"], said["line"])
    except Refusal as refusal:
        return answered(request, "access/kit_use.html", form, refusal)
    for counted in (By.ADDRESS, By.KIT):
        throttle.succeeded(counted, address(request))
    return HttpResponseRedirect(links.token(link))


def _standing(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    waiting = kits.unconfirmed()
    shown = {"kit": kits.standing(), "form": PieceForm(), "asked": waiting.asked + 1 if waiting else 0}
    return render(request, "access/kit.html", shown | more, status=status)


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]
