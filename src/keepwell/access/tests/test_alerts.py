"""What people are told about their own sign-in, and the browsers they are known in."""

from __future__ import annotations

import pytest
from django.test import Client

from keepwell.access import actions, alerts, credentials, notices, passwords, throttle
from keepwell.access.models import Notice
from keepwell.access.tests.soft import SoftKey, registers, signs_in
from keepwell.access.tests.somebody import Somebody, refused
from keepwell.access.throttle import By, Limit
from keepwell.base.actor import Actor, Role
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from tests.cast import Clinic


@pytest.fixture
def ada(willow: Clinic) -> Somebody:
    return Somebody.at(willow)


@pytest.fixture(autouse=True)
def own_address(monkeypatch: pytest.MonkeyPatch):
    from keepwell.access import pending, signin

    here = str(new_id())
    for module in (pending, signin):
        monkeypatch.setattr(module, "address", lambda request: here)


def told(who: Somebody, by: Actor | None = None) -> list[str]:
    with present(by or who.clinic.system):
        return list(
            Notice.objects.filter(member_id=who.membership.id).order_by("made_at").values_list("kind", flat=True)
        )


def again(who: Somebody, browser: Client | None = None) -> Somebody:
    return Somebody(who.clinic, who.person, who.membership, who.secret, who.recovery, browser or Client(), who._ahead)


def test_a_new_device_is_told_and_an_old_one_is_not(ada: Somebody):
    ada.signs_in()
    assert told(ada) == [alerts.NEW_DEVICE]
    ada.browser.post("/sign-out/")
    again(ada, ada.browser).signs_in()
    assert told(ada) == [alerts.NEW_DEVICE]


def test_the_first_device_is_no_news(willow: Clinic):
    from keepwell.access.tests.test_enrolment import enrols

    bo = Somebody.at(willow, enrolled=False)
    enrols(bo)
    bo.browser.post("/sign-in/place/")
    assert bo.is_in() and told(bo) == []


def test_what_changes_in_ones_sign_in_is_told(ada: Somebody):
    ada.signs_in()
    ada.browser.post("/your-factors/password/", {"password": "quite another password"})
    registers(ada.browser, SoftKey())
    ada.browser.post("/your-factors/app/end/")
    assert told(ada)[1:] == [alerts.PASSWORD, alerts.NEW_PASSKEY]


def test_an_app_beside_a_passkey_and_a_used_recovery_code_are_told(ada: Somebody):
    from keepwell.access import factors
    from keepwell.base.actor import Purpose

    ada.signs_in()
    registers(ada.browser, SoftKey())
    ada.browser.post("/your-factors/app/end/")
    by = Actor(ada.membership.id, ada.clinic.practice.id, Role.PRACTITIONER, Purpose.HSYSADMIN)
    with present(by):
        codes = credentials.enrol(ada.person, factors.new_secret(), by=by)
    other = again(ada, ada.browser)
    other.gives_password()
    other.gives_code(codes[0])
    assert told(ada)[-2:] == [alerts.NEW_APP, alerts.CODE_USED]
    with present(ada.clinic.system):
        assert "9 are left" in notices.sentence(Notice.objects.filter(kind=alerts.CODE_USED).latest("made_at"))


def test_every_practice_of_the_person_hears_of_it(ada: Somebody, oak: Clinic):
    with present(oak.system) as by:
        there = actions.join(ada.person, Role.BILLER, by=by)
    ada.gives_password()
    ada.gives_code()
    ada.browser.post("/sign-in/place/", {"place": str(ada.membership.id)})
    with present(oak.system):
        assert [n.kind for n in Notice.objects.filter(member_id=there.id)] == [alerts.NEW_DEVICE]


def test_what_keepwell_sets_up_alarms_nobody(ada: Somebody):
    assert told(ada) == []


def test_guessing_from_elsewhere_keeps_nobody_from_their_own_desk(ada: Somebody, monkeypatch: pytest.MonkeyPatch):
    ada.signs_in()
    ada.browser.post("/sign-out/")
    monkeypatch.setitem(throttle._LIMITS, By.ACCOUNT, Limit([0, 0, 900]))
    stranger = again(ada)
    for _ in range(3):
        stranger.gives_password("not the password")
    refused(stranger.gives_password(), "LOGIN_THROTTLED", 429)
    refused(again(ada).gives_password(), "LOGIN_THROTTLED", 429)
    assert again(ada, ada.browser).gives_password().status_code == 302


def test_at_ones_own_desk_guessing_is_slowed_down_too(ada: Somebody, monkeypatch: pytest.MonkeyPatch):
    ada.signs_in()
    ada.browser.post("/sign-out/")
    monkeypatch.setitem(throttle._LIMITS, By.ACCOUNT, Limit([0, 0, 900]))
    for _ in range(3):
        ada.gives_password("not the password")
    refused(ada.gives_password(), "LOGIN_THROTTLED", 429)


def test_a_browser_known_for_one_person_is_not_known_for_another(ada: Somebody, monkeypatch: pytest.MonkeyPatch):
    bo = Somebody.at(ada.clinic)
    bo.signs_in()
    bo.browser.post("/sign-out/")
    monkeypatch.setitem(throttle._LIMITS, By.ACCOUNT, Limit([0, 900]))
    for _ in range(2):
        again(ada).gives_password("not the password")
    refused(again(ada, bo.browser).gives_password(), "LOGIN_THROTTLED", 429)


@pytest.mark.parametrize("cookie", ["x", "A" * 80, "A" * 5000])
def test_a_cookie_we_did_not_write_makes_nothing_known(ada: Somebody, cookie: str):
    ada.browser.cookies["keepwell-known"] = cookie
    ada.signs_in()
    assert told(ada) == [alerts.NEW_DEVICE]


def test_a_passkey_on_a_new_device_is_told_too(ada: Somebody):
    key = SoftKey()
    registers(ada.signs_in().browser, key)
    signs_in(Client(), key)
    assert told(ada)[-1] == alerts.NEW_DEVICE


@pytest.mark.parametrize("name", passwords.FORBIDDEN)
def test_expiry_and_symbols_are_refused(name: str):
    passwords.refuse_rules({})
    with pytest.raises(Refusal) as caught:
        passwords.refuse_rules({name: "90"})
    assert caught.value.code == "ROTATION_POLICY_REFUSED"
