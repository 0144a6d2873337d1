"""Pages before anybody is signed in: password, code, place, and the way out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from keepwell.access import passkeys, signin, sso
from keepwell.access.answers import answered, go_on, let_in, safe
from keepwell.access.door import Place
from keepwell.access.entrances import Signed
from keepwell.access.forms import CodeForm, PasswordForm
from keepwell.access.pages import public
from keepwell.access.pending import Pending, pending_of, store_of
from keepwell.access.words import role_word
from keepwell.base.refusal import Refusal


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
@public("nobody is known before they sign in")
def sign_in(request: HttpRequest) -> HttpResponse:
    """The first step: e-mail and password."""
    if request.method == "GET":
        return _asked(request, request.GET.get("next", ""))
    form = PasswordForm(request.POST)
    if not form.is_valid():
        return answered(request, "access/sign_in.html", form, services=sso.services())
    said = form.cleaned_data
    try:
        return go_on(request, signin.with_password(request, said["email"], said["password"], safe(said["next"])))
    except Refusal as refusal:
        return answered(request, "access/sign_in.html", form, refusal, services=sso.services())


def sign_in_again(request: HttpRequest, ended: Refusal) -> HttpResponse:
    """The session behind a page has ended: says why, and asks to sign in right there. Not a view of its own."""
    here = request.get_full_path() if request.method == "GET" else "/"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": f"{reverse('sign-in')}?{urlencode({'next': here})}"})
    return _asked(request, here, ended)


@require_http_methods(["GET", "POST"])
@public("the second step of sign-in; it answers only a browser that has proved the first")
def code(request: HttpRequest) -> HttpResponse:
    """The second step: a code from the authenticator app, or a recovery code."""
    pending = pending_of(request)
    if pending is None or pending.step() != "code":
        return too_slow(request)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return code_page(request, pending, form)
    try:
        signin.with_code(request, pending, form.cleaned_data["code"])
        return go_on(request, pending)
    except Refusal as refusal:
        return code_page(request, pending, form, refusal)


def code_page(
    request: HttpRequest, pending: Pending, form: CodeForm | None = None, refusal: Refusal | None = None
) -> HttpResponse:
    """Asks for the second factor, whichever this person has. Not a view of its own."""
    has = passkeys.has(pending.id)
    return answered(request, "access/code.html", form or CodeForm(), refusal, passkeys=has)


@require_http_methods(["GET", "POST"])
@public("the last step of sign-in, or a change of place; it answers only a browser that has proved the others")
def place(request: HttpRequest) -> HttpResponse:
    """Which practice, in which role; only for people who have more than one."""
    pending = pending_of(request) or here_already(request)
    if pending is None or pending.step() != "place":
        return too_slow(request)
    found = signin.places(request, pending)
    chosen = _chosen(found, request.POST.get("place", "")) if request.method == "POST" else None
    if chosen is not None:
        return let_in(request, pending, chosen)
    return answered(request, "access/place.html", places=found, role_word=role_word)


@require_POST
@public("signing out works for anybody, whatever state their session is in")
def sign_out(request: HttpRequest) -> HttpResponse:
    """The way out."""
    signed: Signed | None = getattr(request, "signed_in", None) or getattr(request, "locked", None)
    if signed is None:
        store_of(request).end()
    else:
        by = signin.member(signed.membership, signed.practice, signed.role, signed.session)
        signin.leave(request, by)
    then = safe(request.POST.get("next", ""))
    return HttpResponseRedirect(reverse("sign-in", query={"next": then} if then != "/" else None))


def too_slow(request: HttpRequest) -> HttpResponse:
    """Nothing was proved in this browser, or too long ago."""
    return _asked(request, "", Refusal("SIGN_IN_STARTED_OVER"))


def _asked(request: HttpRequest, then: str, refusal: Refusal | None = None) -> HttpResponse:
    form = PasswordForm(initial={"next": safe(then)})
    return answered(request, "access/sign_in.html", form, refusal, services=sso.services())


def _chosen(found: tuple[Place, ...], asked: str) -> Place | None:
    if len(found) == 1 and not asked:
        return found[0]
    return next((each for each in found if str(each.membership) == asked), None)


def here_already(request: HttpRequest) -> Pending | None:
    """Somebody signed in who goes on to another place of theirs, by what they proved when they came."""
    signed: Signed | None = getattr(request, "signed_in", None)
    if signed is None:
        return None
    data = store_of(request).data
    here = Pending(str(signed.person), "password", tuple(data["methods"]), 0, at=signed.proved)
    if held := data.get(sso.HELD):
        here.via, here.practice, here.roles = "oidc", held["practice"], tuple(held["roles"])
    return here
