"""Somebody leaves: everything that gives access ends in one act, step by step on record, and tasks go to others."""

from __future__ import annotations

import datetime as dt

import pytest

from keepwell.access import actions as access
from keepwell.access import credentials, programs
from keepwell.access import device_actions as devices
from keepwell.access.device_actions import Posture
from keepwell.access.models import ApiToken, Departure, Device, Membership, SignInLink
from keepwell.access.tests.somebody import Somebody, entries, refused
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.compliance.people import departures
from keepwell.ledger.doorway import present
from keepwell.tasks import actions as tasks
from keepwell.tasks.asks import Asks, For
from keepwell.tasks.lists import open_of
from tests.browse import ask, text
from tests.cast import Clinic


def again(by: Actor) -> Actor:
    return Actor(by.id, by.practice, by.role, by.purpose)


def leaves(who: Somebody, by: Actor, at: dt.datetime | None = None, to: Membership | None = None) -> Departure:
    with present(again(by)) as actor:
        member = Membership.objects.select_related("person").get(id=who.membership.id)
        return departures.begin(member, at or clock.now(), to, by=actor)


@pytest.fixture
def ada(willow: Clinic) -> Somebody:
    return Somebody.at(willow, Role.COORDINATOR)


def test_everything_ends_in_one_act(willow: Clinic, ada: Somebody, pat: Actor, rosa: Actor):
    ada.signs_in()
    ada.link()
    with present(willow.system) as by:
        access.join(ada.person, Role.BILLER, by=by)
        program = programs.begin("Lab", Role.BILLER, Purpose.HPAYMT, Membership.objects.get(id=pat.id), by=by)
    with present(Actor(ada.membership.id, willow.practice.id, Role.COORDINATOR, Purpose.TREAT)) as by:
        programs.make_token(program, [], clock.now() + dt.timedelta(days=9), [], by=by)
        tasks.add(Asks("Call the pharmacy", For.of(ada.membership)), by=by)
    with present(willow.system):
        heir = Membership.objects.get(id=rosa.id)
    departure = leaves(ada, pat, to=heir)
    assert ada.browser.get("/your-sign-in/").status_code != 200
    with present(willow.system):
        assert not Membership.objects.filter(person=ada.person, ends_at=None).exists()
        assert not SignInLink.objects.filter(person=ada.person, used_at=None).exists()
        assert not ApiToken.objects.filter(revoked_at=None).exists()
        assert open_of(rosa.id).count() == 1
        assert departures.living(departure) == []
    assert departure.done_at is not None
    assert set(departure.steps) == set(departures.STEPS)
    for verb in ("departure.begun", "departure.carried_out"):
        assert [e["subjects"] for e in entries(verb, willow.system)] == [[ada.membership.id]], verb
    assert entries("sign_in_links.ended", willow.system)


def test_a_browser_that_is_open_is_out_with_its_next_request(willow: Clinic, ada: Somebody, pat: Actor):
    ada.signs_in()
    leaves(ada, pat)
    assert ada.browser.get("/").status_code in (302, 401)
    assert not ada.is_in()


def test_what_is_planned_ends_at_its_moment_by_itself(willow: Clinic, ada: Somebody, pat: Actor):
    departure = leaves(ada, pat, clock.now() + dt.timedelta(hours=3))
    assert departure.steps == {}
    ada.signs_in()
    with present(willow.system):
        ends = Membership.objects.get(id=ada.membership.id).ends_at
    assert ends == departure.left_at
    with present(willow.system) as by:
        assert departures.due(by=by) == 0
        assert Departure.objects.get().done_at is None


def test_the_job_finishes_what_a_moment_brought(
    willow: Clinic, ada: Somebody, pat: Actor, monkeypatch: pytest.MonkeyPatch
):
    ada.link()
    departure = leaves(ada, pat, clock.now() + dt.timedelta(minutes=30))
    later = clock.now() + dt.timedelta(hours=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    with present(willow.system) as by:
        assert departures.due(by=by) == 0
        departure = Departure.objects.select_related("member__person").get(id=departure.id)
        assert departure.done_at == later
    with pytest.raises(Refusal) as caught, present(again(pat)) as by:
        departures.close(departure, by=by)
    assert caught.value.code == "TERMINATION_SLA_BREACH"
    with present(again(pat)) as by:
        departures.close(departure, "outage", by=by)
    assert entries("departure.closed", willow.system)


def test_a_record_is_not_closed_while_something_lives(
    willow: Clinic, ada: Somebody, pat: Actor, monkeypatch: pytest.MonkeyPatch
):
    def refuses(departure: Departure, by: Actor) -> None:
        raise Refusal("KEY_UNAVAILABLE")

    ada.link()
    with monkeypatch.context() as broken:
        broken.setitem(departures._STEPS, "links", refuses)
        departure = leaves(ada, pat)
    assert (departure.done_at, departure.steps["links"]) == (None, "KEY_UNAVAILABLE")
    with pytest.raises(Refusal) as caught, present(again(pat)) as by:
        departures.close(departure, by=by)
    assert caught.value.code == "TERMINATION_INCOMPLETE"
    assert "One-time links" in caught.value.message
    with present(willow.system) as by:
        assert departures.due(by=by) == 0
        departures.close(Departure.objects.select_related("member__person").get(), by=by)


def test_who_left_cannot_be_let_in_by_an_older_link(willow: Clinic, ada: Somebody, pat: Actor):
    link = ada.link()
    leaves(ada, pat)
    refused(ada.browser.post(link), "LINK_REFUSED", 410)
    with present(willow.system) as by:
        member = Membership.objects.select_related("person").get(id=ada.membership.id)
        credentials.make_link(member, by=by)
    assert not ada.is_in()


def test_nobody_ends_their_own_access(willow: Clinic, pat: Actor):
    with pytest.raises(Refusal) as caught, present(pat) as by:
        departures.begin(Membership.objects.select_related("person").get(id=pat.id), clock.now(), None, by=by)
    assert caught.value.code == "OWN_ACCESS_ENDS"


def test_the_pages_end_access_and_show_the_record(willow: Clinic, pat: Actor, rosa: Actor, theo: Actor):
    assert "front desk" in text(ask(pat, f"/people/{rosa.id}/leave/"))
    where = str(ask(pat, f"/people/{rosa.id}/leave/", {"at": "", "hand_to": ""})["Location"])
    page = text(ask(theo, where))
    assert "Every place to work here" in page
    assert "0 minutes" in page
    assert ask(theo, f"{where}close/", {}).status_code == 403
    assert ask(pat, f"{where}close/", {}).status_code == 302
    assert "Left" in text(ask(pat, f"/people/{rosa.id}/"))
    assert "OWN_ACCESS_ENDS" not in text(ask(pat, f"/people/{pat.id}/leave/"))
    assert ask(pat, f"/people/{pat.id}/leave/", {"at": ""}).status_code == 409


def test_what_they_carry_is_out_of_use_and_what_stands_at_the_practice_stays(willow: Clinic, ada: Somebody, pat: Actor):
    kept = Posture(encrypted=True, locks=True, updated=True)
    with present(Actor(ada.membership.id, willow.practice.id, Role.COORDINATOR, Purpose.HOPERAT)) as by:
        phone = devices.register("phone", "mobile", b"p" * 32, kept, by=by, personal=True, approved=True)
        desk = devices.register("desk", "front_desk", b"d" * 32, kept, by=by, approved=True)
    leaves(ada, pat)
    with present(willow.system):
        assert Device.objects.get(id=phone.id).revoked_at is not None
        assert Device.objects.get(id=desk.id).revoked_at is None
    assert entries("device.revoked", willow.system)
