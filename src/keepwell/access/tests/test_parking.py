"""At a shared desk one person leaves and another goes on: each in the session that is theirs, and in no other."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any

import pytest
from django.test import Client

from keepwell.access import actions, device_actions, parking, throttle
from keepwell.access.models import Device, Session
from keepwell.access.tests.soft import SoftKey, asked, registers
from keepwell.access.tests.somebody import PASSWORD, Somebody, refused
from keepwell.base import clock
from keepwell.base.actor import Role
from keepwell.ledger.doorway import present
from tests.cast import Clinic

DEVICE = "keepwell-device"
KEPT = {"encrypted": "on", "locks": "on", "updated": "on"}


@pytest.fixture
def boss(willow: Clinic) -> Somebody:
    return Somebody.at(willow, Role.ADMINISTRATOR).signs_in()


@pytest.fixture
def desk(boss: Somebody) -> Device:
    return registered(boss, "shared")


@pytest.fixture
def ada(willow: Clinic, boss: Somebody, desk: Device) -> Somebody:
    return sits(Somebody.at(willow), boss).signs_in()


def registered(boss: Somebody, place: str) -> Device:
    boss.browser.post("/this-device/", {"name": place, "place": place} | KEPT)
    with present(boss.clinic.system):
        return Device.objects.get(name=place)


def sits(who: Somebody, there: Somebody) -> Somebody:
    """At the desk of somebody else, with a browser of that desk."""
    who.browser.cookies[DEVICE] = there.browser.cookies[DEVICE].value
    return who


def leaves(who: Somebody, **doing: str) -> Any:
    return who.browser.post("/session/switch/", {"next": "/your-sign-in/"} | doing)


def chooses(at: Somebody, whom: Somebody, **more: str) -> Any:
    return at.browser.post("/session/who/chosen/", {"who": str(whom.membership.id)} | more)


def shown(at: Somebody) -> list[str]:
    """The ids of those a desk asks about."""
    return re.findall(r'name="who" value="([^"]+)"', at.browser.get("/session/who/").content.decode())


def test_each_goes_on_in_the_session_that_is_theirs(ada: Somebody):
    bo = Somebody.at(ada.clinic)
    bo.browser = ada.browser
    key = ada.browser.cookies["keepwell"].value
    assert leaves(ada)["Location"] == "/session/who/"
    assert not ada.is_in() and shown(ada)[0] == str(ada.membership.id)
    bo.signs_in()
    leaves(bo, next="/this-device/")
    assert set(shown(ada)[:2]) == {str(ada.membership.id), str(bo.membership.id)}
    assert 'autocomplete="current-password"' in chooses(ada, ada).content.decode()
    assert chooses(ada, ada, password=PASSWORD)["Location"] == "/your-sign-in/"
    assert ada.is_in() and ada.browser.cookies["keepwell"].value != key
    (began, _), (resumed,) = ada.entries("sign_in.succeeded")[-2:], ada.entries("sign_in.resumed")
    assert (resumed["session_id"], resumed["actor_id"]) == (began["session_id"], ada.membership.id)
    leaves(ada)
    assert chooses(ada, bo, password=PASSWORD)["Location"] == "/this-device/"
    assert [e["actor_id"] for e in ada.entries("sign_in.resumed")] == [ada.membership.id, bo.membership.id]
    assert [e["actor_id"] for e in ada.entries("sign_in.parked")] == [m.membership.id for m in (ada, bo, ada)]


def test_the_key_of_a_parked_session_is_worth_nothing(ada: Somebody):
    copied = Client()
    copied.cookies["keepwell"] = ada.browser.cookies["keepwell"].value
    leaves(ada)
    assert copied.get("/your-sign-in/")["Location"].startswith("/sign-in/")
    assert copied.post("/session/resume/", {"password": PASSWORD}).status_code == 401


def test_a_parked_session_asks_for_its_persons_own_password_five_times(ada: Somebody):
    leaves(ada)
    for _ in range(throttle.RESUMES - 1):
        refused(chooses(ada, ada, password="a heron by the mill"), "UNLOCK_REFUSED", 401)
    refused(chooses(ada, ada, password="a heron by the mill"), "UNLOCK_LIMIT", 401)
    assert "id_email" in chooses(ada, ada, password=PASSWORD).content.decode() and not ada.is_in()
    assert [e["outcome"] for e in ada.entries("sign_in.ended")] == ["UNLOCK_LIMIT"]


def test_an_unregistered_device_reveals_nobody(ada: Somebody):
    leaves(ada)
    stranger = Somebody(ada.clinic, ada.person, ada.membership)
    assert stranger.browser.get("/session/who/")["Location"] == "/sign-in/"
    assert chooses(stranger, ada, password=PASSWORD)["Location"] == "/sign-in/"
    assert not stranger.is_in()


def test_another_device_of_the_practice_knows_nobody_who_waits_at_this_one(ada: Somebody, willow: Clinic):
    leaves(ada)
    other = Somebody.at(willow, Role.ADMINISTRATOR).signs_in()
    other.browser.post("/this-device/", {"name": "other", "place": "shared"} | KEPT)
    leaves(other)
    assert shown(other) == [str(other.membership.id)]
    refused(chooses(other, ada, password=PASSWORD), "NOT_FOUND", 404)
    assert not other.is_in()


def test_a_desk_of_another_practice_parks_and_resumes_nothing_of_this_one(ada: Somebody, oak: Clinic):
    ximena = Somebody.at(oak, Role.ADMINISTRATOR).signs_in()
    registered(ximena, "shared")
    bo = sits(Somebody.at(ada.clinic), ximena).signs_in()
    assert leaves(bo)["Location"] == "/sign-in/", "a desk of Oak's parks nothing of Willow's"
    refused(bo.browser.get("/your-sign-in/"), "SESSION_LOCKED", 423)
    leaves(ada)
    leaves(ximena)
    assert shown(ximena) == [str(ximena.membership.id)]
    refused(chooses(ximena, ada, password=PASSWORD), "NOT_FOUND", 404)


def test_only_what_is_shared_and_approved_shows_names(willow: Clinic, boss: Somebody):
    at_home = Somebody.at(willow, Role.ADMINISTRATOR).signs_in()
    registered(at_home, "home")
    assert leaves(at_home)["Location"] == "/sign-in/"
    waiting = Somebody.at(willow).signs_in()
    waiting.browser.post("/this-device/", {"name": "mine", "place": "shared"} | KEPT)
    assert leaves(waiting)["Location"] == "/sign-in/"
    assert waiting.browser.get("/session/who/").status_code == 302
    refused(waiting.browser.get("/your-sign-in/"), "SESSION_LOCKED", 423)


def test_a_forged_person_is_nobody(ada: Somebody, boss: Somebody):
    elsewhere = Somebody.at(ada.clinic).signs_in()
    leaves(ada)
    refused(chooses(ada, elsewhere, password=PASSWORD), "NOT_FOUND", 404)
    for forged in ("", "x", str(ada.person.id), str(boss.person.id)):
        answer = ada.browser.post("/session/who/chosen/", {"who": forged, "password": PASSWORD})
        refused(answer, "NOT_FOUND", 404)


def test_whose_membership_ended_waits_nowhere(ada: Somebody, desk: Device):
    leaves(ada)
    waiting = parking.here(desk)[0].parked
    with present(ada.clinic.system) as by:
        actions.leave(ada.membership, by=by)
    assert str(ada.membership.id) not in shown(ada)
    refused(chooses(ada, ada, password=PASSWORD), "NOT_FOUND", 404)
    assert waiting is not None and not ada.is_in()


def test_a_parked_session_does_not_last_longer_than_a_working_day(ada: Somebody, settings):
    leaves(ada)
    settings.KEEPWELL_SESSION_HOURS = 0
    refused(chooses(ada, ada, password=PASSWORD), "SESSION_ABSOLUTE_EXPIRED", 401)
    assert not ada.is_in()
    assert [e["outcome"] for e in ada.entries("sign_in.ended")] == ["SESSION_ABSOLUTE_EXPIRED"]


def test_parked_sessions_are_listed_and_ended_like_others(ada: Somebody):
    leaves(ada)
    elsewhere = Somebody(ada.clinic, ada.person, ada.membership, ada.secret)
    elsewhere.gives_password()
    elsewhere.gives_code(ada.recovery[0])
    assert "Locked" in elsewhere.browser.get("/your-sign-in/").content.decode()
    elsewhere.browser.post("/your-sign-in/end-others/")
    assert "id_email" in chooses(ada, ada, password=PASSWORD).content.decode(), "no session waits any more"


def test_a_lost_desk_ends_what_waits_there(ada: Somebody, desk: Device):
    leaves(ada)
    with present(ada.clinic.system) as by:
        device_actions.revoke(desk, by=by, lost=True)
    assert not Session.objects.using("recorder").filter(person=ada.person, ended_at=None).exists()
    for answer in (ada.browser.get("/session/who/"), chooses(ada, ada, password=PASSWORD)):
        refused(answer, "DEVICE_REVOKED", 401)


def test_who_signed_out_begins_with_their_address_filled_in_for_half_a_day(ada: Somebody, monkeypatch):
    ada.browser.post("/sign-out/")
    asked = chooses(ada, ada).content.decode()
    assert 'action="/sign-in/"' in asked and f'value="{ada.email}"' in asked
    monkeypatch.setattr(parking, "RECENT_HOURS", 0)
    assert shown(ada) == []


def test_nobody_is_taken_over_who_is_signed_in(ada: Somebody):
    bo = Somebody.at(ada.clinic)
    bo.browser = ada.browser
    leaves(ada)
    bo.signs_in()
    assert chooses(ada, ada, password=PASSWORD)["Location"] == "/" and shown(ada) == []
    assert ada.entries("sign_in.resumed") == []


def test_what_each_typed_stays_theirs(ada: Somebody):
    rows = Session.objects.using("recorder").filter(person=ada.person, ended_at=None)
    rows.update(seen_at=clock.now() - dt.timedelta(hours=1))
    locked = ada.browser.post("/session/stay/", {"words": "hers alone"}).content.decode()
    kept = html.unescape(re.findall(r'name="kept" value="([^"]+)"', locked)[0])
    leaves(ada, kept=kept)
    bo = Somebody.at(ada.clinic)
    bo.browser = ada.browser
    bo.signs_in()
    assert bo.browser.post("/session/typed/").json() == {"typed": ""}
    leaves(bo, kept=kept, typed="his alone")
    assert "hers alone" in chooses(ada, ada, password=PASSWORD).content.decode()
    assert ada.browser.post("/session/typed/").json() == {"typed": ""}
    leaves(ada)
    assert chooses(ada, bo, password=PASSWORD)["Location"] == "/your-sign-in/#typed", "a form of hers is not his"
    assert [bo.browser.post("/session/typed/").json() for _ in range(2)] == [{"typed": "his alone"}, {"typed": ""}]


def test_the_secret_of_open_forms_comes_back_to_its_person_only(ada: Somebody):
    browser = ada.browser
    ada.browser.get("/your-sign-in/")
    hers = browser.cookies["keepwell-csrf"].value
    leaves(ada)
    browser.get("/session/who/")
    assert browser.cookies["keepwell-csrf"].value != hers
    chooses(ada, ada, password=PASSWORD)
    assert browser.cookies["keepwell-csrf"].value == hers


def test_a_passkey_goes_on_at_the_desk_and_no_other_persons_does(ada: Somebody, boss: Somebody):
    hers, other = SoftKey(), SoftKey()
    registers(ada.browser, hers)
    registers(boss.browser, other)
    leaves(ada)
    assert "Use a passkey" in chooses(ada, ada).content.decode()
    refused(chooses(ada, ada, passkey=other.signs(asked(ada.browser, "prove"))), "PASSKEY_REFUSED", 401)
    assert chooses(ada, ada, passkey=hers.signs(asked(ada.browser, "prove")))["Location"] == "/your-sign-in/"
    assert ada.is_in() and ada.entries("sign_in.resumed")[-1]["detail"] == '{"by":["passkey"]}'
