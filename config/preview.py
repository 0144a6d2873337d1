"""Looking at the main pages as a role, on made-up patients: `/preview/ROLE/…` in front of an ordinary address.

Whoever may approve access looks as somebody of the made-up clinic (cli/demo/made_up.py): the actor, and with it row
security, is of that practice and of no other, so no address reaches anything real. Nothing is sent from here, and only
the pages of the rail and a few beside them are shown.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid5

from django.http import HttpRequest, HttpResponse
from django.urls import get_script_prefix, reverse, set_script_prefix

from keepwell.access import policy
from keepwell.access.entrances import Entrance, Signed, refusal_page
from keepwell.access.models import CustomRole
from keepwell.access.pages import Stamp
from keepwell.access.policy import MAY_GROW, Can
from keepwell.access.words import role_word
from keepwell.base.actor import Custom, Purpose, Role, Scope
from keepwell.base.refusal import Refusal
from keepwell.cli.demo import made_up
from keepwell.ledger import doorway
from keepwell.ledger.doorway import present

ADDRESS = re.compile(r"/preview/(?P<which>[a-z_]{3,20}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?P<rest>/.*)")
BESIDE = frozenset({
    "notices", "patient", "chart", "resource", "why", "register", "appointment", "thread", "task", "task-add", "review",
    "activity-entry", "my-activity", "my-activity-entry", "activity-saved", "roles", "role", "care-teams", "people",
    "person",
})  # fmt: skip
"""The pages of a preview beside those of the rail, by name. What is set for real is not among them."""
STAMP = Stamp(Can.APPROVE_ACCESS, Purpose.HSYSADMIN)


@dataclass(frozen=True, slots=True)
class Preview:
    """What the bar says: as which role somebody looks, and the way back."""

    role: str
    back: str


class Previews:
    """Middleware, before the entrance: swaps who is signed in for somebody made up, or refuses by name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.preview = None  # type: ignore[attr-defined]
        if not request.path_info.startswith("/preview/"):
            return self.get_response(request)
        signed: Signed | None = request.signed_in  # type: ignore[attr-defined]
        if signed is None:
            return Entrance.no_entry(request)
        try:
            return self._looked_at(request, signed)
        except Refusal as refusal:
            doorway.refused(signed.actor(STAMP), refusal, "preview")
            return refusal_page(request, refusal)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Only the pages of a preview are shown in one."""
        match = request.resolver_match
        if request.preview is None or (match and _shown(match.url_name)):  # type: ignore[attr-defined]
            return None
        return refusal_page(request, Refusal("PREVIEW_NOT_HERE"))

    def _looked_at(self, request: HttpRequest, signed: Signed) -> HttpResponse:
        asked = ADDRESS.fullmatch(request.path_info)
        if not policy.may(signed, Can.APPROVE_ACCESS):
            raise Refusal("ACCESS_DENIED", permission=Can.APPROVE_ACCESS)
        if asked is None:
            raise Refusal("NOT_FOUND")
        if request.method not in ("GET", "HEAD"):
            raise Refusal("PREVIEW_READS_ONLY")
        role, custom = _meant(asked["which"], signed)
        back = reverse("own-role" if custom and policy.may(signed, Can.MANAGE_ACCESS) else "role",
                       args=[custom.id if custom and policy.may(signed, Can.MANAGE_ACCESS) else role])  # fmt: skip
        request.preview = Preview(custom.name if custom else role_word(role), back)  # type: ignore[attr-defined]
        request.signed_in = _somebody(signed, role, custom)  # type: ignore[attr-defined]
        return self._inside(request, f"/preview/{asked['which']}/", asked["rest"])

    def _inside(self, request: HttpRequest, prefix: str, rest: str) -> HttpResponse:
        """The page itself; every address on it stays in the preview."""
        before = get_script_prefix()
        set_script_prefix(prefix)
        request.path_info = rest
        try:
            return self.get_response(request)
        finally:
            set_script_prefix(before)


def _shown(name: str | None) -> bool:
    """Whether a page is part of a preview."""
    from config.shell import PLACES  # which shows the bar, so it knows this module

    return name in BESIDE or any(name == place[0] for place in PLACES)


def _meant(which: str, signed: Signed) -> tuple[Role, Custom | None]:
    """A role that people have, or one of the practice's own. Raises Refusal NOT_FOUND."""
    if which in set(MAY_GROW):
        return Role(which), None
    try:
        own = UUID(which)
    except ValueError:
        raise Refusal("NOT_FOUND") from None
    with present(signed.actor(STAMP)):
        row = CustomRole.objects.filter(id=own, retired_at=None).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    return Role(row.base), Custom(row.id, row.name, frozenset(row.adds), frozenset(row.drops))


def _somebody(signed: Signed, role: Role, custom: Custom | None) -> Signed:
    """Somebody of the made-up clinic in this role. Nothing is left of who looks but their session, as another id."""
    member = made_up.members()[role]
    return replace(
        signed,
        session=uuid5(signed.session, "preview"),
        person=member,
        membership=member,
        practice=made_up.PRACTICE,
        role=role,
        name=made_up.name_of(role),
        practice_name=made_up.CLINIC.name,
        time_zone=made_up.CLINIC.time_zone,
        proved=time.time(),
        custom=custom,
        scope=Scope() if role is Role.AUDITOR else None,
        hats=(),
    )
