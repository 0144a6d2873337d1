"""How one signs in, once signed in: one's password, second factors and recovery codes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell.access import credentials, factors, passkeys, throttle
from keepwell.access.answers import answered
from keepwell.access.entrances import Signed
from keepwell.access.forms import CodeForm, NewPasswordForm
from keepwell.access.models import Person
from keepwell.access.pages import page
from keepwell.access.pending import store_of
from keepwell.access.policy import Can
from keepwell.access.throttle import By
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
        "passkeys": passkeys.of(person.id),
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
def end_password(request: HttpRequest) -> HttpResponse:
    """No password any more; only for somebody with a passkey."""
    credentials.end_password(person_of(request), by=actor_of(request))
    return HttpResponseRedirect(reverse("your-factors"))


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_OWN_SIGN_IN, purpose=Purpose.HSYSADMIN, fresh=True)
def add_app(request: HttpRequest) -> HttpResponse:
    """An authenticator app beside a passkey: scan, type the code it shows, then keep the new recovery codes."""
    person, store = person_of(request), store_of(request)
    if "new_app" not in store.data:
        store.data["new_app"] = factors.new_secret()
        store.save()
    secret, form, refusal = store.data["new_app"], CodeForm(request.POST or None), None
    if form.is_valid():
        try:
            return render(request, "access/new_codes.html", {"codes": _enrolled(request, person, secret, form)})
        except Refusal as caught:
            refusal = caught
    drawing, key = factors.picture(person, secret)
    return answered(request, "access/add_app.html", form, refusal, drawing=drawing, secret=key)


@require_POST
@page(Can.MANAGE_OWN_SIGN_IN, purpose=Purpose.HSYSADMIN, fresh=True)
def end_app(request: HttpRequest) -> HttpResponse:
    """The app's codes no longer count; only for somebody with a passkey."""
    credentials.end_app(person_of(request), by=actor_of(request))
    return HttpResponseRedirect(reverse("your-factors"))


@require_POST
@page(Can.MANAGE_OWN_SIGN_IN, purpose=Purpose.HSYSADMIN, fresh=True)
def new_codes(request: HttpRequest) -> HttpResponse:
    """Ten new recovery codes, shown once."""
    codes = credentials.renew_codes(person_of(request), by=actor_of(request))
    return render(request, "access/new_codes.html", {"codes": codes})


def _enrolled(request: HttpRequest, person: Person, secret: str, form: CodeForm) -> list[str]:
    throttle.count(By.FACTOR, str(person.id))
    if not factors.proves(person.id, secret, form.cleaned_data["code"]):
        raise Refusal("MFA_CODE_REFUSED", field="code")
    throttle.succeeded(By.FACTOR, str(person.id))
    codes = credentials.enrol(person, secret, by=actor_of(request))
    store = store_of(request)
    del store.data["new_app"]
    store.save()
    return codes


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
