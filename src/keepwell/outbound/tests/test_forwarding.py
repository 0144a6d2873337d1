"""Alarming notices go by e-mail too, once, when somebody carries e-mail."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils.translation import gettext_lazy as _

from keepwell.access import notices
from keepwell.base.actor import Actor
from keepwell.base.sending import Channel
from keepwell.ledger.doorway import present
from keepwell.outbound import dispatch, forwarding
from keepwell.outbound.tests.sending import carries, dispatched, every
from keepwell.outbound.tests.servers import mail
from tests.cast import Clinic

ALARM = notices.kind("test.alarm", _("Somebody tried your door (%(count)s)"), icon="bell", alarming=True)
QUIET = notices.kind("test.quiet", _("It is raining"), icon="bell")


def forwards(clinic: Clinic) -> int:
    with present(dispatch.actor(clinic.practice.id)) as by:
        return forwarding.forward(by=by)


def test_an_alarm_not_seen_goes_by_mail_once_and_says_nothing_of_it(
    willow: Clinic, pat: Actor, rosa: Actor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(forwarding, "AFTER", dt.timedelta(0))
    with present(willow.system) as by:
        notices.tell([rosa.id], ALARM, by=by, count=3)
        notices.tell([rosa.id], QUIET, by=by)
    assert forwards(willow) == 0
    assert every(willow) == []
    with mail() as box:
        carries(pat, Channel.EMAIL, box.secrets())
        assert forwards(willow) == 1
        assert forwards(willow) == 0
        dispatched(willow)
        (sent,) = box.taken
    assert sent["To"].startswith("rosa.")
    assert "door" not in sent.get_content()
    assert "Sign in to see it" in sent.get_content()


def test_what_was_seen_stays_in_the_app(willow: Clinic, pat: Actor, rosa: Actor, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(forwarding, "AFTER", dt.timedelta(0))
    with present(willow.system) as by:
        notices.tell([rosa.id], ALARM, by=by, count=3)
    with present(rosa) as by:
        notices.see(notices.waiting(by)[0], by=by)
    with mail() as box:
        carries(pat, Channel.EMAIL, box.secrets())
        assert forwards(willow) == 0
