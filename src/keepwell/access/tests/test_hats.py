"""Several roles of one person: one worn at a time, changed in one click, recorded, within the same working day."""

from __future__ import annotations

import pytest

from keepwell.access import actions, session_store
from keepwell.access.models import Membership
from keepwell.access.tests.somebody import Somebody, refused
from keepwell.base.actor import Role
from keepwell.ledger.doorway import present
from tests.cast import Clinic


@pytest.fixture
def ada(willow: Clinic) -> Somebody:
    "A practitioner who is also the privacy officer, signed in as practitioner."
    who = Somebody.at(willow)
    with present(willow.system) as by:
        actions.join(who.person, Role.PRIVACY_OFFICER, by=by)
    assert who.gives_password().status_code == 302
    assert who.gives_code()["Location"] == "/sign-in/place/"
    who.browser.post("/sign-in/place/", {"place": str(who.membership.id)})
    assert who.is_in()
    return who


def office(who: Somebody) -> Membership:
    with present(who.clinic.system):
        return Membership.objects.get(person=who.person, role=Role.PRIVACY_OFFICER)


def test_the_other_role_is_worn_on_the_next_request_under_a_new_key(ada: Somebody):
    assert ada.browser.get("/activity/").status_code == 403
    assert "Work as privacy officer" in ada.browser.get("/").content.decode()
    key = ada.browser.cookies["keepwell"].value
    assert ada.browser.post(f"/hats/{office(ada).id}/wear/")["Location"] == "/"
    assert ada.browser.cookies["keepwell"].value != key
    page = ada.browser.get("/activity/")
    assert page.status_code == 200
    assert "Work as provider" in page.content.decode()
    (entry,) = ada.entries("hat.changed")
    assert entry["actor_id"] == ada.membership.id
    assert str(office(ada).id) in entry["detail"]


def test_the_key_of_the_hat_before_is_nobodys(ada: Somebody):
    key = ada.browser.cookies["keepwell"].value
    ada.browser.post(f"/hats/{office(ada).id}/wear/")
    ada.browser.cookies["keepwell"] = key
    assert not ada.is_in()


def test_a_hat_of_somebody_else_or_one_that_ended_is_not_worn(ada: Somebody, willow: Clinic):
    stranger = Somebody.at(willow, Role.ADMINISTRATOR)
    refused(ada.browser.post(f"/hats/{stranger.membership.id}/wear/"), "NOT_FOUND", 404)
    over = office(ada)
    with present(willow.system) as by:
        actions.leave(over, by=by)
    refused(ada.browser.post(f"/hats/{office(ada).id}/wear/"), "NOT_FOUND", 404)
    assert ada.entries("hat.changed") == []


def test_a_hat_of_another_practice_is_not_worn_here(ada: Somebody, oak: Clinic):
    with present(oak.system) as by:
        elsewhere = actions.join(ada.person, Role.ADMINISTRATOR, by=by)
    refused(ada.browser.post(f"/hats/{elsewhere.id}/wear/"), "NOT_FOUND", 404)


def test_the_working_day_goes_on_where_it_began(ada: Somebody):
    begun = session_store.SessionStore.opened(ada.browser.cookies["keepwell"].value).data["since"]
    ada.browser.post(f"/hats/{office(ada).id}/wear/")
    after = session_store.SessionStore.opened(ada.browser.cookies["keepwell"].value).data
    assert after["since"] == begun
    assert after["hours"] == 8
