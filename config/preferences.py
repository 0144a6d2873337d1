"""How one browser likes to see Keepwell: colors, language, hidden names, its time zone. Cookies, nothing about a person."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase

THEMES = ("system", "light", "dark")
YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Preferences:
    "What the cookies say; anything unexpected in them counts as not said."

    theme: str = "system"
    private: bool = False
    zone: ZoneInfo | None = None

    @classmethod
    def of(cls, request: HttpRequest) -> Preferences:
        theme = request.COOKIES.get("theme", "system")
        return cls(
            theme=theme if theme in THEMES else "system",
            private=request.COOKIES.get("private") == "on",
            zone=_zone(request.COOKIES.get("zone", "")),
        )


def keep(response: HttpResponseBase, name: str, value: str, *, secure: bool) -> None:
    "Remember one choice for a year."
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=secure)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo | None:
    "An IANA zone by name, or nothing. The name came from a browser: ZoneInfo refuses paths, we refuse the rest."
    if not 0 < len(name) <= 40:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
