"""The lock: what a locked session answers instead of a page, and going on where one was."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from keepwell.access import factors, locking
from keepwell.access.answers import answered, safe, worded
from keepwell.access.entrances import Signed
from keepwell.access.forms import UnlockForm
from keepwell.access.pages import page, public
from keepwell.access.pending import store_of
from keepwell.access.policy import Can
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal

IN_PLACE = "X-Keepwell-In-Place"
"""On what the page's own script asks for: it wants to be told, not shown a page."""


def locked(request: HttpRequest) -> HttpResponse:
    """Instead of any page of a locked session. What was sent is kept, sealed, in the page that asks to unlock."""
    if request.headers.get("HX-Request") or request.headers.get("Sec-Fetch-Dest") == "empty":
        return HttpResponse("SESSION_LOCKED", "text/plain", 423, headers={"HX-Reswap": "none"})
    here = request.get_full_path() if request.method == "GET" else request.headers.get("Referer", "")
    start = {"next": safe(_path(here, request)), "kept": locking.kept(request)}
    return _asked(request, UnlockForm(initial=start), Refusal("SESSION_LOCKED"))


@require_GET
@public("says of one's own session only whether it is open; a locked or ended one must be able to ask")
def state(request: HttpRequest) -> HttpResponse:
    """How the session stands, for the page's own script. Asked in the background, so it keeps nothing awake."""
    return _told(request)


@require_POST
@page(Can.MANAGE_OWN_SIGN_IN, purpose=Purpose.HSYSADMIN)
def stay(request: HttpRequest) -> HttpResponse:
    """Somebody is still here: typing on a page, or asked and said so."""
    return _told(request)


@require_POST
@page(Can.MANAGE_OWN_SIGN_IN, purpose=Purpose.HSYSADMIN)
def lock(request: HttpRequest) -> HttpResponse:
    """Locks the session now, because its person goes away."""
    signed: Signed = request.signed_in  # type: ignore[attr-defined]
    locking.lock(store_of(request), signed, "asked")
    if IN_PLACE in request.headers:
        return JsonResponse({"state": "locked", "seconds": 0})
    return HttpResponseRedirect(safe(request.POST.get("next", "")))


@require_POST
@sensitive_post_parameters("password")
@public("a locked session belongs to somebody, but answers no page until they have proved themselves")
def resume(request: HttpRequest) -> HttpResponse:
    """Goes on in the session, on the same page when its script asked, otherwise where it was locked."""
    if locking.state(request)[0] == "gone":
        return _refused(request, UnlockForm(request.POST), Refusal("SIGN_IN_STARTED_OVER"))
    form = UnlockForm(request.POST)
    if not form.is_valid():
        return _refused(request, form, Refusal("UNLOCK_REFUSED", field="password"))
    try:
        locking.resume(request)
    except Refusal as refusal:
        return _refused(request, form, refusal)
    if IN_PLACE in request.headers:
        return JsonResponse({"state": "open", "seconds": locking.full(request)})
    form_kept = locking.recalled(request, form.cleaned_data["kept"])
    if form_kept is not None:
        return render(request, "access/send_again.html", {"kept": form_kept})
    return HttpResponseRedirect(safe(form.cleaned_data["next"]))


def _told(request: HttpRequest) -> HttpResponse:
    state, seconds = locking.state(request)
    owner = {"owner": str(store_of(request).id)} if state == "open" else {}
    return JsonResponse({"state": state, "seconds": seconds} | owner)


def _refused(request: HttpRequest, form: UnlockForm, refusal: Refusal) -> HttpResponse:
    if IN_PLACE in request.headers:
        state, _ = locking.state(request)
        state = "gone" if store_of(request).id is None else state
        return JsonResponse({"state": state, "words": worded(refusal)}, status=refusal.status)
    if store_of(request).id is None:
        from keepwell.access import views_signin

        return views_signin.sign_in_again(request, refusal)
    return _asked(request, form, refusal)


def _asked(request: HttpRequest, form: UnlockForm, refusal: Refusal) -> HttpResponse:
    who: Signed | None = getattr(request, "locked", None) or getattr(request, "signed_in", None)
    assert who is not None
    return answered(request, "access/locked.html", form, refusal, locked=who, ways=factors.ways(who.person))


def _path(here: str, request: HttpRequest) -> str:
    """A path of ours, without the host the browser put before it."""
    return here.removeprefix(f"{request.scheme}://{request.get_host()}")
