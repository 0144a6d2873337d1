"""Nothing is offered that refuses: every way the pages show somebody, in each role, opens."""

from __future__ import annotations

import re
from collections import deque
from html import unescape
from uuid import UUID

import pytest
from django.urls import resolve

from keepwell.access import actions as access
from keepwell.access import notices
from keepwell.access.models import Membership
from keepwell.access.tests.somebody import Somebody
from keepwell.base.actor import Actor, Role
from keepwell.ledger.doorway import present
from tests.browse import ask, text
from tests.cast import Clinic

LINK = re.compile(r'<a\b[^>]*?\bhref="(/[^"#]*)', re.DOTALL)
FRAME = re.compile(
    r'<nav\b[^>]*class="(?:rail|filters)".*?</nav>|<div id="account".*?</div>\s*</div>|class="todos".*?</ul>', re.DOTALL
)
STARTS = ("/", "/settings/")
MOST = 60


def ways(page: str) -> list[str]:
    "What a page's frame, its tabs and its lists lead to."
    return [unescape(path) for part in FRAME.findall(page) for path in LINK.findall(part)]


def beyond(who: Somebody) -> dict[str, int]:
    "Each page that is reached from Today and Settings by what they show, one of each kind, and how it answers."
    found: dict[str, int] = {}
    kinds: set[str] = set()
    waiting = deque(STARTS)
    while waiting and len(found) < MOST:
        path = waiting.popleft()
        bare, _, query = path.partition("?")
        kind = f"{resolve(bare).view_name}?{query}"
        if kind in kinds:
            continue
        kinds.add(kind)
        answer = who.browser.get(path)
        found[path] = answer.status_code
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            waiting.extend(ways(answer.content.decode()))
    return found


STAFF = [role for role in Role if role not in (Role.PATIENT, Role.PROXY, Role.SUPPORT, Role.SYSTEM, Role.NOBODY)]


@pytest.mark.parametrize("role", STAFF)
def test_every_way_a_role_is_shown_opens(role: Role, willow: Clinic, ada: UUID):
    kim = Somebody.at(willow, role).signs_in()
    with present(willow.system) as by:
        access.relate(ada, member=kim.membership.id, by=by)
        for kind, how in notices.KINDS.items():
            facts = dict.fromkeys(re.findall(r"%\((\w+)\)s", str(how.words)), "…")
            if not how.page or how.page in OF_MEMBERS:
                notices.tell([kim.membership.id], kind, by=by, about=kim.membership.id if how.page else None, **facts)
    found = beyond(kim)
    assert {path: status for path, status in found.items() if status >= 400} == {}
    assert len(found) > 8


OF_MEMBERS = ("person", "recover")
"""Pages that notices point at whose subject is a member, so that any member will do."""


def test_a_page_that_a_role_does_not_open_is_not_pointed_at(willow: Clinic, rosa: Actor, pat: Actor):
    with present(willow.system) as by:
        for member in (rosa, pat):
            notices.tell([member.id], "recovery.used", by=by, about=pat.id, whom="Pat")
        assert Membership.objects.count() == 2
    assert f"/people/{pat.id}/lost/" in text(ask(pat, "/notices/"))
    assert f"/people/{pat.id}/lost/" not in text(ask(rosa, "/notices/"))
    assert "Pat used the pass" in text(ask(rosa, "/notices/"))
