"""Pages of a one-time link: use it, choose a password, enrol an authenticator app, keep the recovery codes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from keepwell.access import devices, factors, links, signin
from keepwell.access.answers import answered, go_on
from keepwell.access.forms import CodeForm, NewPasswordForm
from keepwell.access.models import Person
from keepwell.access.pages import public
from keepwell.access.pending import Pending, pending_of
from keepwell.access.views_signin import too_slow
from keepwell.base.refusal import Refusal


@require_http_methods(["GET", "POST"])
@public("whoever holds a one-time link is about to prove who they are with it")
def link(request: HttpRequest, text: str) -> HttpResponse:
    """Shows a button first: programs that look into mail open links, but press nothing."""
    try:
        if request.method == "POST":
            return go_on(request, signin.with_link(request, text))
        links.read(text)
    except Refusal as refusal:
        return answered(request, "access/link.html", refusal=refusal)
    return answered(request, "access/link.html")


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
@public("a step of sign-in by one-time link; it answers only a browser that has used one")
def set_password(request: HttpRequest) -> HttpResponse:
    """Choose a password."""
    pending = pending_of(request)
    if pending is None or pending.step() != "password":
        return too_slow(request)
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return answered(request, "access/set_password.html", form)
    try:
        signin.new_password(request, pending, form.cleaned_data["password"])
        return go_on(request, pending)
    except Refusal as refusal:
        return answered(request, "access/set_password.html", form, refusal)


@require_http_methods(["GET", "POST"])
@public("a step of sign-in by one-time link; it answers only a browser that has used one")
def authenticator(request: HttpRequest) -> HttpResponse:
    """Enrol an authenticator app: scan, type the code it shows, then keep the recovery codes."""
    pending = pending_of(request)
    if pending is None or pending.step() != "authenticator":
        return too_slow(request)
    form = CodeForm(request.POST if request.method == "POST" else None)
    refusal = None
    if form.is_valid():
        try:
            codes = signin.enrol(request, pending, form.cleaned_data["code"])
            return answered(request, "access/recovery_codes.html", codes=codes)
        except Refusal as caught:
            refusal = caught
    return _authenticator_page(request, pending, form, refusal)


@require_POST
@public("a step of sign-in by one-time link; it answers only a browser that has used one")
def enrol_passkey(request: HttpRequest) -> HttpResponse:
    """A passkey in place of password and app; then the recovery codes."""
    pending = pending_of(request)
    if pending is None or pending.step() not in ("password", "authenticator"):
        return too_slow(request)
    name = devices.named(request) or "1"
    try:
        codes = signin.new_passkey(request, pending, request.POST.get("passkey", ""), name)
    except Refusal as refusal:
        if pending.step() == "password":
            return answered(request, "access/set_password.html", NewPasswordForm(), refusal)
        return _authenticator_page(request, pending, CodeForm(), refusal)
    return answered(request, "access/recovery_codes.html", codes=codes)


def _authenticator_page(
    request: HttpRequest, pending: Pending, form: CodeForm, refusal: Refusal | None
) -> HttpResponse:
    person = Person.objects.get(id=pending.id)
    drawing, secret = factors.picture(person, signin.secret_to_enrol(request, pending))
    return answered(request, "access/authenticator.html", form, refusal, drawing=drawing, secret=secret)
