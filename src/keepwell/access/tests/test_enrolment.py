"""A one-time link lets somebody choose a password and enrol an authenticator app; it works once, for a day."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from keepwell.access import actions, credentials, factors, links
from keepwell.access.models import Person, Session
from keepwell.access.tests.somebody import PASSWORD, Somebody, code_at, entries, refused
from keepwell.base import clock
from keepwell.base.actor import nobody
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from tests.cast import Clinic

WHO = ("--who", "Tess Tester", "--why", "locked out of the app")


@pytest.fixture
def bo(willow: Clinic) -> Somebody:
    return Somebody.at(willow, enrolled=False)


def enrols(who: Somebody, password: str = "three otters in the rain") -> list[str]:
    """The whole way of a link, by hand."""
    assert who.browser.post(who.link())["Location"] == "/sign-in/password/"
    assert who.browser.post("/sign-in/password/", {"password": password})["Location"] == "/sign-in/authenticator/"
    shown = who.browser.get("/sign-in/authenticator/").content.decode()
    found = re.search(r'class="key">([A-Z2-7 ]+)<', shown)
    assert found and "<svg" in shown
    who.secret = found[1].replace(" ", "")
    answer = who.browser.post("/sign-in/authenticator/", {"code": who.next_code()})
    assert answer.status_code == 200
    return [a + b for a, b in re.findall(r"<code>(\d{4}) (\d{4})</code>", answer.content.decode())]


def test_a_link_leads_to_a_password_an_app_recovery_codes_and_in(bo: Somebody):
    codes = enrols(bo)
    assert len(set(codes)) == 10
    assert not bo.is_in()
    assert bo.browser.post("/sign-in/place/")["Location"] == "/"
    assert bo.is_in()
    for verb in ("sign_in_link.made", "sign_in_link.used", "password.set", "second_factor.enrolled"):
        assert [e["subjects"] for e in bo.entries(verb)] == [[bo.person.id]], verb


def test_what_was_enrolled_signs_in_from_then_on(bo: Somebody):
    codes = enrols(bo)
    later = Somebody(bo.clinic, bo.person, bo.membership, bo.secret, _ahead=bo._ahead)
    later.gives_password("three otters in the rain")
    later.gives_code()
    assert later.is_in()
    another = Somebody(bo.clinic, bo.person, bo.membership, bo.secret)
    another.gives_password("three otters in the rain")
    another.gives_code(codes[0])
    assert another.is_in()


def test_opening_a_link_does_not_use_it(bo: Somebody):
    link = bo.link()
    assert bo.browser.get(link).status_code == 200
    assert bo.browser.get(link).status_code == 200
    assert bo.browser.post(link).status_code == 302


def test_a_link_works_once(bo: Somebody):
    link = bo.link()
    bo.browser.post(link)
    refused(Client().post(link), "LINK_REFUSED", 410)


def test_a_newer_link_ends_an_older_one(bo: Somebody):
    older, newer = bo.link(), bo.link()
    refused(bo.browser.post(older), "LINK_REFUSED", 410)
    assert bo.browser.post(newer).status_code == 302


def test_a_link_ends_after_a_day(bo: Somebody, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(links, "LASTS", dt.timedelta(seconds=-1))
    link = bo.link()
    refused(bo.browser.get(link), "LINK_REFUSED", 410)
    refused(bo.browser.post(link), "LINK_REFUSED", 410)


@pytest.mark.parametrize("at", [0, 5, 20, 30, 46, 55, 70, 82])
def test_a_link_altered_anywhere_is_refused(at: int, bo: Somebody):
    path = bo.link().removesuffix("/")
    start = path.rindex("/") + 1
    changed = "A" if path[start + at] != "A" else "B"
    refused(bo.browser.post(f"{path[: start + at]}{changed}{path[start + at + 1 :]}/"), "LINK_REFUSED", 410)


@pytest.mark.parametrize("text", ["x", "A" * 83, "A" * 400, "é", "...", "A" * 51])
def test_nonsense_is_no_link(text: str, bo: Somebody):
    refused(bo.browser.post(f"/sign-in/link/{text}/"), "LINK_REFUSED", 410)


def test_a_refused_link_is_kept_by_the_house(bo: Somebody):
    before = len(entries("sign_in.failed", nobody()))
    bo.browser.post(f"/sign-in/link/{'A' * 83}/")
    assert [e["outcome"] for e in entries("sign_in.failed", nobody())[before:]] == ["LINK_REFUSED"]


def test_a_link_of_somebody_who_left_is_refused(bo: Somebody):
    bo.browser.post(bo.link())
    with present(bo.clinic.system) as by:
        actions.leave(bo.membership, by=by)
    refused(bo.browser.post("/sign-in/password/", {"password": PASSWORD}), "LINK_REFUSED", 410)


def test_a_link_does_not_replace_the_second_factor(willow: Clinic):
    ada = Somebody.at(willow)
    assert ada.browser.post(ada.link())["Location"] == "/sign-in/code/"
    refused(ada.browser.post("/sign-in/password/", {"password": "somebody else's idea"}), "SIGN_IN_STARTED_OVER", 401)
    ada.gives_code()
    assert ada.browser.post("/sign-in/password/", {"password": "my own new idea here"})["Location"] == "/"
    assert ada.is_in()
    assert Person.objects.get(id=ada.person.id).check_password("my own new idea here")


def test_a_second_app_is_never_enrolled_over_the_first(willow: Clinic):
    ada = Somebody.at(willow)
    with pytest.raises(Refusal) as caught, present(willow.system) as by:
        credentials.enrol(ada.person, factors.new_secret(), by=by)
    assert caught.value.code == "MFA_RESET_VERIFY"
    assert factors.accepts(ada.person.id, code_at(ada.secret))


def test_an_app_is_enrolled_only_once_it_shows_a_good_code(bo: Somebody):
    bo.browser.post(bo.link())
    bo.browser.post("/sign-in/password/", {"password": "three otters in the rain"})
    refused(bo.browser.post("/sign-in/authenticator/", {"code": "000000"}), "MFA_CODE_REFUSED", 401)
    assert not factors.has_totp(bo.person.id)


def test_the_code_that_enrolled_an_app_is_spent(bo: Somebody):
    enrols(bo)
    used = code_at(bo.secret, bo._ahead)
    again = Somebody(bo.clinic, bo.person, bo.membership, bo.secret)
    again.gives_password("three otters in the rain")
    refused(again.gives_code(used), "MFA_CODE_REFUSED", 401)


def test_the_key_shown_stays_the_same_until_it_is_enrolled(bo: Somebody):
    bo.browser.post(bo.link())
    bo.browser.post("/sign-in/password/", {"password": "three otters in the rain"})
    pages = [bo.browser.get("/sign-in/authenticator/").content.decode() for _ in range(2)]
    first, second = (re.findall(r'class="key">([^<]+)<', page) for page in pages)
    assert first
    assert first == second


def test_a_new_password_ends_every_other_session(willow: Clinic):
    ada = Somebody.at(willow).signs_in()
    elsewhere = Somebody(willow, ada.person, ada.membership, ada.secret, recovery=ada.recovery)
    elsewhere.browser.post(elsewhere.link())
    elsewhere.gives_code(ada.recovery[0])
    elsewhere.browser.post("/sign-in/password/", {"password": "quite another password"})
    assert elsewhere.is_in()
    assert not ada.is_in()


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("elevenchars", "PASSWORD_TOO_SHORT"),
        ("x" * 300, "PASSWORD_TOO_SHORT"),
        ("1q2w3e4r5t6y7u8i", "PASSWORD_BREACHED"),
        ("Password12345!", "PASSWORD_BREACHED"),
        ("abababababababab", "PASSWORD_BREACHED"),
        ("Keepwell2026", "PASSWORD_CONTEXT"),
        ("ada.example.org", "PASSWORD_CONTEXT"),
        ("Willow-Willow-1", "PASSWORD_CONTEXT"),
    ],
)
def test_a_weak_password_is_refused_by_name(password: str, code: str, bo: Somebody):
    bo.browser.post(bo.link())
    refused(bo.browser.post("/sign-in/password/", {"password": password}), code, 422)
    assert not Person.objects.get(id=bo.person.id).has_usable_password()


@pytest.mark.parametrize(
    "password",
    [
        "three otters in the rain",
        "Zahnräder drehen schön",
        "密码密码很长的一句话可以的",
        "x9!Lq" * 5,
        " spaces around it ",
    ],
)
def test_a_long_password_of_any_kind_is_taken_as_it_is(password: str, bo: Somebody):
    enrols(bo, password)
    assert Person.objects.get(id=bo.person.id).check_password(password)


def test_one_password_spelled_two_ways_is_one_password(bo: Somebody):
    enrols(bo, "cafe\u0301 in the morning")
    later = Somebody(bo.clinic, bo.person, bo.membership, bo.secret)
    assert later.gives_password("caf\u00e9 in the morning").status_code == 302


def test_half_a_sign_in_is_forgotten_after_ten_minutes(bo: Somebody, monkeypatch: pytest.MonkeyPatch):
    from keepwell.access import limits

    monkeypatch.setattr(limits, "PENDING_SECONDS", -1)
    bo.browser.post(bo.link())
    refused(bo.browser.get("/sign-in/password/"), "SIGN_IN_STARTED_OVER", 401)


def test_only_somebody_present_makes_links(bo: Somebody):
    with pytest.raises(Refusal) as caught:
        credentials.make_link(bo.membership, by=bo.clinic.system)
    assert caught.value.code == "NOBODY_PRESENT"
    assert Session.objects.filter(person=bo.person, created_at__gt=clock.now()).count() == 0


def test_the_command_line_makes_a_link_that_works(bo: Somebody, capsys: pytest.CaptureFixture[str]):
    from keepwell.cli.main import main

    assert main(["sign-in-link", bo.email.upper(), "--site", "https://clinic.example/", *WHO]) == 0
    link, _, place = capsys.readouterr().out.strip().partition("  ")
    assert place == "Willow, provider"
    assert bo.browser.post(link.removeprefix("https://clinic.example")).status_code == 302
    assert main(["sign-in-link", "nobody.at.all@example.org", *WHO]) == 1
