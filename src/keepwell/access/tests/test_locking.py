"""A quiet session is locked where it is, answers nothing, and goes on for its own person only."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from django.test import Client

from keepwell.access import limits, locking, throttle
from keepwell.access.models import Session
from keepwell.access.tests.soft import SoftKey, asked, registers, signs_in
from keepwell.access.tests.somebody import PASSWORD, Somebody, refused
from keepwell.base import clock
from keepwell.base.actor import Role
from tests.cast import Clinic

IN_PLACE = {"X-Keepwell-In-Place": "1"}
IDLE = limits.of(Role.PRACTITIONER).idle


@pytest.fixture
def ada(willow: Clinic) -> Somebody:
    return Somebody.at(willow).signs_in()


def quiet_for(who: Somebody, minutes: float) -> None:
    rows = Session.objects.using("recorder").filter(person=who.person, ended_at=None)
    rows.update(seen_at=clock.now() - dt.timedelta(minutes=minutes))


def resumes(who: Somebody, password: str = PASSWORD, **more: str):
    return who.browser.post("/session/resume/", {"password": password, "next": "/your-sign-in/"} | more)


def told(who: Somebody) -> dict[str, object]:
    answer: dict[str, object] = who.browser.get("/session/", headers={locking.BACKGROUND: "1"}).json()
    return answer


def test_a_quiet_session_is_locked_by_name_and_goes_on_with_the_password(ada: Somebody):
    quiet_for(ada, IDLE + 0.1)
    key = ada.browser.cookies["keepwell"].value
    answer = ada.browser.get("/your-sign-in/?tab=1")
    refused(answer, "SESSION_LOCKED", 423)
    shown = answer.content.decode()
    assert 'value="/your-sign-in/?tab=1"' in shown and "Where you are signed in" not in shown
    assert resumes(ada, next="/your-sign-in/?tab=1")["Location"] == "/your-sign-in/?tab=1"
    assert ada.is_in()
    assert ada.browser.cookies["keepwell"].value != key
    (locked,), (resumed,) = ada.entries("sign_in.locked"), ada.entries("sign_in.resumed")
    assert (locked["outcome"], resumed["detail"]) == ("idle", '{"by":["password"]}')
    assert locked["session_id"] == resumed["session_id"]
    assert len(ada.entries("sign_in.succeeded")) == 1 and ada.entries("sign_in.ended") == []


def test_the_key_of_a_locked_session_is_worth_nothing_once_it_went_on(ada: Somebody):
    quiet_for(ada, IDLE + 0.1)
    old = Client()
    old.cookies["keepwell"] = ada.browser.cookies["keepwell"].value
    resumes(ada)
    late = old.get("/your-sign-in/")
    assert late["Location"].startswith("/sign-in/")
    assert "keepwell" not in late.cookies, "a late answer takes the new key away from nobody"


def test_a_lock_holds_however_busy_the_clock_says_it_was(ada: Somebody):
    quiet_for(ada, IDLE + 0.1)
    refused(ada.browser.get("/your-sign-in/"), "SESSION_LOCKED", 423)
    quiet_for(ada, 0)
    refused(ada.browser.get("/your-sign-in/"), "SESSION_LOCKED", 423)
    assert len(ada.entries("sign_in.locked")) == 1


def test_people_lock_for_themselves_and_every_tab_is_locked_at_once(ada: Somebody):
    tab = Client()
    tab.cookies["keepwell"] = ada.browser.cookies["keepwell"].value
    assert ada.browser.post("/session/lock/", {"next": "/your-sign-in/"})["Location"] == "/your-sign-in/"
    refused(tab.get("/your-sign-in/"), "SESSION_LOCKED", 423)
    assert [e["outcome"] for e in ada.entries("sign_in.locked")] == ["asked"]


def test_a_script_is_told_and_shown_no_page(ada: Somebody):
    assert ada.browser.post("/session/lock/", headers=IN_PLACE).json() == {"state": "locked", "seconds": 0}
    for headers in ({"HX-Request": "true"}, {"Sec-Fetch-Dest": "empty"}):
        answer = ada.browser.get("/your-sign-in/", headers=headers)
        assert (answer.status_code, answer.content) == (423, b"SESSION_LOCKED")
    wrong = ada.browser.post("/session/resume/", {"password": "not it"}, headers=IN_PLACE)
    assert wrong.status_code == 401
    assert wrong.json()["state"] == "locked" and "UNLOCK_REFUSED" in wrong.json()["words"]
    right = ada.browser.post("/session/resume/", {"password": PASSWORD}, headers=IN_PLACE)
    assert right.json() == {"state": "open", "seconds": IDLE * 60}


def test_what_a_page_asks_for_by_itself_keeps_nothing_awake(ada: Somebody):
    quiet_for(ada, IDLE - 1)
    assert told(ada)["state"] == "open"
    assert 50 <= int(str(told(ada)["seconds"])) <= 60
    ada.browser.get("/your-sign-in/", headers={locking.BACKGROUND: "1"})
    assert int(str(told(ada)["seconds"])) <= 60
    assert ada.browser.post("/session/stay/").json()["seconds"] > (IDLE - 1) * 60
    quiet_for(ada, IDLE + 1)
    assert told(ada) == {"state": "locked", "seconds": 0}


def test_nobody_is_told_anything_of_a_session_that_is_not_there(database: None):
    assert Client().get("/session/").json() == {"state": "gone", "seconds": 0}
    refused(Client().post("/session/resume/", {"password": PASSWORD}), "SIGN_IN_STARTED_OVER", 401)


def test_after_five_wrong_passwords_the_session_is_over(ada: Somebody):
    quiet_for(ada, IDLE + 0.1)
    for _ in range(throttle.RESUMES - 1):
        refused(resumes(ada, "a heron by the mill"), "UNLOCK_REFUSED", 401)
    refused(resumes(ada, "a heron by the mill"), "UNLOCK_LIMIT", 401)
    assert resumes(ada).status_code == 401 and not ada.is_in()
    assert [e["outcome"] for e in ada.entries("sign_in.ended")] == ["UNLOCK_LIMIT"]
    assert len(ada.entries("sign_in.resume_failed")) == throttle.RESUMES


def test_whoever_tries_at_the_door_keeps_nobody_from_what_they_have_open(ada: Somebody):
    stranger = Somebody(ada.clinic, ada.person, ada.membership)
    for _ in range(5):
        stranger.gives_password("a guess at the mill pond")
    quiet_for(ada, IDLE + 0.1)
    assert resumes(ada).status_code == 302 and ada.is_in()


def test_the_password_of_somebody_else_opens_nothing(ada: Somebody):
    quiet_for(ada, IDLE + 0.1)
    refused(resumes(ada, "another heron by the mill"), "UNLOCK_REFUSED", 401)
    refused(ada.browser.get("/your-sign-in/"), "SESSION_LOCKED", 423)


def test_a_form_sent_to_a_locked_session_is_sent_once_it_goes_on(ada: Somebody):
    quiet_for(ada, IDLE + 0.1)
    typed = {
        "words": "Ærø “quoted” <b>",
        "many": ["1", "2"],
        "csrfmiddlewaretoken": "old",
        "again-password": "never kept",
    }
    answer = ada.browser.post("/notices/00000000-0000-0000-0000-000000000001/seen/?from=today", typed)
    refused(answer, "SESSION_LOCKED", 423)
    assert "Ærø" not in answer.content.decode(), "what was typed is sealed while the session is locked"
    (kept,) = re.findall(r'name="kept" value="([^"]+)"', answer.content.decode())
    again = resumes(ada, kept=html.unescape(kept)).content.decode()
    assert 'action="/notices/00000000-0000-0000-0000-000000000001/seen/?from=today"' in again
    assert html.unescape(re.findall(r'name="words" value="([^"]*)"', again)[0]) == typed["words"]
    assert re.findall(r'name="many" value="(\d)"', again) == ["1", "2"] and 'value="old"' not in again
    assert "never kept" not in again


def test_what_one_session_kept_no_other_opens(ada: Somebody):
    quiet_for(ada, IDLE + 0.1)
    answer = ada.browser.post("/session/stay/", {"words": "hers alone"})
    (kept,) = re.findall(r'name="kept" value="([^"]+)"', answer.content.decode())
    bo = Somebody.at(ada.clinic).signs_in()
    quiet_for(bo, IDLE + 0.1)
    assert resumes(bo, kept=html.unescape(kept)).status_code == 302


def test_a_locked_session_signs_out_by_its_own_name(ada: Somebody):
    quiet_for(ada, IDLE + 0.1)
    assert ada.browser.post("/sign-out/")["Location"] == "/sign-in/"
    assert [e["outcome"] for e in ada.entries("sign_in.ended")] == ["signed_out"]


def test_a_locked_session_does_not_last_for_ever(ada: Somebody, settings):
    quiet_for(ada, IDLE + 0.1)
    settings.KEEPWELL_SESSION_HOURS = 0
    refused(ada.browser.get("/your-sign-in/"), "SESSION_ABSOLUTE_EXPIRED", 401)
    assert resumes(ada).status_code == 401


# With a passkey -----------------------------------------------------------------------------------------


def with_passkey(who: Somebody, key: SoftKey):
    return who.browser.post("/session/resume/", {"passkey": key.signs(asked(who.browser, "prove")), "next": "/"})


def test_somebody_with_a_passkey_only_goes_on_with_it(ada: Somebody):
    key = SoftKey()
    registers(ada.browser, key)
    ada.browser.post("/your-factors/app/end/")
    ada.browser.post("/your-factors/password/end/")
    ada.browser = Client()
    assert signs_in(ada.browser, key).status_code == 302
    page = ada.browser.get("/your-sign-in/").content.decode()
    assert page.count("Use a passkey") == 1 and 'autocomplete="current-password" disabled' in page
    quiet_for(ada, IDLE + 0.1)
    answer = ada.browser.get("/your-sign-in/")
    refused(answer, "SESSION_LOCKED", 423)
    assert "Use a passkey" in answer.content.decode() and 'name="password"' not in answer.content.decode()
    assert with_passkey(ada, key)["Location"] == "/"
    assert ada.is_in() and ada.entries("sign_in.resumed")[-1]["detail"] == '{"by":["passkey"]}'


def test_no_other_passkey_goes_on_and_each_wrong_one_counts(ada: Somebody, willow: Clinic):
    bo, key = Somebody.at(willow).signs_in(), SoftKey()
    registers(bo.browser, key)
    quiet_for(ada, IDLE + 0.1)
    for _ in range(throttle.RESUMES - 1):
        refused(with_passkey(ada, key), "PASSKEY_REFUSED", 401)
    refused(with_passkey(ada, key), "UNLOCK_LIMIT", 401)
    assert not ada.is_in()


def test_a_copied_passkey_does_not_go_on(ada: Somebody):
    key = SoftKey()
    registers(ada.browser, key)
    for code, status in [("", 302), ("PASSKEY_COPIED", 403)]:
        quiet_for(ada, IDLE + 0.1)
        answer = with_passkey(ada, key)
        assert answer.status_code == status and code in answer.content.decode()
        key.count -= 1


def test_a_locked_session_makes_no_new_passkey(ada: Somebody):
    quiet_for(ada, IDLE + 0.1)
    assert "user" not in asked(ada.browser, "register")["publicKey"]


def test_nothing_typed_is_no_wrong_try(ada: Somebody):
    quiet_for(ada, IDLE + 0.1)
    for _ in range(throttle.RESUMES + 1):
        refused(resumes(ada, ""), "UNLOCK_REFUSED", 401)
    assert resumes(ada).status_code == 302
