"""An account nobody used for ninety days is suspended, and opens again when somebody says that it is needed."""

from __future__ import annotations

import datetime as dt

import pytest

from keepwell.access.models import Membership, Notice
from keepwell.access.tests.somebody import Somebody, entries
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.compliance.people import dormant
from keepwell.ledger.doorway import present
from tests.browse import ask, text
from tests.cast import Clinic


def test_who_did_nothing_for_ninety_days_is_suspended_and_resumed(
    willow: Clinic, pat: Actor, monkeypatch: pytest.MonkeyPatch
):
    ada = Somebody.at(willow, Role.FRONT_DESK).signs_in()
    with present(willow.system) as by:
        assert dormant.suspend_unused(by=by) == 0
    later = clock.now() + dt.timedelta(days=91)
    with monkeypatch.context() as year:
        year.setattr(clock, "now", lambda: later)
        with present(willow.system) as by:
            assert dormant.suspend_unused(by=by) == 1, "ada; pat alone could open her account again"
            assert dormant.suspend_unused(by=by) == 0
    assert not ada.is_in()
    with present(willow.system) as by:
        assert Membership.objects.get(id=ada.membership.id).suspended_at == later
    assert [ada.membership.id] in [e["subjects"] for e in entries("membership.suspended", willow.system)]
    assert "Needed after all" in text(ask(pat, f"/people/{ada.membership.id}/"))
    assert ask(pat, f"/people/{ada.membership.id}/resume/", {}).status_code == 302
    assert [e["subjects"] for e in entries("membership.resumed", willow.system)] == [[ada.membership.id]]
    assert ada.is_in()


def test_who_works_is_not_suspended(willow: Clinic, pat: Actor, rosa: Actor, monkeypatch: pytest.MonkeyPatch):
    soon = clock.now() + dt.timedelta(days=89)
    monkeypatch.setattr(clock, "now", lambda: soon)
    with present(willow.system) as by:
        assert dormant.suspend_unused(by=by) == 0


def test_sixty_quiet_days_are_told_once(willow: Clinic, pat: Actor, rosa: Actor, monkeypatch: pytest.MonkeyPatch):
    def told(days: int) -> int:
        monkeypatch.setattr(clock, "now", lambda: began + dt.timedelta(days=days))
        with present(willow.system) as by:
            assert dormant.suspend_unused(by=by) == 0
            return Notice.objects.filter(kind=dormant.UNUSED, about=rosa.id, member_id=pat.id).count()

    began = clock.now()
    assert (told(59), told(61), told(62)) == (0, 1, 1)
    with present(willow.system):
        assert not Notice.objects.filter(kind=dormant.UNUSED, about=rosa.id, member_id=rosa.id).exists()
