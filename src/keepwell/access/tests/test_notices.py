"""Notices: told once, seen by the one who was told, and worded without anything about a patient."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.utils.translation import gettext_lazy as _

from keepwell.access import notices
from keepwell.access.models import Notice
from keepwell.access.tests.somebody import entries
from keepwell.access.tests.test_actions import verbs
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from tests.browse import ask, text
from tests.cast import Clinic

MADE_UP = notices.kind("test.counted", _("%(count)s devices wait for you"), icon="bell", page="activity-entry")


def tell(clinic: Clinic, actor: Actor, count: int = 3) -> UUID:
    with present(clinic.system) as by:
        notices.tell([actor.id], MADE_UP, by=by, about=actor.id, count=count)
        return Notice.objects.get().id


def test_a_member_is_told_and_it_stands_on_today_until_seen(willow: Clinic, rosa: Actor):
    notice = tell(willow, rosa)
    assert verbs(willow)[-1] == "notice.given"
    assert "3 devices wait for you" in text(ask(rosa, "/"))
    assert ask(rosa, f"/notices/{notice}/seen/", {}).status_code == 302
    assert verbs(willow)[-1] == "notice.seen"
    assert "devices wait for you" not in text(ask(rosa, "/"))


def test_nobody_sees_or_settles_what_another_was_told(willow: Clinic, rosa: Actor, imani: Actor):
    notice = tell(willow, rosa)
    assert "devices wait" not in text(ask(imani, "/"))
    assert ask(imani, f"/notices/{notice}/seen/", {}).status_code == 404
    with present(imani) as by, pytest.raises(Refusal) as refused:
        notices.see(Notice.objects.get(), by=by)
    assert refused.value.code == "NOT_FOUND"
    assert "3 devices wait" in text(ask(rosa, "/"))


def test_a_notice_that_lacks_a_fact_is_never_given(willow: Clinic, rosa: Actor):
    with present(willow.system) as by, pytest.raises(KeyError):
        notices.tell([rosa.id], MADE_UP, by=by)


def test_telling_nobody_is_no_error(willow: Clinic):
    with present(willow.system) as by:
        notices.tell([], MADE_UP, by=by, count=1)
    assert verbs(willow) == ["practice.opened"]


def tells(clinic: Clinic, whom: Actor, how_many: int) -> None:
    with present(clinic.system) as by:
        for n in range(how_many):
            notices.tell([whom.id], "recovery_code.used", by=by, left=n)


def test_all_notices_are_listed_by_fifty_and_what_was_seen_stays(willow: Clinic, imani: Actor, cleo: Actor):
    tells(willow, imani, 52)
    tells(willow, cleo, 1)
    first = text(ask(imani, "/notices/"))
    assert first.count("A recovery code was used") == 50
    second = text(ask(imani, "/notices/?page=2"))
    assert second.count("A recovery code was used") == 2
    assert "Next 50" in first
    assert "Next 50" not in second
    assert text(ask(imani, "/notices/?page=²")).count("A recovery code was used") == 50
    assert 'href="/notices/?show=all"' in text(ask(imani, "/"))


def test_what_came_after_the_page_was_shown_is_not_marked_as_seen(willow: Clinic, imani: Actor, cleo: Actor):
    tells(willow, imani, 3)
    tells(willow, cleo, 1)
    until = re.search(r'name="until" value="([^"]+)"', text(ask(imani, "/notices/")))
    assert until
    tells(willow, imani, 1)
    assert ask(imani, "/notices/seen/", {"until": until[1]}).status_code == 302
    assert text(ask(imani, "/notices/")).count("A recovery code was used") == 1
    everything = text(ask(imani, "/notices/?show=all"))
    assert everything.count("A recovery code was used") == 4
    assert everything.count('<button type="submit" class="button">Seen') == 1
    assert "A recovery code was used" in text(ask(cleo, "/notices/"))
    assert [e["subjects"] for e in entries("notices.seen", willow.system)] == [[imani.id]]
    for nonsense in ("", "now", "2026-01-01T00:00:00", "2026-99-01T00:00:00Z"):
        assert "STALE_VERSION" in text(ask(imani, "/notices/seen/", {"until": nonsense}))


def test_nobody_marks_as_seen_what_others_were_told(willow: Clinic, imani: Actor, cleo: Actor):
    tells(willow, cleo, 1)
    with pytest.raises(Refusal) as refusal, present(imani) as by:
        notices.see_all(cleo.id, clock.now(), by=by)
    assert refusal.value.code == "NOT_FOUND"


def test_one_that_is_seen_on_the_page_leads_back_to_the_page(willow: Clinic, imani: Actor):
    tells(willow, imani, 1)
    found = re.search(r'action="(/notices/[^"]+/seen/)"', text(ask(imani, "/notices/?show=all")))
    assert found
    assert ask(imani, found[1], {"next": "/notices/?show=all"})["Location"] == "/notices/?show=all"
    assert "You have seen everything" in text(ask(imani, "/notices/"))
