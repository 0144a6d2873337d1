"""A practice's own sign-in service: on the way out, on the way back, and what an administrator sets."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell.access import sso
from keepwell.access.answers import answered, go_on, safe
from keepwell.access.forms import PasswordForm
from keepwell.access.forms_devices import TIMED
from keepwell.access.forms_roles import Refusable
from keepwell.access.models import IdentityProvider
from keepwell.access.pages import page, public
from keepwell.access.policy import Can
from keepwell.access.words import ROLES
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.refusal import Refusal

LOGGED_IN_ALREADY = ("signed_in", "locked")


class ServiceForm(Refusable):
    """A practice's sign-in service, as its own administrator of accounts gives it."""

    label = forms.CharField(
        label=_("What the button says after “Sign in with”"), max_length=60, help_text=_("As your people call it.")
    )
    issuer = forms.URLField(
        label=_("Issuer"),
        max_length=300,
        assume_scheme="https",
        help_text=_("An https address, exactly as the service writes it."),
    )
    client = forms.CharField(
        label=_("Client ID"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    secret = forms.CharField(
        label=_("Client secret"),
        max_length=400,
        required=False,
        help_text=_("Kept sealed and never shown. Leave it empty to keep the one there is."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    roles = forms.MultipleChoiceField(label=_("Who may use it"), choices=[(r.value, ROLES[r]) for r in TIMED])
    trusts = forms.BooleanField(
        label=_("Do not ask for our second step when the service says that it asked for one"), required=False
    )


@require_GET
@public("signing in with a practice's own service begins before anybody is known")
def begin(request: HttpRequest, service: UUID) -> HttpResponse:
    """To the service. Somebody who is signed in stays where they are: no other site signs them out with a link."""
    if any(getattr(request, name, None) for name in LOGGED_IN_ALREADY):
        return HttpResponseRedirect(reverse("today"))
    try:
        return HttpResponseRedirect(sso.begin(request, service, _back(request), safe(request.GET.get("next", ""))))
    except Refusal as refusal:
        return _refused(request, refusal)


@require_GET
@public("the browser comes back from a practice's sign-in service; it answers only the one that was sent there")
def back(request: HttpRequest) -> HttpResponse:
    """From the service, with a code that is exchanged and checked."""
    if any(getattr(request, name, None) for name in LOGGED_IN_ALREADY):
        return HttpResponseRedirect(reverse("today"))
    try:
        return go_on(request, sso.finish(request, _back(request)))
    except Refusal as refusal:
        return _refused(request, refusal)


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN, fresh=True)
def settings(request: HttpRequest) -> HttpResponse:
    """Which service, for whom, and whether its second factor counts."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    standing = sso.current()
    form = ServiceForm(request.POST) if request.method == "POST" else ServiceForm(initial=_start(standing))
    status = 422 if form.is_bound else 200
    if form.is_valid():
        said = form.cleaned_data
        try:
            roles = [Role(role) for role in said["roles"]]
            sso.offer(said["label"], said["issuer"], said["client"], said["secret"], roles, said["trusts"], by=by)
            return HttpResponseRedirect(reverse("single-sign-on"))
        except Refusal as refusal:
            form.refuse(refusal)
            status = refusal.status
    shown = {
        "form": form,
        "standing": standing,
        "back": _back(request),
        "roles": [(role.value, ROLES[role], "") for role in TIMED],
    }
    return render(request, "access/sso.html", shown, status=status)


@require_POST
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN, fresh=True)
def withdraw(request: HttpRequest) -> HttpResponse:
    """Nobody signs in with it any more."""
    standing = sso.current()
    if standing is None:
        raise Refusal("STALE_VERSION")
    sso.withdraw(standing, by=request.actor)  # type: ignore[attr-defined]
    return HttpResponseRedirect(reverse("single-sign-on"))


def _back(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("sso-back"))


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return answered(request, "access/sign_in.html", PasswordForm(), refusal, services=sso.services())


def _start(standing: IdentityProvider | None) -> dict[str, object]:
    if standing is None:
        return {}
    return {name: getattr(standing, name) for name in ("label", "issuer", "client", "roles", "trusts")}
