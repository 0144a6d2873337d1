"""A resource as received, laid out to be read: every element, in words where FHIR has a common shape for it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from keepwell.records import ranges, sentences
from keepwell.records.moments import NotADate, has_time, moment

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CHOICE = re.compile(
    r"\A(value|onset|abatement|effective|performed|occurrence|medication|deceased|serviced)"
    r"(?:DateTime|Date|Period|Quantity|CodeableConcept|String|Boolean|Reference|Instant|Age|Range|Integer)\Z"
)
_HIDDEN = frozenset({"resourceType", "text", "meta", "contained"})
DEEPEST = 12

_WORDS: dict[str, str | Promise] = {
    "id": _("Its id where it came from"), "subject": _("About"), "patient": _("About"), "encounter": _("During"),
    "code": _("What"), "class": _("Kind"), "onset": _("Began"), "abatement": _("Ended"), "effective": _("When"),
    "performed": _("When"), "occurrence": _("When"), "issued": _("Reported"), "recorded": _("Recorded"),
    "recordedDate": _("Recorded"), "authoredOn": _("Written"), "start": _("From"), "end": _("Until"),
    "serviceProvider": _("Where"), "participant": _("With"), "individual": _("Who"), "status": _("Status"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Leaf:
    """One element: its name, and either its words (possibly a link) or what is inside it."""

    name: str
    words: str = ""
    href: str = ""
    at: dt.date | None = None
    inner: tuple[Leaf, ...] = ()


Link = Callable[[str], tuple[str, str]]
"""What a reference leads to: in words, and its address; both empty if it is not here."""


def read(resource: dict[str, Any], link: Link) -> tuple[Leaf, ...]:
    """The elements of a resource, without what only machines need; the whole text is shown beside it."""
    return tuple(_elements({k: v for k, v in resource.items() if k not in _HIDDEN}, link, 0))


def references(node: Any) -> Iterator[str]:
    """Every reference in a resource."""
    if isinstance(node, dict):
        if isinstance(node.get("reference"), str):
            yield node["reference"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def _elements(node: dict[str, Any], link: Link, depth: int) -> Iterator[Leaf]:
    for name, value in node.items():
        for one in value if isinstance(value, list) else [value]:
            yield _leaf(label(name), one, link, depth)


def _leaf(name: str, value: Any, link: Link, depth: int) -> Leaf:
    if isinstance(value, list):
        return Leaf(name, inner=tuple(_leaf(name, one, link, depth + 1) for one in value) if depth < DEEPEST else ())
    if not isinstance(value, dict):
        return Leaf(name, words=_plain(value), at=_date(value))
    if isinstance(value.get("reference"), str) or value.keys() == {"display"}:
        words, href = link(value.get("reference", ""))
        return Leaf(name, value.get("display") or words or str(_("something that is not here")), href)
    words = _concept(value) or _quantity(value)
    if words or depth >= DEEPEST:
        return Leaf(name, words=words)
    return Leaf(name, inner=tuple(_elements(value, link, depth + 1)))


def label(name: str) -> str:
    """An element's name in words: valueQuantity → Value."""
    known = _WORDS.get(name) or _WORDS.get(_CHOICE.sub(r"\1", name))
    return str(known) if known else _CAMEL.sub(" ", _CHOICE.sub(r"\1", name)).capitalize()


def _date(value: Any) -> dt.date | None:
    """A whole date, with its time if it has one."""
    if not isinstance(value, str) or len(value) < 10:
        return None
    try:
        when = moment(value)
    except NotADate:
        return None
    return when if has_time(value) else when.date()


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return str(value)


def _concept(value: dict[str, Any]) -> str:
    """A CodeableConcept or Coding: what it is called, and its code."""
    codings = value.get("coding", [value] if "system" in value and "code" in value and "value" not in value else None)
    if not isinstance(codings, list) or not all(isinstance(c, dict) for c in codings) or value.keys() - _CONCEPT:
        return ""
    called = value.get("text") or next((c["display"] for c in codings if c.get("display")), "")
    codes = ", ".join(str(c["code"]) for c in codings if c.get("code"))
    return f"{sentences.plain(str(called))} ({codes})" if called and codes else str(called) or codes


_CONCEPT = frozenset({"coding", "text", "system", "code", "display", "version", "userSelected", "id"})


def _quantity(value: dict[str, Any]) -> str:
    """A number with its unit, or money."""
    if "value" not in value or value.keys() - {"value", "unit", "system", "code", "comparator", "currency"}:
        return ""
    unit = ranges.shown_unit(str(value.get("unit") or value.get("code") or value.get("currency") or ""))
    return f"{value.get('comparator', '')}{value['value']} {unit}".strip()
