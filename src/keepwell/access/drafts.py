"""Wordings to begin with (access/library): drafts a practice reads, changes and publishes."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from django.utils import translation

from keepwell.access import notice_parts, texts
from keepwell.access.models import ConsentText, Practice, TextKind
from keepwell.base import clock
from keepwell.base.actor import Actor

Wording = tuple[str, list[tuple[str, str]]]


@cache
def library(language: str) -> dict[str, dict[str, Any]]:
    """Every wording in one language, by kind."""
    path = Path(__file__).parent / "library" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def part_names(kind: str) -> tuple[str, ...]:
    """The parts a text of this kind is written in."""
    if kind == TextKind.NOTICE:
        return (*notice_parts.PARTS, notice_parts.PART2)
    return ("text", "paid") if kind == TextKind.MARKETING else ("text",)


def suggested(kind: str, language: str, practice: Practice) -> Wording:
    """The wording to begin with, with the practice's name in it."""
    found = library(language)[kind]
    with translation.override(language):
        today = texts.day(clock.now(), practice.time_zone)
    said = {"practice": practice.name, "date": today}
    parts = [(name, found[name].format_map(said)) for name in part_names(kind)]
    return found["title"].format_map(said), parts


def begin(kind: str, language: str, *, by: Actor) -> ConsentText:
    """A draft of the next version: of what is shown now, or of the wording to begin with."""
    now = texts.published().filter(kind=kind, language=language).first()
    if now is not None:
        return texts.draft(kind, language, now.title, now.parts, by=by)
    title, parts = suggested(kind, language, Practice.objects.get(id=by.practice))
    return texts.draft(kind, language, title, parts, by=by)


def begin_all(*, by: Actor) -> list[ConsentText]:
    """A draft of everything that has no version yet, in every language."""
    known = set(ConsentText.objects.values_list("kind", "language"))
    wanted = [(kind, language) for kind in TextKind.values for language in texts.LANGUAGES]
    return [begin(kind, language, by=by) for kind, language in wanted if (kind, language) not in known]


def renew_days(kind: str) -> int | None:
    """After how many days somebody is asked again, unless the practice says otherwise."""
    days: int | None = library("en")[kind].get("renew_days")
    return days
