"""What the frame around every page shows: who is here, where they can go, how they like to see it.

A context processor, so it runs while the page is rendered: after the view has opened what it opens, which is how the
purpose line can say what was recorded.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.preferences import Preferences
from config.preview import Preview
from config.settings_home import GROUPS
from keepwell.access import locking
from keepwell.access.entrances import Signed
from keepwell.access.in_force import Held
from keepwell.access.limits import LAST_MINUTES, TOUCH_SECONDS
from keepwell.access.pending import store_of
from keepwell.access.policy import Can, may
from keepwell.access.words import hat_word
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.compliance.activity import purpose_word, recorded_words
from keepwell.ledger.doorway import recorded
from keepwell.vault.phi import PhiClass


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
    recorded: bool = True
    hats: tuple[tuple[str, str], ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Lock:
    """What the page's own clock needs: seconds until the session locks, from now and from an activity, and its id.

    `ways` is what its person can go on with, as it was when they signed in. `until`: seconds until it is over whatever
    its person does; `soon` once that is less than five minutes.
    """

    seconds: int
    idle: int
    owner: str
    ways: tuple[str, ...]
    until: int

    @property
    def soon(self) -> bool:
        return self.until <= LAST_MINUTES * 60

    @property
    def minutes(self) -> int:
        return max(1, self.until // 60)


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
    hats: tuple[tuple[str, str], ...] = ()
    practice: str = ""
    rail: tuple[Entry, ...] = ()
    search: str = ""
    account: str = ""
    sign_out: str = ""
    purpose: PurposeLine | None = None
    lock: Lock | None = None
    settings: str = ""
    notices: tuple[tuple[str, str], ...] = ()
    emergencies: tuple[Held, ...] = ()
    preview: Preview | None = None
    now: dt.datetime | None = None


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor."""
    likes = Preferences.of(request)
    signed: Signed | None = getattr(request, "signed_in", None)
    frame = Shell(path=request.path, theme=likes.theme, private=likes.private, keys=likes.keys)
    if signed is not None:
        frame = _for_somebody(frame, signed, getattr(request, "actor", None), _patient_of(request))
        frame = replace(frame, emergencies=getattr(request, "emergencies", ()), now=clock.now())
        frame = replace(frame, lock=_lock(request, signed))
    if preview := getattr(request, "preview", None):
        # The clock of the lock and its forms belong to who really looks; the server locks them all the same.
        frame = replace(frame, preview=preview, lock=None, search="", account="", sign_out="")
    return {"signed_in": signed, "actor": getattr(request, "actor", None), "shell": frame}


def _for_somebody(frame: Shell, signed: Signed, actor: Actor | None, patient: UUID | None) -> Shell:
    finds = may(signed, Can.FIND_PATIENTS) and _address("patients")
    return replace(
        frame,
        who=signed.name,
        role=hat_word(signed),
        hats=_hats(signed),
        practice=signed.practice_name,
        rail=tuple(_rail(signed, frame.path)),
        search=finds or "",
        account=_address("your-sign-in"),
        sign_out=_address("sign-out"),
        settings=_address("settings") if frame.path in _set_at() else "",
        purpose=_purpose_line(signed, actor, patient) if actor else None,
    )


def _lock(request: HttpRequest, signed: Signed) -> Lock | None:
    """Nothing for a page that was asked for without a session, as tests do."""
    if not hasattr(request, "session"):
        return None
    ways = tuple(store_of(request).data.get("ways", ["password"]))
    idle, until = locking.full(request) - TOUCH_SECONDS, locking.left_altogether(store_of(request), signed)
    return Lock(locking.state(request)[1], idle, str(signed.session), ways, until)


def _rail(signed: Signed, path: str) -> Iterator[Entry]:
    for name, label, icon, can in PLACES:
        href = _address(name)
        if href and may(signed, can):
            below = _set_at() if name == "settings" else (href,)
            yield Entry(str(label), href, icon, current=path == href or (name != "today" and path.startswith(below)))


def _set_at() -> tuple[str, ...]:
    """The addresses of what Settings lists: there the rail stands at Settings, and a link leads back to it."""
    return _set_below(get_script_prefix())


@cache
def _set_below(prefix: str) -> tuple[str, ...]:
    return tuple(reverse(place.page) for _title, places in GROUPS for place in places)


def _purpose_line(signed: Signed, actor: Actor, patient: UUID | None) -> PurposeLine:
    """What this page has put on record so far. The page is rendered after it opened what it opens."""
    opened = [e for e in recorded() if e.kind == "open"]
    subjects = {s for e in opened for s in e.subjects} - {signed.practice}
    classes = {c for e in opened for c in e.classes} - {PhiClass.OFFICE}
    what = recorded_words(len(subjects), classes) if subjects else _("Nothing protected was opened")
    reads = may(signed, Can.READ_LEDGER)
    href = reverse("activity-entry", args=[opened[-1].id]) if opened and reads else ""
    why = reverse("why", args=[patient]) if patient and may(signed, Can.FIND_PATIENTS) else ""
    who, purpose = hat_word(signed), str(purpose_word(actor.purpose))
    return PurposeLine(signed.name, who, purpose, what, href, bool(subjects), _hats(signed), why)


def _patient_of(request: HttpRequest) -> UUID | None:
    """Whom the page is about, by its address."""
    match = request.resolver_match
    named = match.kwargs.get("patient") if match else None
    return named if isinstance(named, UUID) else None


def _hats(signed: Signed) -> tuple[tuple[str, str], ...]:
    """The other roles this person has here, and where to change into each."""
    return tuple((hat_word(hat), reverse("wear-hat", args=[hat.membership])) for hat in signed.hats)


def _address(name: str) -> str:
    """Where a named page is, or nothing while no floor has it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


PLACES = (
    ("today", gettext_lazy("Today"), "sun", Can.SEE_TODAY),
    ("patients", gettext_lazy("Patients"), "users", Can.FIND_PATIENTS),
    ("schedule", gettext_lazy("Schedule"), "calendar-days", Can.SEE_SCHEDULE),
    ("inbox", gettext_lazy("Inbox"), "inbox", Can.WORK_IN_INBOX),
    ("outbox", gettext_lazy("Outbox"), "send", Can.USE_OUTBOX),
    ("documents", gettext_lazy("Documents"), "files", Can.SORT_DOCUMENTS),
    ("tasks", gettext_lazy("Tasks"), "list-checks", Can.WORK_ON_TASKS),
    ("import", gettext_lazy("Import records"), "file-input", Can.IMPORT_RECORDS),
    ("reviews", gettext_lazy("Reviews"), "clipboard-check", Can.REVIEW_ACCESS),
    ("activity", gettext_lazy("Activity log"), "scroll-text", Can.READ_LEDGER),
    ("settings", gettext_lazy("Settings"), "settings", Can.MANAGE_OWN_SIGN_IN),
)
"""The rail: name of the page, its word, its drawing, and what a role must be able to do to see it."""
