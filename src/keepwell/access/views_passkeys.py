"""Pages of passkeys: what the browser asks before it signs, signing in with one, and one's own list of them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from keepwell.access import devices, keyring, passkeys, signin, throttle
from keepwell.access.answers import answered, go_on, safe
from keepwell.access.entrances import Signed
from keepwell.access.forms import NameForm, NewPasskeyForm, PasswordForm
from keepwell.access.models import Passkey, Person
from keepwell.access.pages import page, public
from keepwell.access.passkeys import Held
from keepwell.access.pending import address, pending_of
from keepwell.access.policy import Can
from keepwell.access.throttle import By
from keepwell.access.views_factors import actor_of, person_of, signed_of
from keepwell.access.views_signin import code_page
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal


@require_POST
@public("a challenge to sign; it names nobody's passkeys to somebody who has proved nothing yet")
def options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to make or use a passkey, with a challenge that only this session can answer."""
    pending, signed = pending_of(request), getattr(request, "signed_in", None)
    locked: Signed | None = getattr(request, "locked", None)
    known = signed or locked
    person = known.person if known else pending.id if pending else None
    try:
        if request.POST.get("for") == "register" and person is not None and locked is None:
            return JsonResponse(passkeys.options_to_register(request, Person.objects.get(id=person)))
        throttle.count(By.ADDRESS, address(request))
        return JsonResponse(passkeys.options_to_prove(request, person))
    except Refusal as refusal:
        return JsonResponse({"refused": refusal.code}, status=refusal.status)


@require_POST
@public("signing in; nobody is known before they do")
def sign_in_with_passkey(request: HttpRequest) -> HttpResponse:
    """Both steps at once; or the second one, after a password or a link."""
    pending = pending_of(request)
    pending = pending if pending is not None and pending.step() == "code" else None
    text, then = request.POST.get("passkey", ""), safe(request.POST.get("next", ""))
    try:
        return go_on(request, signin.with_passkey(request, text, then, pending))
    except Refusal as refusal:
        if pending is not None:
            return code_page(request, pending, refusal=refusal)
        return answered(request, "access/sign_in.html", PasswordForm(initial={"next": then}), refusal)


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_OWN_SIGN_IN, purpose=Purpose.HSYSADMIN, fresh=True)
def add_passkey(request: HttpRequest) -> HttpResponse:
    """One more passkey, with a name to know it by."""
    form = NewPasskeyForm(request.POST or None, initial={"name": devices.named(request)})
    if not form.is_valid():
        return answered(request, "access/add_passkey.html", form)
    try:
        held = passkeys.registered(request, form.cleaned_data["passkey"], form.cleaned_data["name"])
        keyring.register(person_of(request), held, by=actor_of(request))
    except Refusal as refusal:
        return answered(request, "access/add_passkey.html", form, refusal)
    return HttpResponseRedirect(reverse("your-factors"))


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_OWN_SIGN_IN, purpose=Purpose.HSYSADMIN)
def rename_passkey(request: HttpRequest, passkey: UUID) -> HttpResponse:
    """Another name for one's own passkey."""
    row, held = _own(request, passkey)
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": held.name})
    if not form.is_valid():
        return answered(request, "access/rename_passkey.html", form, passkey=row)
    keyring.rename(person_of(request), row, held, form.cleaned_data["name"], by=actor_of(request))
    return HttpResponseRedirect(reverse("your-factors"))


@require_POST
@page(Can.MANAGE_OWN_SIGN_IN, purpose=Purpose.HSYSADMIN, fresh=True)
def end_passkey(request: HttpRequest, passkey: UUID) -> HttpResponse:
    """One's own passkey signs nobody in any more."""
    row, _ = _own(request, passkey)
    keyring.end(person_of(request), row, by=actor_of(request))
    return HttpResponseRedirect(reverse("your-factors"))


def _own(request: HttpRequest, passkey: UUID) -> tuple[Passkey, Held]:
    for row, held in passkeys.of(signed_of(request).person):
        if row.id == passkey:
            return row, held
    raise Refusal("NOT_FOUND")
