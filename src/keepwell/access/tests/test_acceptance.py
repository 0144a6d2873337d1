"""Factors that one practice vouched for open that practice alone, until the person accepts the others themselves."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from keepwell.access import actions as access
from keepwell.access import credentials, door
from keepwell.access.models import Membership
from keepwell.access.tests.somebody import Somebody, refused
from keepwell.base.actor import Role
from keepwell.ledger.doorway import present
from tests.cast import Clinic


@pytest.fixture
def bo(willow: Clinic) -> Somebody:
    return Somebody.at(willow, enrolled=False)


@pytest.fixture
def bo_at_oak(bo: Somebody, oak: Clinic) -> Somebody:
    """The same person at Oak, which knows nothing of Willow's link."""
    with present(oak.system) as by:
        membership = access.join(bo.person, Role.PRACTITIONER, by=by)
    return Somebody(oak, bo.person, membership)


def enrols(who: Somebody) -> None:
    "By a link of their clinic, as far as the recovery codes."
    who.browser.post(who.link())
    who.browser.post("/sign-in/password/", {"password": "three otters in the rain"})
    shown = who.browser.get("/sign-in/authenticator/").content.decode()
    found = re.search(r'class="key">([A-Z2-7 ]+)<', shown)
    assert found
    who.secret = found[1].replace(" ", "")
    assert who.browser.post("/sign-in/authenticator/", {"code": who.next_code()}).status_code == 200


def test_one_practice_enrols_a_phone_and_does_not_enter_the_other(bo: Somebody, bo_at_oak: Somebody):
    enrols(bo)
    assert [place.practice for place in door.places_of(bo.person.id)] == [bo.clinic.practice.id]
    bo.browser.post("/sign-in/place/", {"place": str(bo_at_oak.membership.id)})
    assert bo_at_oak.entries("sign_in.succeeded") == []
    bo.browser.post("/sign-in/place/")
    assert len(bo.entries("sign_in.succeeded")) == 1


def test_the_other_practices_own_link_and_a_yes_open_it(bo: Somebody, bo_at_oak: Somebody):
    enrols(bo)
    there = Somebody(bo_at_oak.clinic, bo.person, bo_at_oak.membership, bo.secret, _ahead=bo._ahead)
    assert there.browser.post(there.link())["Location"] == "/sign-in/code/"
    there.gives_code()
    assert there.browser.post("/sign-in/password/", {"password": "three otters in the rain"})["Location"] == (
        "/sign-in/accept/"
    )
    assert there.browser.post("/sign-in/accept/", {}).status_code == 422
    assert not there.is_in()
    assert there.browser.post("/sign-in/accept/", {"agreed": "on"})["Location"] == "/"
    assert there.is_in()
    assert there.entries("membership.accepted")[-1]["actor_id"] == bo_at_oak.membership.id
    assert len(door.places_of(bo.person.id)) == 2


def test_a_session_in_the_other_practice_ends_when_factors_are_set_up_anew(bo: Somebody, oak: Clinic):
    enrols(bo)
    with present(oak.system) as by:
        later = access.join(bo.person, Role.BILLER, by=by)
    assert {p.membership for p in door.places_of(bo.person.id)} == {bo.membership.id, later.id}


def test_a_place_is_not_accepted_without_a_link_to_it(bo: Somebody):
    refused(Client().post("/sign-in/accept/", {"agreed": "on"}), "SIGN_IN_STARTED_OVER", 401)
    enrols(bo)
    refused(bo.browser.post("/sign-in/accept/", {"agreed": "on"}), "SIGN_IN_STARTED_OVER", 401)


def test_a_place_that_was_never_accepted_is_closed(bo: Somebody, oak: Clinic):
    with present(oak.system) as by:
        access.join(bo.person, Role.BILLER, by=by, accepted=False)
    enrols(bo)
    assert [p.practice for p in door.places_of(bo.person.id)] == [bo.clinic.practice.id]
    with present(oak.system):
        assert Membership.objects.get(person=bo.person).accepted_at is None


def test_a_second_factor_beside_the_first_renews_nothing(willow: Clinic):
    ada = Somebody.at(willow)
    before = ada.person.renewed_at
    assert before is not None
    with present(willow.system) as by:
        credentials.set_password(ada.person, "a heron by the mill pond too", by=by)
    ada.person.refresh_from_db()
    assert ada.person.renewed_at == before
