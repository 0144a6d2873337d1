"""A dangerous page asks once more who it is, and goes on with the very request afterwards."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from keepwell.access import limits
from keepwell.access.models import Person
from keepwell.access.tests.somebody import PASSWORD, Somebody, entries, refused
from keepwell.base.actor import nobody
from tests.cast import Clinic

NEW = "quite another password"


@pytest.fixture
def ada(willow: Clinic) -> Somebody:
    return Somebody.at(willow).signs_in()


def test_right_after_signing_in_nothing_is_asked(ada: Somebody):
    assert ada.browser.get("/your-factors/password/").status_code == 200


def test_later_the_page_asks_who_it_is(ada: Somebody):
    refused(ada.waits_a_while().browser.get("/your-factors/password/"), "STEP_UP_REQUIRED", 401)
    assert ada.browser.get("/your-factors/").status_code == 200


def test_once_proved_the_page_opens_and_the_ledger_knows(ada: Somebody):
    answer = ada.proves_again(ada.waits_a_while().browser.get("/your-factors/password/?from=here"))
    assert (answer.status_code, answer["Location"]) == (303, "/your-factors/password/?from=here")
    assert ada.browser.get("/your-factors/password/").status_code == 200
    (entry,) = ada.entries("sign_in.proved_again")
    assert entry["subjects"] == [ada.person.id]


def test_what_was_typed_goes_on_by_itself(ada: Somebody):
    asked = ada.waits_a_while().browser.post("/your-factors/password/", {"password": NEW})
    refused(asked, "STEP_UP_REQUIRED", 401)
    assert not Person.objects.get(id=ada.person.id).check_password(NEW)
    assert ada.proves_again(asked)["Location"] == "/your-factors/"
    assert Person.objects.get(id=ada.person.id).check_password(NEW)


def test_what_was_typed_stands_sealed_in_the_page(ada: Somebody):
    asked = ada.waits_a_while().browser.post("/your-factors/password/", {"password": NEW})
    assert NEW not in asked.content.decode()


def test_a_wrong_proof_changes_nothing_and_loses_nothing(ada: Somebody):
    asked = ada.waits_a_while().browser.post("/your-factors/password/", {"password": NEW})
    for wrong in ({"password": "not the password"}, {"code": "000000"}):
        again = ada.proves_again(asked, **wrong)
        refused(again, "PROOF_REFUSED", 401)
    assert not Person.objects.get(id=ada.person.id).check_password(NEW)
    assert ada.proves_again(again, code=ada.recovery[0])["Location"] == "/your-factors/"
    failed = [e for e in entries("sign_in.failed", nobody()) if '"step_up"' in e["detail"]]
    assert [e["outcome"] for e in failed[-2:]] == ["PROOF_REFUSED"] * 2


def test_a_used_code_is_no_proof(ada: Somebody):
    code = ada.next_code()
    assert ada.proves_again(ada.waits_a_while().browser.get("/your-factors/password/"), code=code).status_code == 303
    refused(
        ada.proves_again(ada.waits_a_while().browser.get("/your-factors/password/"), code=code), "PROOF_REFUSED", 401
    )


def test_a_form_held_for_another_session_or_page_goes_nowhere(ada: Somebody):
    asked = ada.waits_a_while().browser.post("/your-factors/password/", {"password": NEW})
    held = re.search(r'name="again-held" value="([^"]+)"', asked.content.decode())
    assert held
    proof = {"again-held": held[1], "again-password": PASSWORD, "again-code": ada.next_code()}
    refused(ada.browser.post("/your-factors/recovery-codes/", proof), "INTEGRITY_FAILURE", 500)
    thief = Somebody(ada.clinic, ada.person, ada.membership, ada.secret, ada.recovery, Client(), ada._ahead)
    thief.gives_password()
    thief.gives_code(ada.recovery[0])
    thief.waits_a_while()
    refused(thief.browser.post("/your-factors/password/", proof), "INTEGRITY_FAILURE", 500)
    assert not Person.objects.get(id=ada.person.id).check_password(NEW)


def test_a_proof_sent_along_without_having_been_asked_is_none(ada: Somebody):
    ada.waits_a_while()
    sent = {"again-password": PASSWORD, "again-code": ada.next_code(), "password": NEW}
    refused(ada.browser.post("/your-factors/password/", sent), "STEP_UP_REQUIRED", 401)


def test_guessing_at_it_is_slowed_down_for_this_session_only(ada: Somebody):
    asked = ada.waits_a_while().browser.get("/your-factors/password/")
    codes = [ada.proves_again(asked, password="x" * 12, code="000000").status_code for _ in range(6)]
    assert codes == [401] * 5 + [429]
    elsewhere = Somebody(ada.clinic, ada.person, ada.membership, ada.secret, ada.recovery)
    elsewhere.gives_password()
    assert elsewhere.gives_code(ada.recovery[1]).status_code == 302


def test_a_part_of_a_page_becomes_the_whole_page_that_asks(ada: Somebody):
    ada.waits_a_while()
    part = ada.browser.get("/your-factors/password/", headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Redirect"]) == (401, "/your-factors/password/")
    sent = ada.browser.post("/your-factors/password/", {"password": NEW}, headers={"HX-Request": "true"})
    assert (sent.status_code, sent["HX-Retarget"]) == (401, "body")


def test_an_installation_may_shorten_the_time_and_never_lengthen_it(settings):
    import time

    assert limits.is_fresh(time.time() - 599)
    assert not limits.is_fresh(time.time() - 601)
    settings.KEEPWELL_FRESH_MINUTES = 60
    assert not limits.is_fresh(time.time() - 601)
    settings.KEEPWELL_FRESH_MINUTES = 1
    assert not limits.is_fresh(time.time() - 61)
    assert not limits.is_fresh(time.time() + 60)


def test_a_change_of_place_does_not_make_an_old_proof_fresh(ada: Somebody, oak: Clinic):
    from keepwell.access import actions
    from keepwell.base.actor import Role
    from keepwell.ledger.doorway import present

    with present(oak.system) as by:
        there = actions.join(ada.person, Role.BILLER, by=by)
    ada.waits_a_while().browser.post("/sign-in/place/", {"place": str(there.id)})
    assert ada.is_in()
    refused(ada.browser.get("/your-factors/password/"), "STEP_UP_REQUIRED", 401)
