"""Trying again and again takes longer and longer; counters outlive the refusal and are forgiven by success."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from keepwell.access import throttle
from keepwell.access.tests.somebody import Somebody, refused
from keepwell.access.throttle import By, Limit
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from tests.cast import Clinic


@pytest.fixture
def ada(willow: Clinic) -> Somebody:
    return Somebody.at(willow)


@pytest.fixture(autouse=True)
def own_address(monkeypatch: pytest.MonkeyPatch):
    """Every test comes from an address of its own, so that they do not wait for each other."""
    from keepwell.access import pending, signin

    here = str(new_id())
    for module in (pending, signin):
        monkeypatch.setattr(module, "address", lambda request: here)


def tried(by: By, who: str) -> str:
    try:
        throttle.count(by, who)
    except Refusal as refusal:
        return refusal.code
    return "tried"


def shortened(monkeypatch: pytest.MonkeyPatch, by: By, limit: Limit) -> None:
    monkeypatch.setitem(throttle._LIMITS, by, limit)


def test_five_wrong_passwords_and_then_one_waits(ada: Somebody):
    for _ in range(5):
        refused(ada.gives_password("not the password"), "SIGN_IN_REFUSED", 401)
    answer = ada.gives_password("not the password")
    refused(answer, "LOGIN_THROTTLED", 429)
    assert 0 < int(answer["Retry-After"]) <= 5
    refused(ada.gives_password(), "LOGIN_THROTTLED", 429)


def test_an_account_that_does_not_exist_is_throttled_just_the_same(ada: Somebody):
    ghost = f"{new_id()}@example.org"
    codes = [ada.gives_password("x" * 12, email=ghost).status_code for _ in range(6)]
    assert codes == [401] * 5 + [429]


def test_ten_failures_lock_for_a_quarter_of_an_hour(ada: Somebody, monkeypatch: pytest.MonkeyPatch):
    shortened(monkeypatch, By.ACCOUNT, Limit([0] * 9 + [900]))
    for _ in range(10):
        ada.gives_password("not the password")
    answer = ada.gives_password()
    refused(answer, "LOGIN_LOCKED", 429)
    assert "15 minutes" in answer.content.decode()


def test_a_one_time_link_opens_a_locked_account(ada: Somebody, monkeypatch: pytest.MonkeyPatch):
    shortened(monkeypatch, By.ACCOUNT, Limit([0] * 9 + [900]))
    for _ in range(10):
        ada.gives_password("not the password")
    assert ada.browser.post(ada.link()).status_code == 302
    assert ada.gives_password().status_code == 302


def test_success_forgives(ada: Somebody):
    for _ in range(4):
        ada.gives_password("not the password")
    ada.signs_in()
    for _ in range(5):
        refused(ada.gives_password("not the password"), "SIGN_IN_REFUSED", 401)


def test_wrong_codes_are_throttled_too(ada: Somebody):
    ada.gives_password()
    for _ in range(5):
        refused(ada.gives_code("12345"), "MFA_CODE_REFUSED", 401)
    refused(ada.gives_code("12345"), "LOGIN_THROTTLED", 429)
    ada.gives_password()
    refused(ada.gives_code(), "LOGIN_THROTTLED", 429)


def test_one_address_cannot_try_many_accounts(ada: Somebody, monkeypatch: pytest.MonkeyPatch):
    shortened(monkeypatch, By.ADDRESS, Limit([0] * 3 + [60]))
    codes = [ada.gives_password("x" * 12, email=f"{new_id()}@example.org").status_code for _ in range(5)]
    assert codes == [401] * 4 + [429]


def test_an_address_is_forgiven_its_good_attempts_only(database: None):
    who = str(new_id())
    for _ in range(10):
        throttle.count(By.ADDRESS, who)
        throttle.succeeded(By.ADDRESS, who)
    for _ in range(60):
        throttle.count(By.ADDRESS, who)
    throttle_after = tried(By.ADDRESS, who)
    assert throttle_after == "LOGIN_THROTTLED"


def test_a_quiet_address_is_forgiven_bit_by_bit(database: None, monkeypatch: pytest.MonkeyPatch, owner_sql):
    shortened(monkeypatch, By.ADDRESS, Limit([0, 0, 600], forget=60))
    who = str(new_id())
    assert [tried(By.ADDRESS, who) for _ in range(4)] == ["tried"] * 3 + ["LOGIN_THROTTLED"]
    with owner_sql.transaction():
        owner_sql.execute("SET LOCAL ROLE keepwell_custodian")
        owner_sql.execute("UPDATE custody.attempt SET last_at = now() - interval '2 minutes' WHERE failures = 3")
    assert tried(By.ADDRESS, who) == "tried"


def test_attempts_at_the_same_time_do_not_slip_through(database: None, monkeypatch: pytest.MonkeyPatch):
    shortened(monkeypatch, By.ACCOUNT, Limit([0, 0, 0, 0, 600]))
    who, codes = str(new_id()), []

    def attempt() -> None:
        codes.append(tried(By.ACCOUNT, who))
        connections["recorder"].close()

    threads = [threading.Thread(target=attempt) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["LOGIN_THROTTLED"] * 15 + ["tried"] * 5


def test_counters_name_nobody(ada: Somebody, owner_sql):
    ada.gives_password("not the password")
    with owner_sql.transaction():
        owner_sql.execute("SET LOCAL ROLE keepwell_custodian")
        keys = [bytes(key) for (key,) in owner_sql.execute("SELECT key FROM custody.attempt").fetchall()]
    assert keys and all(len(key) == 32 for key in keys)


def test_old_counters_are_swept_away(database: None, owner_sql):
    throttle.count(By.ACCOUNT, str(new_id()))
    with owner_sql.transaction():
        owner_sql.execute("SET LOCAL ROLE keepwell_custodian")
        owner_sql.execute("UPDATE custody.attempt SET last_at = now() - interval '2 days'")
    for _ in range(200):
        throttle.count(By.ADDRESS, str(new_id()))
    with owner_sql.transaction():
        owner_sql.execute("SET LOCAL ROLE keepwell_custodian")
        old = "SELECT count(*) FROM custody.attempt WHERE last_at < now() - interval '1 day'"
        assert owner_sql.execute(old).fetchone() == (0,)
