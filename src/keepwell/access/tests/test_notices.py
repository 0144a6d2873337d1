"""Notices: told once, seen by the one who was told, and worded without anything about a patient."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.utils.translation import gettext_lazy as _

from keepwell.access import notices
from keepwell.access.models import Notice
from keepwell.access.tests.test_actions import verbs
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
