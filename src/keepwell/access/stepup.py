"""Asked once more: a dangerous page wants to know that it is still the same person (45 CFR § 164.312(d)).

The page stands at its own address. What was typed waits, sealed to the session, in the form that asks; once it is
proved who it is, the very request goes on. So nothing typed is lost, and nothing works without a script only.
"""

from __future__ import annotations

import json
import time

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render

from keepwell.access import door, passkeys, passwords, signin, throttle
from keepwell.access.entrances import Signed, refusal_page
from keepwell.access.models import Person
from keepwell.access.pending import address, store_of, told
from keepwell.access.throttle import By
from keepwell.base.refusal import Refusal
from keepwell.ledger import signins

HELD = "again-held"
HELD_SECONDS = 60 * 60
NEVER_HELD = ("csrfmiddlewaretoken", HELD, "again-password", "again-code")


def again(request: HttpRequest, signed: Signed) -> HttpResponse | None:
    """The page that asks, or None once it is proved: then the request is the one that was held, and goes on."""
    if request.method != "POST" or HELD not in request.POST:
        return _asked(request, signed, _sealed(request, signed), Refusal("STEP_UP_REQUIRED"))
    held = request.POST[HELD]
    try:
        method, body = _opened(held, request, signed)
    except Refusal as refusal:
        return refusal_page(request, refusal)
    try:
        proved_by = _prove(request, signed)
    except Refusal as refusal:
        return _asked(request, signed, held, refusal)
    _fresh(request, signed, proved_by)
    if method == "GET":
        return HttpResponseRedirect(request.get_full_path(), status=303)
    request.POST = QueryDict(body)
    return None


def _prove(request: HttpRequest, signed: Signed) -> tuple[str, ...]:
    """A passkey, or password and code. Counted by session: a stolen one keeps nobody else from signing in."""
    whom, text = f"{signed.person}:{signed.session}", request.POST.get("passkey", "")
    with told(request, "step_up", str(signed.person)):
        throttle.count(By.FACTOR, whom)
        methods = _passkey(request, signed, text) if text else _password_and_code(request, signed)
    throttle.succeeded(By.FACTOR, whom)
    return methods


def _passkey(request: HttpRequest, signed: Signed, text: str) -> tuple[str, ...]:
    signin.spend(passkeys.proved(request, text, signed.person))
    return ("passkey",)


def _password_and_code(request: HttpRequest, signed: Signed) -> tuple[str, ...]:
    password, code = request.POST.get("again-password", ""), request.POST.get("again-code", "")
    person = Person.objects.get(id=signed.person)
    if not person.check_password(passwords.normal(password)[: passwords.LONGEST + 1]):
        raise Refusal("PROOF_REFUSED")
    try:
        return "password", signin.second_factor(signed.person, code)
    except Refusal:
        raise Refusal("PROOF_REFUSED") from None


def _fresh(request: HttpRequest, signed: Signed, proved_by: tuple[str, ...]) -> None:
    store = store_of(request)
    store.data["proved"] = time.time()
    store.save()
    by = signin.member(signed.membership, signed.practice, signed.role, signed.session)
    detail = {"by": list(proved_by)}
    signins.record("sign_in.proved_again", by, about=[signed.person], detail=detail, note=f"from {address(request)}")


def _asked(request: HttpRequest, signed: Signed, held: str, refusal: Refusal) -> HttpResponse:
    """In place of the page, with its status. A part of a page that a script asked for becomes the whole page."""
    if request.headers.get("HX-Request") and request.method == "GET":
        return HttpResponse(status=401, headers={"HX-Redirect": request.get_full_path()})
    facts = {
        "held": held,
        "refusal": refusal,
        "files": bool(request.method == "POST" and request.FILES),
        "passkeys": passkeys.has(signed.person),
        "password": Person.objects.get(id=signed.person).has_usable_password(),
    }
    response = render(request, "access/again.html", facts, status=refusal.status)
    if request.headers.get("HX-Request"):
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "body", "innerHTML"
    return response


def _sealed(request: HttpRequest, signed: Signed) -> str:
    body = ""
    if request.method == "POST":
        typed = request.POST.copy()
        for name in NEVER_HELD:
            typed.pop(name, None)
        body = typed.urlencode()
    said = json.dumps({"method": request.method, "body": body, "until": time.time() + HELD_SECONDS})
    return door.box("held forms").seal(said.encode(), _bound(request, signed))


def _opened(held: str, request: HttpRequest, signed: Signed) -> tuple[str, str]:
    """Method and body of what was held. Raises Refusal unless it was held here, by this session, not long ago."""
    said = json.loads(door.box("held forms").open(held, _bound(request, signed)))
    if said["until"] < time.time():
        raise Refusal("STALE_VERSION")
    return said["method"], said["body"]


def _bound(request: HttpRequest, signed: Signed) -> bytes:
    return b"held1" + signed.session.bytes + request.get_full_path().encode()
