"""Which pages are open to somebody, by what each page says of itself: nothing is offered that would refuse."""

from __future__ import annotations

from django.urls import Resolver404, resolve

from keepwell.access.pages import stamp_of
from keepwell.access.policy import Hatted, may


def may_open(who: Hatted, path: str) -> bool:
    """Whether somebody's role includes what the page at this path asks for. What it then shows is decided there."""
    try:
        stamp = stamp_of(resolve(path.partition("?")[0]).func)
    except Resolver404:
        return False
    return stamp is not None and not stamp.api and (stamp.can is None or may(who, stamp.can))
