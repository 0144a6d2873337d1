"""How one browser likes to see Keepwell: colors, hidden names, single keys, its time zone. Nothing about a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from config import when

THEMES = ("system", "light", "dark")
YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the cookies say; anything unexpected in them counts as not said."""

    theme: str = "system"
    private: bool = False
    keys: bool = True
    zone: ZoneInfo | None = None

    @classmethod
    def of(cls, request: HttpRequest) -> Preferences:
        theme = request.COOKIES.get("theme", "system")
        return cls(
            theme=theme if theme in THEMES else "system",
            private=request.COOKIES.get("private") == "on",
            keys=request.COOKIES.get("keys") != "off",
            zone=_zone(request.COOKIES.get("zone", "")),
        )


CHOICES = {"theme": THEMES, "private": ("on", "off"), "keys": ("on", "off")}


def keep(response: HttpResponseBase, name: str, value: str, *, secure: bool) -> None:
    """Remember one choice for a year. The page's script may change it too, so it is readable there."""
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=secure)


class Zones:
    """Middleware: for the length of a request, times are the clinic's, and the reader's own zone is known beside it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        signed = getattr(request, "signed_in", None)
        clinic = _zone(signed.time_zone) if signed else None
        token = when.yours.set(Preferences.of(request).zone)
        try:
            with timezone.override(clinic or timezone.get_default_timezone()):
                return self.get_response(request)
        finally:
            when.yours.reset(token)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo | None:
    """An IANA zone by name, or nothing. The name came from a browser: ZoneInfo refuses paths, we refuse the rest."""
    if not 0 < len(name) <= 40:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
