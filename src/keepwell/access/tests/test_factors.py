"""How one signs in: another password, new recovery codes."""

from __future__ import annotations

import re

import pytest

from keepwell.access import factors
from keepwell.access.models import Person
from keepwell.access.tests.somebody import Somebody, refused
from tests.cast import Clinic


@pytest.fixture
def ada(willow: Clinic) -> Somebody:
    return Somebody.at(willow).signs_in()


def elsewhere(who: Somebody, code: str) -> Somebody:
    """The same person in another browser."""
    other = Somebody(who.clinic, who.person, who.membership, who.secret, who.recovery)
    other.gives_password()
    other.gives_code(code)
    assert other.is_in()
    return other


def test_another_password_ends_the_other_sessions_and_not_this_one(ada: Somebody):
    other = elsewhere(ada, ada.recovery[0])
    assert ada.browser.post("/your-factors/password/", {"password": "quite another password"}).status_code == 302
    assert ada.is_in()
    assert not other.is_in()
    assert Person.objects.get(id=ada.person.id).check_password("quite another password")


def test_a_weak_one_is_refused_at_its_field(ada: Somebody):
    refused(ada.browser.post("/your-factors/password/", {"password": "Password12345!"}), "PASSWORD_BREACHED", 422)
    refused(ada.browser.post("/your-factors/password/", {"password": "Willow-Willow-1"}), "PASSWORD_CONTEXT", 422)


def test_new_recovery_codes_end_the_old_ones(ada: Somebody):
    assert factors.codes_left(ada.person.id) == 10
    answer = ada.browser.post("/your-factors/recovery-codes/").content.decode()
    codes = [a + b for a, b in re.findall(r"<code>(\d{4}) (\d{4})</code>", answer)]
    assert len(set(codes)) == 10 and not set(codes) & set(ada.recovery)
    elsewhere(ada, codes[0])
    assert factors.codes_left(ada.person.id) == 9
    again = Somebody(ada.clinic, ada.person, ada.membership, ada.secret)
    again.gives_password()
    refused(again.gives_code(ada.recovery[0]), "MFA_CODE_REFUSED", 401)
    assert [e["subjects"] for e in ada.entries("recovery_codes.renewed")] == [[ada.person.id]]


def test_the_page_says_what_there_is(ada: Somebody):
    elsewhere(ada, ada.recovery[0])
    assert "9 codes are left" in ada.browser.get("/your-factors/").content.decode()
