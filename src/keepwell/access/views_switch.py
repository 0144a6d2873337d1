"""Switch user: one person leaves a shared desk as it is, another goes on, and each finds again what was theirs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from keepwell.access import factors, locking, parking, views_signin
from keepwell.access.answers import answered, safe
from keepwell.access.entrances import Signed
from keepwell.access.forms import PasswordForm, UnlockForm
from keepwell.access.models import Session
from keepwell.access.pages import page, public
from keepwell.access.parking import Here
from keepwell.access.pending import store_of
from keepwell.access.policy import Can
from keepwell.access.words import role_word
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal


@require_POST
@sensitive_post_parameters("password", "typed", "kept")
@public("leaving a desk works for anybody, and a locked session answers no other page")
def switch(request: HttpRequest) -> HttpResponse:
    """Leaves the session where it is: parked at a shared desk, otherwise locked in this browser."""
    signed: Signed | None = request.signed_in or request.locked  # type: ignore[attr-defined]
    desk = parking.desk(request)
    if signed is not None and desk is not None and desk.practice_id == signed.practice:
        doing = {name: request.POST.get(name, "") for name in ("next", "kept", "typed")}
        parking.park(request, signed, desk, **doing)
        request.signed_in = None  # type: ignore[attr-defined]
        rotate_token(request)
        return HttpResponseRedirect(reverse("who-is-here"))
    if request.signed_in is not None:  # type: ignore[attr-defined]
        locking.lock(store_of(request), request.signed_in, "asked")  # type: ignore[attr-defined]
    return HttpResponseRedirect(reverse("sign-in"))


@require_GET
@public("nobody is known before they choose; names stand on a desk its practice registered as shared, nowhere else")
def who(request: HttpRequest) -> HttpResponse:
    """Who is here? On any other device, the sign-in page."""
    desk = parking.desk(request)
    if desk is None or _somebody(request):
        return HttpResponseRedirect(_way(request))
    return render(request, "access/who.html", {"people": parking.here(desk), "desk": desk, "role_word": role_word})


@require_POST
@sensitive_post_parameters("password")
@public("whoever waits at a shared desk is nobody until they gave their password")
def choose(request: HttpRequest) -> HttpResponse:
    """Somebody says who they are: their password goes on in their session, or begins the sign-in."""
    desk = parking.desk(request)
    if desk is None or _somebody(request):
        return HttpResponseRedirect(_way(request))
    chosen = next((each for each in parking.here(desk) if str(each.member.id) == request.POST.get("who")), None)
    if chosen is None:
        raise Refusal("NOT_FOUND")
    if chosen.parked is None:
        form = PasswordForm(initial={"email": chosen.member.person.email})
        return answered(request, "access/sign_in.html", form)
    return _resumed(request, chosen, chosen.parked)


@require_POST
@page(Can.MANAGE_OWN_SIGN_IN, purpose=Purpose.HSYSADMIN)
def typed(request: HttpRequest) -> HttpResponse:
    """What somebody was typing when they left the desk, for the page's own script, once."""
    return JsonResponse({"typed": parking.typed(request)})


def _resumed(request: HttpRequest, chosen: Here, parked: Session) -> HttpResponse:
    form = UnlockForm(request.POST if {"password", "passkey"} & set(request.POST) else None)
    shown: dict[str, Any] = {"who": chosen.member, "ways": factors.ways(chosen.member.person_id)}
    if not form.is_valid():
        return answered(request, "access/resume_here.html", form, **shown)
    try:
        said = parking.resume(request, parked)
    except Refusal as refusal:
        if refusal.code in ("UNLOCK_LIMIT", "SESSION_ABSOLUTE_EXPIRED"):
            return views_signin.sign_in_again(request, refusal)
        return answered(request, "access/resume_here.html", form, refusal, **shown)
    form_kept = locking.recalled(request, said.get("kept", ""))
    if form_kept is not None:
        return render(request, "access/send_again.html", {"kept": form_kept})
    return HttpResponseRedirect(safe(said.get("next", "")) + ("#typed" if said.get("typed") else ""))


def _somebody(request: HttpRequest) -> bool:
    return request.signed_in is not None or request.locked is not None  # type: ignore[attr-defined]


def _way(request: HttpRequest) -> str:
    return reverse("today") if _somebody(request) else reverse("sign-in")
