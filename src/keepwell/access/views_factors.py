"""How one signs in, once signed in: one's password, second factors and recovery codes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell.access import credentials, factors
from keepwell.access.answers import answered
from keepwell.access.entrances import Signed
from keepwell.access.forms import NewPasswordForm
from keepwell.access.models import Person
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal


@require_GET
@page(Can.MANAGE_OWN_SIGN_IN, purpose=Purpose.HSYSADMIN)
def factors_page(request: HttpRequest) -> HttpResponse:
    """What this person signs in with."""
    person = person_of(request)
    facts = {
        "has_password": person.has_usable_password(),
        "has_app": factors.has_totp(person.id),
        "codes_left": factors.codes_left(person.id),
    }
    return render(request, "access/factors.html", facts)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
@page(Can.MANAGE_OWN_SIGN_IN, purpose=Purpose.HSYSADMIN, fresh=True)
def change_password(request: HttpRequest) -> HttpResponse:
    """Another password. Whoever is signed in elsewhere as this person is signed out there."""
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return answered(request, "access/change_password.html", form)
    by, signed = actor_of(request), signed_of(request)
    try:
        credentials.set_password(
            person_of(request), form.cleaned_data["password"], by=by, practice_name=signed.practice_name
        )
    except Refusal as refusal:
        return answered(request, "access/change_password.html", form, refusal)
    return HttpResponseRedirect(reverse("your-factors"))


@require_POST
@page(Can.MANAGE_OWN_SIGN_IN, purpose=Purpose.HSYSADMIN, fresh=True)
def new_codes(request: HttpRequest) -> HttpResponse:
    """Ten new recovery codes, shown once."""
    codes = credentials.renew_codes(person_of(request), by=actor_of(request))
    return render(request, "access/new_codes.html", {"codes": codes})


def signed_of(request: HttpRequest) -> Signed:
    """Who is signed in; on a page for signed-in people that is somebody."""
    signed: Signed = request.signed_in  # type: ignore[attr-defined]
    return signed


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a page for signed-in people."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    return by


def person_of(request: HttpRequest) -> Person:
    """The person who is signed in."""
    return Person.objects.get(id=signed_of(request).person)
