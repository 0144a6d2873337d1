"""What a resource or a coded thing is called, in the words it came with."""

from __future__ import annotations

import re
from typing import Any

LONGEST = 300
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_SPACES = re.compile(r"\s+")
_NAMED_BY = ("name", "code", "vaccineCode", "medicationCodeableConcept", "title", "description", "type", "category")


def tidy(value: object) -> str:
    """Text for a line of a list: no invisible characters, no line breaks, not endless."""
    if not isinstance(value, str):
        return ""
    return _SPACES.sub(" ", value.translate(_INVISIBLE)).strip()[:LONGEST]


def codings(concept: object) -> list[dict[str, Any]]:
    """The codings of a CodeableConcept, or the Coding itself."""
    if not isinstance(concept, dict):
        return []
    inner = concept.get("coding", [concept] if {"code", "display"} & concept.keys() else [])
    return [c for c in inner if isinstance(c, dict)] if isinstance(inner, list) else []


def words(concept: object) -> str:
    """What a CodeableConcept, a Coding, a HumanName or a list of them is called."""
    if isinstance(concept, str):
        return tidy(concept)
    if isinstance(concept, list):
        return words(concept[0]) if concept else ""
    if not isinstance(concept, dict):
        return ""
    if "family" in concept or "given" in concept:
        return human(concept)
    spoken = tidy(concept.get("text"))
    named = (tidy(c.get("display")) or tidy(c.get("code")) for c in codings(concept))
    return spoken or next(filter(None, named), "")


def human(name: dict[str, Any]) -> str:
    """A HumanName as people say it."""
    given = name.get("given")
    parts = [*_texts(name.get("prefix")), *_texts(given), tidy(name.get("family")), *_texts(name.get("suffix"))]
    return tidy(name.get("text")) or " ".join(filter(None, parts))


def _texts(value: object) -> list[str]:
    return [tidy(v) for v in value] if isinstance(value, list) else [tidy(value)]


def label(resource: dict[str, Any]) -> str:
    """What to call a resource that others point at."""
    named = next(filter(None, (words(resource.get(element)) for element in _NAMED_BY)), "")
    series = resource.get("series")
    first = series[0] if isinstance(series, list) and series and isinstance(series[0], dict) else {}
    return named or ", ".join(filter(None, (words(first.get("modality")), words(first.get("bodySite")))))
