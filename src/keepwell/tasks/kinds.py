"""Tasks that Keepwell raises have fixed words by kind, filled with closed facts, no PHI. Each floor has its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of task reads: a sentence with %(fact)s in it, its drawing, and the page that shows its origin."""

    words: Any
    icon: str
    page: str = ""


KINDS: dict[str, Kind] = {}
"""Kind → how it reads. A floor adds its own with `kind()` where it raises them."""


def kind(name: str, words: Any, *, icon: str, page: str = "") -> str:
    """Names a kind of task once; `words` is a lazy translation, `page` takes the origin's id. Returns the name."""
    KINDS[name] = Kind(words, icon, page)
    return name


def words(name: str, facts: Mapping[str, Any]) -> str:
    """What a task of this kind says. Raises KeyError when a fact is missing."""
    return str(KINDS[name].words) % facts


def sentence(name: str, facts: Mapping[str, Any]) -> str:
    """The same for the screen; a kind that nobody names any more still says that there is something to do."""
    return words(name, facts) if name in KINDS else _("Something to do that this version has no words for.")
