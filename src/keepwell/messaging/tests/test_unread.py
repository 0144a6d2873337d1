"""What nobody read reaches somebody who can act, whoever left, is suspended or is away."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest
import time_machine

from keepwell.access import able, teams
from keepwell.access import actions as access
from keepwell.access.models import Duty, Membership, Notice
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.compliance.people import dormant
from keepwell.ledger.doorway import present
from keepwell.messaging import actions, overdue, rules
from keepwell.messaging.models import Thread
from keepwell.messaging.tests.desk import MOBILE, acts, comes, has_mobile
from keepwell.outbound.vendors import pauses
from keepwell.patients.tests.people import again
from keepwell.tasks.asks import For
from tests.browse import ask, text
from tests.cast import Clinic


def names(pat: Actor, member: Actor) -> None:
    """The rules say that this member is told after half an hour."""
    with present(again(pat)) as by:
        rules.keep(rules.Asked("front_desk", 240, 30, member.id, False, ""), by=by)


def suspends(clinic: Clinic, member: Actor) -> None:
    with present(clinic.system) as by:
        dormant.suspend(Membership.objects.get(id=member.id), by=by)


def covers(clinic: Clinic, cleo: Actor, member: Actor, of: Actor) -> None:
    with present(again(cleo)) as by:
        there = Membership.objects.get(id=member.id), Membership.objects.get(id=of.id)
        ends = clock.now() + dt.timedelta(days=3)
        teams.stand_in(Duty.Kind.COVER, there[0], of=there[1], ends=ends, by=by)


def later(clinic: Clinic, minutes: int) -> None:
    then = time_machine.travel(clock.now() + dt.timedelta(minutes=minutes), tick=True)
    with then, present(access.system_actor(clinic.practice.id, Purpose.HOPERAT)) as by:
        overdue.escalate(by=by)


def told(clinic: Clinic, kind: str = overdue.UNREAD) -> list[str]:
    """Who has a notice of this kind, by name."""
    names = {member.id: name for name, member in clinic.members.items()}
    with present(clinic.system):
        rows = Notice.objects.filter(kind=kind).values_list("member_id", flat=True)
        return sorted(names[member] for member in rows)


@pytest.fixture
def named(willow: Clinic, pat: Actor, imani: Actor) -> Thread:
    """A message nobody read, and imani is to be told."""
    names(pat, imani)
    return comes(willow, "Hello?")


def test_whoever_is_named_is_told(willow: Clinic, named: Thread, cleo: Actor):
    later(willow, 31)
    assert told(willow) == ["imani"]


@pytest.mark.attack
def test_whoever_stands_in_for_somebody_suspended_is_told_and_reads(
    willow: Clinic, named: Thread, imani: Actor, cleo: Actor
):
    noor = willow.employs("noor", Role.PRACTITIONER, Purpose.TREAT)
    covers(willow, cleo, noor, imani)
    suspends(willow, imani)
    assert ask(noor, f"/inbox/{named.id}/").status_code == 404
    later(willow, 31)
    assert told(willow) == ["noor"]
    assert ask(noor, f"/inbox/{named.id}/").status_code == 200


def test_whoever_is_away_is_told_and_so_is_their_cover(willow: Clinic, named: Thread, imani: Actor, cleo: Actor):
    noor = willow.employs("noor", Role.PRACTITIONER, Purpose.TREAT)
    covers(willow, cleo, noor, imani)
    later(willow, 31)
    assert told(willow) == ["imani", "noor"]


@pytest.mark.attack
def test_else_whoever_sees_all_is_told_and_whoever_can_mend_the_rules(
    willow: Clinic, named: Thread, imani: Actor, cleo: Actor, pat: Actor
):
    suspends(willow, imani)
    for minutes in (31, 32):
        later(willow, minutes)
    assert told(willow) == ["cleo"]
    assert told(willow, overdue.HOLE) == ["pat"]
    page = text(ask(pat, "/settings/inbox/"))
    assert "Imani is to be told of unread messages, and left or is suspended" in page
    assert "these are told: Cleo." in page
    names(pat, cleo)
    assert "left or is suspended" not in text(ask(pat, "/settings/inbox/"))


@pytest.mark.attack
def test_else_officers_and_administrators_in_good_standing(
    willow: Clinic, named: Thread, imani: Actor, theo: Actor, sam: Actor
):
    suspends(willow, imani)
    suspends(willow, theo)
    later(willow, 31)
    assert told(willow) == ["pat", "sam"]


def test_somebody_who_left_is_told_nothing(willow: Clinic, named: Thread, imani: Actor, cleo: Actor):
    with present(willow.system) as by:
        access.leave(Membership.objects.get(id=imani.id), by=by)
    later(willow, 31)
    assert told(willow) == ["cleo"]


def test_what_is_still_unread_is_told_to_more_people_once(willow: Clinic, named: Thread, cleo: Actor):
    for minutes in (31, 40, 62, 70, 200):
        later(willow, minutes)
    assert told(willow) == ["imani"]
    assert told(willow, overdue.STILL) == ["cleo", "imani", "pat"]


@pytest.mark.attack
def test_whoever_writes_again_and_again_does_not_start_the_clock_anew(
    willow: Clinic, pat: Actor, imani: Actor, cleo: Actor, ada: UUID
):
    has_mobile(willow, ada)
    names(pat, imani)
    with time_machine.travel(clock.now(), tick=True) as now:
        comes(willow, "One", MOBILE)
        for words in ("Two", "Three", "Four"):
            now.shift(dt.timedelta(minutes=25))
            later(willow, 0)
            comes(willow, words, MOBILE)
        later(willow, 10)
    assert told(willow) == ["imani"]
    assert told(willow, overdue.STILL) == ["cleo", "imani", "pat"]


@pytest.mark.attack
def test_many_unread_ones_do_not_keep_the_later_ones_from_being_told(
    willow: Clinic, named: Thread, cleo: Actor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(overdue, "MOST", 1)
    second = comes(willow, "Is anybody there?", "+16175550143")
    for minutes in (31, 32, 70, 71):
        later(willow, minutes)
    with present(willow.system):
        assert {row.about for row in Notice.objects.filter(kind=overdue.STILL)} == {named.id, second.id}


def test_nobody_who_cannot_act_is_chosen(willow: Clinic, pat: Actor, imani: Actor):
    suspends(willow, imani)
    assert f'value="{imani.id}"' not in text(ask(pat, "/settings/inbox/"))
    with pytest.raises(Refusal) as refusal:
        names(pat, imani)
    assert refusal.value.code == "TASK_FOR_NOBODY"


@pytest.mark.attack
def test_the_next_message_for_somebody_suspended_goes_to_the_pool(willow: Clinic, imani: Actor, cleo: Actor, ada: UUID):
    has_mobile(willow, ada)
    thread = comes(willow, "One", MOBILE)
    acts(actions.hand_over, cleo, thread, For(member=imani.id))
    suspends(willow, imani)
    gone_on = comes(willow, "Two", MOBILE)
    assert (gone_on.owner_id, gone_on.role) == (None, "front_desk")
    noor = willow.employs("noor", Role.PRACTITIONER, Purpose.TREAT)
    acts(actions.hand_over, cleo, thread, For(member=noor.id))
    covers(willow, cleo, willow.employs("kim", Role.PRACTITIONER, Purpose.TREAT), noor)
    suspends(willow, Actor(willow.members["kim"].id, willow.practice.id, Role.PRACTITIONER, Purpose.TREAT))
    assert comes(willow, "Three", MOBILE).owner_id == noor.id


@pytest.mark.attack
def test_a_pause_is_told_to_officers_who_can_act(willow: Clinic, pat: Actor, theo: Actor, sam: Actor):
    suspends(willow, sam)
    with present(willow.system) as by:
        access.leave(Membership.objects.get(id=pat.id), by=by, at=clock.now() + dt.timedelta(days=30))
    with present(willow.system):
        assert set(pauses._told()) == {pat.id, theo.id}
        assert able.among([sam.id, None, pat.id]) == [pat.id]
