"""One session at a time where a practice wants it: asked, ended, and never two, however they come."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from keepwell.access import actions as access
from keepwell.access import device_actions, devices, single
from keepwell.access.models import Session
from keepwell.access.session_store import SessionStore
from keepwell.access.tests.somebody import PASSWORD, Somebody, entries, refused
from keepwell.base.actor import Actor, Role
from keepwell.ledger.doorway import present
from tests.browse import ask, text
from tests.cast import Clinic


def limits(clinic: Clinic, *roles: Role) -> None:
    with present(clinic.system) as by:
        device_actions.set_rules({}, by=by, devices_required=False, single=roles)


@pytest.fixture
def rosa(willow: Clinic) -> Somebody:
    limits(willow, Role.FRONT_DESK)
    return Somebody.at(willow, Role.FRONT_DESK).signs_in()


def comes(who: Somebody, browser: Client) -> Any:
    "Signs in with another browser, as far as the last step."
    browser.post("/sign-in/", {"email": who.email, "password": PASSWORD, "next": ""})
    return browser.post("/sign-in/code/", {"code": who.next_code()})


def is_in(browser: Client) -> bool:
    return bool(browser.get("/your-sign-in/").status_code == 200)


def goes_on(who: Somebody, browser: Client) -> Any:
    return browser.post("/sign-in/place/", {"place": str(who.membership.id), "end_elsewhere": "1"})


def test_a_second_session_is_asked_about_and_ends_the_first(willow: Clinic, rosa: Somebody):
    other = Client()
    asked = comes(rosa, other)
    refused(asked, "SESSION_CONCURRENT", 409)
    assert "End that session and go on here" in asked.content.decode()
    assert (is_in(other), rosa.is_in()) == (False, True)
    assert goes_on(rosa, other)["Location"] == "/"
    assert (is_in(other), rosa.is_in()) == (True, False)
    ended = entries("sign_in.ended", willow.system)[-1]
    assert (ended["outcome"], ended["subjects"]) == ("SESSION_CONCURRENT", [rosa.person.id])


def test_who_leaves_it_as_it_is_is_not_in(rosa: Somebody):
    other = Client()
    comes(rosa, other)
    assert other.post("/sign-out/").status_code == 302
    refused(goes_on(rosa, other), "SIGN_IN_STARTED_OVER", 401)
    assert rosa.is_in()


def test_other_roles_and_other_practices_have_as_many_as_they_like(willow: Clinic, oak: Clinic, rosa: Somebody):
    ada, other = Somebody.at(willow).signs_in(), Client()
    assert comes(ada, other).status_code == 302
    assert (is_in(other), ada.is_in()) == (True, True)
    olu, third = Somebody.at(oak, Role.FRONT_DESK).signs_in(), Client()
    assert comes(olu, third).status_code == 302
    assert (is_in(third), olu.is_in()) == (True, True)


def test_of_two_that_come_at_the_same_moment_no_two_go_on(rosa: Somebody, monkeypatch: pytest.MonkeyPatch):
    "Both were asked about before either was there: what was looked at then says nothing."
    real = single.elsewhere
    seen: list[UUID | None] = []

    def blind_at_first(person: UUID, place: Any, but: UUID | None = None) -> list[Session]:
        seen.append(but)
        return [] if but is None else real(person, place, but)

    monkeypatch.setattr(single, "elsewhere", blind_at_first)
    other = Client()
    refused(comes(rosa, other), "SESSION_CONCURRENT", 409)
    assert len(seen) == 2
    assert (is_in(other), rosa.is_in()) == (False, True)


def test_a_locked_session_counts_and_so_does_one_worn_over_another_hat(willow: Clinic, rosa: Somebody):
    rosa.browser.post("/session/lock/")
    refused(comes(rosa, Client()), "SESSION_CONCURRENT", 409)
    with present(willow.system) as by:
        biller = access.join(rosa.person, Role.BILLER, by=by)
    third = Client()
    third.post("/sign-in/", {"email": rosa.email, "password": PASSWORD, "next": ""})
    third.post("/sign-in/code/", {"code": rosa.recovery[0]})
    third.post("/sign-in/place/", {"place": str(biller.id)})
    assert is_in(third)
    refused(third.post(f"/hats/{rosa.membership.id}/wear/"), "SESSION_CONCURRENT", 409)
    assert is_in(third)


def test_the_page_of_rules_says_for_which_roles(willow: Clinic, pat: Actor):
    minutes = {role.value: "5" for role in Role if role not in (Role.PATIENT, Role.PROXY, Role.SUPPORT, Role.SYSTEM)}
    said = minutes | {"single": ["front_desk", "biller"]}
    assert ask(pat, "/settings/devices/", said).status_code == 302
    with present(willow.system):
        assert devices.rules().single == ["biller", "front_desk"]
    page = text(ask(pat, "/settings/devices/"))
    assert 'value="biller" checked' in page
    assert 'value="auditor" checked' not in page
    assert ask(pat, "/settings/devices/", said | {"single": ["nobody"]}).status_code == 422


def test_in_the_last_minutes_every_page_says_so_and_the_way_back_is_kept(willow: Clinic):
    ada = Somebody.at(willow).signs_in()
    assert "You are signed out in" not in ada.browser.get("/").content.decode()
    store = SessionStore.opened(ada.browser.cookies["keepwell"].value)
    store.data["since"] -= store.data["hours"] * 3600 - 200
    store.save()
    page = ada.browser.get("/tasks/").content.decode()
    assert "You are signed out in 3 minutes" in page
    answer = ada.browser.post("/sign-out/", {"next": "/tasks/"})
    assert answer["Location"] == "/sign-in/?next=%2Ftasks%2F"
    assert Client().post("/sign-out/", {"next": "//evil.example/"})["Location"] == "/sign-in/"
