"""Signing in: a password, then a second factor, then a place; nothing is said that helps a stranger."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from keepwell.access import actions
from keepwell.access.answers import safe
from keepwell.access.models import Person
from keepwell.access.tests.somebody import PASSWORD, Somebody, code_at, entries, refused
from keepwell.base.actor import Role, nobody
from keepwell.ledger.doorway import present
from tests.cast import Clinic


@pytest.fixture
def ada(willow: Clinic) -> Somebody:
    return Somebody.at(willow)


def test_password_and_code_sign_in_and_the_practice_hears_of_it(ada: Somebody):
    ada.signs_in()
    (entry,) = ada.entries("sign_in.succeeded")
    assert entry["kind"] == "sign_in"
    assert entry["actor_id"] == ada.membership.id
    assert entry["subjects"] == [ada.person.id]
    assert entry["session_id"] is not None
    assert json.loads(entry["detail"]) == {"by": ["password", "totp"]}


def test_a_password_alone_signs_nobody_in(ada: Somebody):
    assert ada.gives_password()["Location"] == "/sign-in/code/"
    assert not ada.is_in()


def test_a_code_without_a_password_is_asked_for_nothing(ada: Somebody):
    refused(ada.gives_code(), "SIGN_IN_STARTED_OVER", 401)
    assert not ada.is_in()


@pytest.mark.parametrize(
    "address", ["/sign-in/code/", "/sign-in/place/", "/sign-in/password/", "/sign-in/authenticator/"]
)
def test_no_step_can_be_taken_first(address: str, ada: Somebody):
    for ask in (ada.browser.get, ada.browser.post):
        refused(ask(address), "SIGN_IN_STARTED_OVER", 401)


@pytest.mark.parametrize("address", ["/sign-in/place/", "/sign-in/password/", "/sign-in/authenticator/"])
def test_no_step_can_be_left_out(address: str, ada: Somebody):
    ada.gives_password()
    refused(
        ada.browser.post(address, {"place": str(ada.membership.id), "password": "another good password"}),
        "SIGN_IN_STARTED_OVER",
        401,
    )
    assert not ada.is_in()


def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(ada: Somebody):
    wrong = ada.gives_password("not the password")
    unknown = ada.gives_password("not the password", email="nobody.at.all@example.org")
    refused(wrong, "SIGN_IN_REFUSED", 401)
    assert neutral(wrong, ada.email) == neutral(unknown, "nobody.at.all@example.org")


def test_an_unknown_account_costs_as_much_work_as_a_wrong_password(ada: Somebody, monkeypatch: pytest.MonkeyPatch):
    """One Argon2 computation each: counted, not timed."""
    from argon2.low_level import hash_secret, verify_secret

    done: list[str] = []
    counted(monkeypatch, "argon2._password_hasher.verify_secret", verify_secret, done)
    counted(monkeypatch, "argon2.low_level.hash_secret", hash_secret, done)
    ada.gives_password("not the password")
    known, done[:] = len(done), []
    ada.gives_password("not the password", email="nobody.at.all@example.org")
    assert known == len(done) == 1


def test_somebody_without_a_password_is_refused_like_anybody(willow: Clinic):
    refused(Somebody.at(willow, enrolled=False).gives_password(""), "This field", 422)
    refused(Somebody.at(willow, enrolled=False).gives_password("anything"), "SIGN_IN_REFUSED", 401)


def test_a_failed_sign_in_is_kept_by_the_house_without_the_name_typed(ada: Somebody):
    before = len(entries("sign_in.failed", nobody()))
    ada.gives_password("not the password")
    entry = entries("sign_in.failed", nobody())[before:][-1]
    assert entry["outcome"] == "SIGN_IN_REFUSED"
    assert entry["actor_id"] == nobody().id
    assert json.loads(entry["detail"])["step"] == "password"
    assert ada.email not in entry["detail"]
    assert ada.entries("sign_in.failed") == []


def test_somebody_with_no_second_factor_is_told_to_ask_for_a_link(willow: Clinic):
    bo = Somebody.at(willow, enrolled=False)
    with present(willow.system) as by:
        from keepwell.access import credentials

        credentials.set_password(bo.person, PASSWORD, by=by)
    refused(bo.gives_password(), "MFA_REQUIRED", 401)
    assert not bo.is_in()


def test_a_wrong_code_is_refused(ada: Somebody):
    ada.gives_password()
    refused(ada.gives_code("000000" if code_at(ada.secret) != "000000" else "111111"), "MFA_CODE_REFUSED", 401)
    assert not ada.is_in()


def test_a_code_works_once(ada: Somebody):
    ada.signs_in()
    used = code_at(ada.secret, ada._ahead)
    again = Somebody(ada.clinic, ada.person, ada.membership, ada.secret)
    again.gives_password()
    refused(again.gives_code(used), "MFA_CODE_REFUSED", 401)
    assert not again.is_in()


def test_a_code_older_than_one_that_was_used_is_spent_too(ada: Somebody):
    ada.gives_password()
    assert ada.gives_code(code_at(ada.secret, 1)).status_code == 302
    again = Somebody(ada.clinic, ada.person, ada.membership, ada.secret)
    again.gives_password()
    refused(again.gives_code(code_at(ada.secret, 0)), "MFA_CODE_REFUSED", 401)


def test_a_code_may_be_typed_with_a_space(ada: Somebody):
    ada.gives_password()
    code = ada.next_code()
    ada.gives_code(f"{code[:3]} {code[3:]}")
    assert ada.is_in()


def test_a_recovery_code_stands_in_for_the_app_once(ada: Somebody):
    ada.gives_password()
    assert ada.gives_code(ada.recovery[3]).status_code == 302
    assert ada.is_in()
    assert len([e for e in entries("recovery_code.used", nobody()) if e["subjects"] == [ada.person.id]]) == 1
    again = Somebody(ada.clinic, ada.person, ada.membership, ada.secret)
    again.gives_password()
    refused(again.gives_code(ada.recovery[3]), "MFA_CODE_REFUSED", 401)
    again.gives_code(ada.recovery[4])
    assert again.is_in()


def test_every_step_goes_on_under_a_new_key(ada: Somebody):
    keys = []
    ada.gives_password()
    keys.append(ada.browser.cookies["keepwell"].value)
    ada.gives_code()
    keys.append(ada.browser.cookies["keepwell"].value)
    assert len(set(keys)) == 2
    stolen = Client()
    stolen.cookies["keepwell"] = keys[0]
    assert stolen.get("/your-sign-in/").status_code == 302


def test_a_key_planted_beforehand_is_never_signed_in(ada: Somebody):
    planted = "k" * 43
    ada.browser.cookies["keepwell"] = planted
    ada.signs_in()
    thief = Client()
    thief.cookies["keepwell"] = planted
    assert thief.get("/your-sign-in/").status_code == 302


def test_signing_in_changes_the_form_token_too(ada: Somebody):
    before = ada.browser.get("/sign-in/").cookies["keepwell-csrf"].value
    ada.gives_password()
    assert ada.gives_code().cookies["keepwell-csrf"].value != before


def test_the_way_back_leads_to_the_page_asked_for(ada: Somebody):
    asked = ada.browser.get("/your-sign-in/?from=mail")
    assert asked["Location"] == "/sign-in/?next=%2Fyour-sign-in%2F%3Ffrom%3Dmail"
    assert "/your-sign-in/?from=mail" in ada.browser.get(asked["Location"]).content.decode()
    ada.gives_password(next="/your-sign-in/?from=mail")
    assert ada.gives_code()["Location"] == "/your-sign-in/?from=mail"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "evil",
        "",
        "/sign-out/",
        "/sign-in/?next=/x",
        "http:///evil.example",
        "\t//evil.example",
        "/\t/evil.example",
    ],
)
def test_the_way_back_leads_nowhere_else(elsewhere: str):
    assert safe(elsewhere) == "/"


def test_somebody_with_two_places_chooses_one(willow: Clinic, oak: Clinic, ada: Somebody):
    with present(oak.system) as by:
        there = actions.join(ada.person, Role.BILLER, by=by)
    ada.gives_password()
    assert ada.gives_code()["Location"] == "/sign-in/place/"
    assert not ada.is_in()
    shown = ada.browser.get("/sign-in/place/").content.decode()
    assert "Willow" in shown and "Oak" in shown
    assert ada.browser.post("/sign-in/place/", {"place": str(there.id)})["Location"] == "/"
    assert ada.is_in()
    assert [e["actor_id"] for e in entries("sign_in.succeeded", oak.system)] == [there.id]
    assert ada.entries("sign_in.succeeded") == []


def test_somebody_signed_in_can_go_on_to_another_place_of_theirs(willow: Clinic, oak: Clinic, ada: Somebody):
    with present(oak.system) as by:
        there = actions.join(ada.person, Role.BILLER, by=by)
    ada.gives_password()
    ada.gives_code()
    ada.browser.post("/sign-in/place/", {"place": str(ada.membership.id)})
    before = ada.browser.cookies["keepwell"].value
    ada.browser.post("/sign-in/place/", {"place": str(there.id)})
    assert ada.browser.cookies["keepwell"].value != before
    assert ada.is_in()
    assert len(entries("sign_in.succeeded", oak.system)) == 1
    assert [e["outcome"] for e in ada.entries("sign_in.ended")] == ["moved_on"]


def test_nobody_chooses_a_place_of_somebody_else(willow: Clinic, oak: Clinic, ada: Somebody):
    ximena = Somebody.at(oak)
    ada.gives_password()
    ada.gives_code()
    ada.browser.post("/sign-in/place/", {"place": str(ximena.membership.id)})
    assert entries("sign_in.succeeded", oak.system) == []


def test_somebody_who_works_nowhere_any_more_is_refused(ada: Somebody):
    with present(ada.clinic.system) as by:
        actions.leave(ada.membership, by=by)
    ada.gives_password()
    refused(ada.gives_code(), "ACCOUNT_ORPHANED", 403)
    assert not ada.is_in()


def test_a_closed_account_is_refused_like_a_wrong_password(ada: Somebody):
    with present(ada.clinic.system) as by:
        from keepwell.access.tests.closing import close

        close(Person.objects.get(id=ada.person.id), by=by)
    refused(ada.gives_password(), "SIGN_IN_REFUSED", 401)


def neutral(answer, typed: str) -> str:
    """An answer without what differs in any case: form tokens, and the name typed, which it repeats."""
    import re

    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
    return text.replace(typed, "")


def counted(monkeypatch, where: str, real, done: list[str]) -> None:
    def count(*args, **kwargs):
        done.append(where)
        return real(*args, **kwargs)

    monkeypatch.setattr(where, count)
