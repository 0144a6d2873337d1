"""Notices in the app: fixed words by kind, filled with closed facts, never PHI. Each floor names its kinds here.

A notice points at one thing (`about`) and the page that shows it, so reading what happened is an opening of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from keepwell.access import ways
from keepwell.access.models import Notice
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action

SHOWN, PAGE = 20, 50


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of notice reads: a sentence with %(fact)s in it, the drawing, and the page that shows `about`."""

    words: Any
    icon: str
    page: str = ""
    alarming: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A notice as a page shows it. `href` is empty where its reader's role does not open what it points at."""

    id: UUID
    words: str
    icon: str
    href: str
    alarming: bool
    since: dt.datetime
    seen: bool


KINDS: dict[str, Kind] = {}
"""Kind → how it reads. A floor adds its own with `kind()` where it gives them."""


def kind(name: str, words: Any, *, icon: str, page: str = "", alarming: bool = False) -> str:
    """Names a kind of notice once; `words` is a lazy translation. Returns the name, to give notices with."""
    KINDS[name] = Kind(words, icon, page, alarming)
    return name


def tell(members: Iterable[UUID], what: str, *, by: Actor, about: UUID | None = None, **facts: str | int) -> None:
    """Gives each member a notice of a kind. Nobody to tell is not an error."""
    whom = tuple(dict.fromkeys(members))
    if whom:
        _given(whom, what, about, facts, by=by)


@action("notice.given", about="members")
def _given(members: tuple[UUID, ...], what: str, about: UUID | None, facts: Mapping[str, Any], *, by: Actor) -> None:
    "Keepwell told somebody something in the app."
    said = KINDS[what]
    str(said.words) % facts
    Notice.objects.bulk_create(Notice(member_id=m, kind=what, about=about, facts=dict(facts)) for m in members)


@action("notice.seen", about="notice")
def see(notice: Notice, *, by: Actor) -> Notice:
    "Somebody has seen what they were told. Only one's own."
    if notice.member_id != by.id:
        raise Refusal("NOT_FOUND")
    notice.seen_at = clock.now()
    notice.save(update_fields=["seen_at"])
    return notice


@action("notices.seen", about="member")
def see_all(member: UUID, until: dt.datetime, *, by: Actor) -> int:
    "Somebody has seen everything they were told up to a moment. Only one's own. How many those were."
    if member != by.id:
        raise Refusal("NOT_FOUND")
    return Notice.objects.filter(member_id=by.id, seen_at=None, made_at__lte=until).update(seen_at=clock.now())


def given(by: Actor, number: int = 1, *, everything: bool = False) -> tuple[list[Notice], bool]:
    """A page of what the actor was told, newest first, and whether there is more of it."""
    mine = (
        Notice.objects.filter(member_id=by.id) if everything else Notice.objects.filter(member_id=by.id, seen_at=None)
    )
    first = (number - 1) * PAGE
    rows = list(mine.order_by("-made_at", "-id")[first : first + PAGE + 1])
    return rows[:PAGE], len(rows) > PAGE


def waiting(by: Actor) -> list[Notice]:
    """What the actor has not seen yet, newest first."""
    return list(Notice.objects.filter(member_id=by.id, seen_at=None).order_by("-made_at")[:SHOWN])


def sentence(notice: Notice) -> str:
    """What a notice says. A kind that an older version gave and nobody names any more still says that it is there."""
    known = KINDS.get(notice.kind)
    return str(known.words) % notice.facts if known else _("Something happened that this version has no words for.")


def told(notice: Notice, by: Actor) -> Told:
    """A notice in words, with the way to what it is about."""
    known = KINDS.get(notice.kind, Kind("", "bell"))
    href = reverse(known.page, args=[notice.about] if notice.about else []) if known.page else ""
    if not (href and ways.may_open(by, href)):
        href = ""
    return Told(
        notice.id, sentence(notice), known.icon, href, known.alarming, notice.made_at, notice.seen_at is not None
    )
