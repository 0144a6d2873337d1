"""Every view says who may open it and why, or why anybody may. A view that says neither stays closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from keepwell.access.policy import Can
from keepwell.base.actor import Purpose

V = TypeVar("V", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a view says about itself. `can` is None for a public page, whose `reason` says why."""

    can: Can | None
    purpose: Purpose | None
    reason: str = ""
    fresh: bool = False
    api: bool = False


def page(can: Can, *, purpose: Purpose, fresh: bool = False) -> Callable[[V], V]:
    """A page for signed-in people whose role includes `can`, opened for `purpose`.

    `fresh`: a dangerous one, which asks who it is once more when that was proved too long ago (access/stepup.py).
    """
    return _stamp(Stamp(can, purpose, fresh=fresh))


def api(can: Can) -> Callable[[V], V]:
    """A call for programs that show a token made for `can`, present for the one purpose of the program.

    Cookies never count here, so no form of another site can make it: it takes no CSRF token.
    """

    def decorate(view: V) -> V:
        view.csrf_exempt = True  # type: ignore[attr-defined]
        return _stamp(Stamp(can, None, api=True))(view)

    return decorate


def public(reason: str) -> Callable[[V], V]:
    """A page for anybody, and why it may be. It runs with nobody present, so it can read no practice's rows."""
    if len(reason) < 12:
        raise TypeError("a public page says in words why anybody may open it")
    return _stamp(Stamp(None, None, reason))


def stamp_of(view: Any) -> Stamp | None:
    """The stamp of a view, if it has one."""
    stamp: Stamp | None = getattr(view, "keepwell_stamp", None)
    return stamp


def _stamp(stamp: Stamp) -> Callable[[V], V]:
    def decorate(view: V) -> V:
        view.keepwell_stamp = stamp  # type: ignore[attr-defined]
        return view

    return decorate
