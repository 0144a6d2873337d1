"""Browsers in which somebody has signed in before, by a cookie that only we can write and read.

It proves nothing and opens nothing. It tells a new device from an old one, and gives an old one counters of its own:
whoever guesses at an account from elsewhere keeps its owner, at their own desk, from nothing.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from keepwell.access import door
from keepwell.access.models import Person
from keepwell.base.refusal import Refusal

MOST = 40
YEAR = 365 * 24 * 3600
_BOUND = b"known1"


def name() -> str:
    """The cookie's name."""
    return "__Host-keepwell-known" if settings.SESSION_COOKIE_SECURE else "keepwell-known"


def knows(request: HttpRequest, who: str) -> bool:
    """Whether this account, or this person by id, has signed in here before."""
    return _hash(who) in _read(request)[1]


def counted(request: HttpRequest, who: str) -> str:
    """By what attempts are counted: the account, or the account in this browser if it has signed in here before."""
    browser, whose = _read(request)
    return f"{who}:{browser}" if _hash(who) in whose else who


def remember(request: HttpRequest, response: HttpResponse, person: Person) -> None:
    """From now on this browser is one that the person has used."""
    browser, whose = _read(request)
    mine = [_hash(person.email or ""), _hash(str(person.id))]
    kept = [*mine, *(one for one in whose if one not in mine)][:MOST]
    said = json.dumps({"browser": browser or secrets.token_hex(12), "whose": kept})
    response.set_cookie(
        name(),
        door.box("known browsers").seal(said.encode(), _BOUND),
        max_age=YEAR,
        path="/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> tuple[str, Iterable[str]]:
    cookie = request.COOKIES.get(name(), "")
    if not cookie or len(cookie) > 4000:
        return "", ()
    try:
        said = json.loads(door.box("known browsers").open(cookie, _BOUND))
    except Refusal:
        return "", ()
    return said["browser"], tuple(said["whose"])


def _hash(who: str) -> str:
    return door.keyed("known browsers", who).hex()[:24]
