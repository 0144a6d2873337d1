"""Sessions end when the server says so, and every ending is told once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings
from django.test import Client

from keepwell.access import actions, limits, session_store
from keepwell.access.models import Session
from keepwell.access.tests.somebody import Somebody, refused
from keepwell.base import clock
from keepwell.base.actor import Role
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from tests.cast import Clinic


@pytest.fixture
def ada(willow: Clinic) -> Somebody:
    return Somebody.at(willow).signs_in()


def rows(who: Somebody):
    return Session.objects.using("recorder").filter(person=who.person, ended_at=None)


def quiet_for(who: Somebody, minutes: float) -> None:
    rows(who).update(seen_at=clock.now() - dt.timedelta(minutes=minutes))


def test_signing_out_ends_the_session_everywhere_and_is_told(ada: Somebody):
    key = ada.browser.cookies["keepwell"].value
    assert ada.browser.post("/sign-out/")["Location"] == "/sign-in/"
    assert not ada.is_in()
    kept = Client()
    kept.cookies["keepwell"] = key
    assert kept.get("/your-sign-in/").status_code == 302
    (entry,) = ada.entries("sign_in.ended")
    assert (entry["outcome"], entry["actor_id"]) == ("signed_out", ada.membership.id)


def test_signing_out_is_a_form_and_no_link(ada: Somebody):
    assert ada.browser.get("/sign-out/").status_code == 405
    assert ada.is_in()


def test_a_busy_session_goes_on(ada: Somebody):
    for _ in range(3):
        quiet_for(ada, limits.of(Role.PRACTITIONER).idle - 1)
        assert ada.is_in()
    assert (clock.now() - rows(ada).get().seen_at).total_seconds() < 60


def test_a_session_ends_after_a_working_day_however_busy(ada: Somebody, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(settings, "KEEPWELL_SESSION_HOURS", 0, raising=False)
    refused(ada.browser.get("/your-sign-in/"), "SESSION_ABSOLUTE_EXPIRED", 401)
    assert [e["outcome"] for e in ada.entries("sign_in.ended")] == ["SESSION_ABSOLUTE_EXPIRED"]


def test_a_session_that_ended_is_told_once_however_many_ask(ada: Somebody, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(settings, "KEEPWELL_SESSION_HOURS", 0, raising=False)
    other = Client()
    other.cookies["keepwell"] = ada.browser.cookies["keepwell"].value
    ada.browser.get("/your-sign-in/")
    other.get("/your-sign-in/")
    assert len(ada.entries("sign_in.ended")) == 1


def test_a_fragment_asked_for_too_late_sends_the_whole_page_to_sign_in(ada: Somebody, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(settings, "KEEPWELL_SESSION_HOURS", 0, raising=False)
    answer = ada.browser.get("/your-sign-in/", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith("/sign-in/?next=")


def test_access_that_ended_ends_with_the_next_request(ada: Somebody):
    with present(ada.clinic.system) as by:
        actions.leave(ada.membership, by=by)
    refused(ada.browser.get("/your-sign-in/"), "TERMINATED_USER", 401)
    assert ada.browser.get("/your-sign-in/").status_code == 302


def test_a_closed_account_is_out_with_the_next_request(ada: Somebody):
    from keepwell.access.tests.closing import close

    with present(ada.clinic.system) as by:
        close(ada.person, by=by)
    assert ada.browser.get("/your-sign-in/").status_code == 302


@pytest.mark.parametrize(
    ("role", "idle", "hours"),
    [
        (Role.FRONT_DESK, 5, 12),
        (Role.ADMINISTRATOR, 10, 8),
        (Role.PRIVACY_OFFICER, 10, 8),
        (Role.PRACTITIONER, 15, 12),
        (Role.PATIENT, 15, 24),
    ],
)
def test_the_limits_of_a_role(role: Role, idle: int, hours: int):
    assert limits.of(role) == limits.Limits(idle, hours)


def test_an_installation_lowers_limits_and_never_raises_them(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(settings, "KEEPWELL_IDLE_MINUTES", 7, raising=False)
    monkeypatch.setattr(settings, "KEEPWELL_SESSION_HOURS", 99, raising=False)
    assert limits.of(Role.PRACTITIONER) == limits.Limits(7, 12)
    assert limits.of(Role.FRONT_DESK) == limits.Limits(5, 12)


def test_the_cookie_is_for_no_script_and_no_other_site(ada: Somebody):
    cookie = ada.browser.cookies["keepwell"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/" and not cookie["domain"]
    assert not cookie["max-age"] and not cookie["expires"]


def test_under_tls_the_cookie_is_for_this_host_alone(willow: Clinic, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(settings, "SESSION_COOKIE_NAME", "__Host-keepwell")
    monkeypatch.setattr(settings, "SESSION_COOKIE_SECURE", True)
    ada = Somebody.at(willow)
    ada.browser.post("/sign-in/", {"email": ada.email, "password": "a heron by the mill pond", "next": ""}, secure=True)
    assert ada.browser.cookies["__Host-keepwell"]["secure"]


def test_looking_at_the_sign_in_page_makes_no_session(database: None):
    before = Session.objects.count()
    assert "keepwell" not in Client().get("/sign-in/").cookies
    assert Session.objects.count() == before


def test_people_see_their_sessions_and_end_one(ada: Somebody):
    elsewhere = Somebody(ada.clinic, ada.person, ada.membership, ada.secret)
    elsewhere.browser.defaults["HTTP_USER_AGENT"] = (
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    )
    elsewhere.gives_password()
    elsewhere.gives_code(ada.recovery[0])
    shown = ada.browser.get("/your-sign-in/").content.decode()
    assert "Firefox, Linux" in shown
    other = next(row for row in rows(ada) if session_store.data_of(row)["device"] == "Firefox, Linux")
    assert ada.browser.post(f"/your-sign-in/{other.id}/end/").status_code == 302
    assert not elsewhere.is_in()
    assert ada.is_in()
    assert [e["outcome"] for e in ada.entries("sign_in.ended")] == ["ended_by_owner"]


def test_nobody_ends_a_session_of_somebody_else(ada: Somebody):
    bo = Somebody.at(ada.clinic).signs_in()
    refused(ada.browser.post(f"/your-sign-in/{rows(bo).get().id}/end/"), "NOT_FOUND", 404)
    assert bo.is_in()


def test_a_sign_in_is_one_statement_on_later_requests(ada: Somebody, monkeypatch: pytest.MonkeyPatch):
    from keepwell.ledger import wire

    asked: list[str] = []
    real = wire.rows

    def heard(alias: str, statement: str, *values: object):
        asked.append(statement)
        return real(alias, statement, *values)

    monkeypatch.setattr(wire, "rows", heard)
    ada.browser.get("/sign-in/")
    assert sum("whoami" in s for s in asked) == 1
    assert {s for s in asked if "whoami" not in s} == {s for s in asked if "identity_providers" in s}


def test_nobody_is_signed_in_that_could_not_be_recorded(willow: Clinic, monkeypatch: pytest.MonkeyPatch):
    from keepwell.ledger import signins

    bo = Somebody.at(willow)
    bo.gives_password()
    monkeypatch.setattr(signins, "record", out_of_reach)
    refused(bo.gives_code(), "AUDIT_UNAVAILABLE", 503)
    monkeypatch.undo()
    assert not bo.is_in()


def test_while_the_database_is_out_of_reach_every_page_says_so(ada: Somebody, monkeypatch: pytest.MonkeyPatch):
    from keepwell.ledger import wire

    monkeypatch.setattr(wire, "rows", out_of_reach)
    refused(ada.browser.get("/your-sign-in/"), "AUDIT_UNAVAILABLE", 503)
    monkeypatch.undo()
    assert ada.is_in()


def out_of_reach(*_: object, **__: object):
    raise Refusal("AUDIT_UNAVAILABLE")


def test_sessions_long_over_are_swept_away(ada: Somebody):
    Session.objects.using("recorder").filter(person=ada.person).update(expires_at=clock.now() - dt.timedelta(days=2))
    Somebody.at(ada.clinic).signs_in()
    assert not Session.objects.filter(person=ada.person).exists()
