"""What the frame around every page shows: who is here, where they can go, how they like to see it.

A context processor, so it runs while the page is rendered: after the view has opened what it opens, which is how the
purpose line can say what was recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from config.preferences import Preferences


@dataclass(frozen=True, slots=True)
class Entry:
    """One place in the left rail."""

    label: str
    href: str
    icon: str
    current: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True)
class PurposeLine:
    """Who you are here, why, what was recorded of it, and where to read that entry."""

    who: str
    role: str
    purpose: str
    what: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Shell:
    """Everything base.html and card.html ask for. A page before sign-in needs only the defaults."""

    path: str = "/"
    theme: str = "system"
    private: bool = False
    keys: bool = True
    preferences: str = "/preferences/"
    who: str = ""
    role: str = ""
    practice: str = ""
    rail: tuple[Entry, ...] = ()
    search: str = ""
    account: str = ""
    sign_out: str = ""
    purpose: PurposeLine | None = None
    notices: tuple[tuple[str, str], ...] = ()


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor."""
    likes = Preferences.of(request)
    return {
        "signed_in": getattr(request, "signed_in", None),
        "actor": getattr(request, "actor", None),
        "shell": Shell(path=request.path, theme=likes.theme, private=likes.private, keys=likes.keys),
    }
