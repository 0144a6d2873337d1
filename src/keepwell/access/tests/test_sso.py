"""Single sign-on against a real service on loopback: who gets in, where to, and how a crooked answer is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from django.test import Client

from keepwell.access import actions as access
from keepwell.access import oidc, sso
from keepwell.access.models import IdentityLink, IdentityProvider, Notice
from keepwell.access.tests.provider import CLIENT, SECRET, Provider, serving
from keepwell.access.tests.somebody import Somebody, entries, refused
from keepwell.base.actor import Actor, Role
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from tests.browse import ask, text
from tests.cast import Clinic

FORM = {
    "label": "Willow account",
    "client": CLIENT,
    "secret": SECRET,
    "roles": ["practitioner", "biller"],
    "trusts": "on",
}


@pytest.fixture
def service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any, willow: Clinic, pat: Actor
) -> Iterator[Provider]:
    "Willow's own, set by its administrator."
    settings.KEEPWELL_SSO_PRIVATE = True
    with serving(tmp_path) as (provider, certificate):
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        answer = ask(pat, "/settings/single-sign-on/", FORM | {"issuer": provider.issuer})
        assert answer.status_code == 302, text(answer)
        yield provider


@pytest.fixture
def ada(willow: Clinic, service: Provider) -> Somebody:
    who = Somebody.at(willow)
    service.who = {"sub": "u-17", "email": who.email.upper(), "email_verified": True, "amr": ["pwd", "mfa"]}
    return who


def begins(browser: Client, willow: Clinic) -> Any:
    (mine,) = [each for each in sso.services() if each.practice == willow.practice.id]
    return browser.get(f"/sign-in/sso/{mine.id}/?next=/tasks/")


def comes(browser: Client, willow: Clinic, service: Provider) -> Any:
    return browser.get(service.authorized(begins(browser, willow)["Location"]))


def bound(who: Somebody, service: Provider) -> Somebody:
    "Once before: matched by address, and proved with a code of their own."
    answer = comes(who.browser, who.clinic, service)
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == "/sign-in/code/"
    answer = who.gives_code()
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == "/tasks/"
    who.browser = Client()
    return who


def test_the_first_time_ones_own_second_factor_is_asked_and_from_then_on_the_services(
    willow: Clinic, ada: Somebody, service: Provider
):
    page = Client().get("/sign-in/").content.decode()
    assert "Sign in with Willow account" in page
    bound(ada, service)
    with present(willow.system):
        link = IdentityLink.objects.get()
        told = [n.kind for n in Notice.objects.filter(member=ada.membership)]
    assert (link.person_id, bytes(link.mac)) == (ada.person.id, sso.mac_of(service.issuer, "u-17"))
    assert "identity.bound" in told
    assert [e["subjects"] for e in entries("identity.bound", willow.system)] == [[ada.person.id]]
    service.who["email"] = "somebody.else@example.org"
    assert comes(ada.browser, willow, service)["Location"] == "/tasks/"
    assert ada.is_in()
    assert entries("sign_in.succeeded", willow.system)[-1]["detail"] == '{"by":["oidc","oidc_mfa"]}'


def test_a_provider_that_asked_for_no_second_factor_leaves_ours_to_be_asked(
    willow: Clinic, ada: Somebody, service: Provider, pat: Actor
):
    bound(ada, service)
    for weak in ({"amr": ["pwd"]}, {"amr": "mfa"}, {"amr": None, "acr": "1"}):
        service.who |= weak
        assert comes(Client(), willow, service)["Location"] == "/sign-in/code/", weak
    service.who |= {"acr": "https://refeds.org/profile/mfa"}
    assert comes(Client(), willow, service)["Location"] == "/tasks/"
    service.who |= {"amr": ["mfa"], "acr": None}
    form = {name: value for name, value in FORM.items() if name not in ("trusts", "secret")}
    assert ask(pat, "/settings/single-sign-on/", form | {"issuer": service.issuer}).status_code == 302
    assert comes(Client(), willow, service)["Location"] == "/sign-in/code/"


@pytest.mark.parametrize(
    "said",
    [
        {"email": "nobody@willow.example"}, {"email_verified": False}, {"email_verified": "true"}, {"email": None},
        {"email": ["a@b.example"]},
    ],
)  # fmt: skip
def test_it_makes_no_account_and_believes_no_address_that_is_not_verified(
    willow: Clinic, ada: Somebody, service: Provider, said: dict[str, Any]
):
    service.who |= said
    refused(comes(Client(), willow, service), "SSO_UNKNOWN", 401)
    with present(willow.system):
        assert not IdentityLink.objects.exists()


def test_roles_that_may_not_use_it_are_not_let_in_by_it(willow: Clinic, ada: Somebody, service: Provider):
    rosa = Somebody.at(willow, Role.FRONT_DESK)
    service.who["email"] = rosa.email
    refused(comes(Client(), willow, service), "SSO_UNKNOWN", 401)
    service.who["email"] = ada.email
    bound(ada, service)
    with present(willow.system) as by:
        desk = access.join(ada.person, Role.FRONT_DESK, by=by)
    assert comes(ada.browser, willow, service)["Location"] == "/tasks/"
    refused(ada.browser.post(f"/hats/{desk.id}/wear/"), "SSO_ROLE", 403)
    ada.browser.post("/sign-in/place/", {"place": str(desk.id)})
    assert {e["actor_id"] for e in entries("sign_in.succeeded", willow.system)} == {ada.membership.id}


def test_what_one_practices_service_vouches_for_opens_nothing_in_another(
    willow: Clinic, oak: Clinic, ada: Somebody, service: Provider
):
    with present(oak.system) as by:
        there = access.join(ada.person, Role.PRACTITIONER, by=by)
    bound(ada, service)
    assert comes(ada.browser, willow, service)["Location"] == "/tasks/"
    ada.browser.post("/sign-in/place/", {"place": str(there.id)})
    assert entries("sign_in.succeeded", oak.system) == []


def test_a_second_account_of_the_service_does_not_become_somebody_who_is_bound(
    willow: Clinic, ada: Somebody, service: Provider
):
    bound(ada, service)
    service.who["sub"] = "u-99"
    refused(comes(Client(), willow, service), "SSO_UNKNOWN", 401)


CROOKED: list[tuple[str, dict[str, Any]]] = [
    ("another key", {"key": True}), ("an unknown key", {"kid": "two"}), ("no signature", {"alg": "none"}),
    ("a shared secret", {"alg": "HS256"}), ("another state", {"state": "x"}),
    ("another issuer", {"claims": {"iss": "https://evil.example"}}), ("another client", {"claims": {"aud": "other"}}),
    ("for others too", {"claims": {"aud": [CLIENT, "other"]}}), ("another nonce", {"claims": {"nonce": "x"}}),
    ("no nonce", {"claims": {"nonce": None}}), ("long over", {"claims": {"exp": 1_000_000}}),
    ("without an end", {"claims": {"exp": None}}),
    ("of tomorrow", {"claims": {"iat": 4_000_000_000, "exp": 4_000_000_300}}),
    ("of nobody", {"claims": {"sub": ""}}), ("of a number", {"claims": {"sub": 17}}),
]  # fmt: skip


@pytest.mark.attack
@pytest.mark.parametrize("wrong", [w for _, w in CROOKED], ids=[n for n, _ in CROOKED])
def test_a_crooked_answer_is_refused(willow: Clinic, ada: Somebody, service: Provider, wrong: dict[str, Any]):
    service.wrong = wrong
    browser = Client()
    refused(comes(browser, willow, service), "SSO_REFUSED", 401)
    refused(browser.get("/sign-in/code/"), "SIGN_IN_STARTED_OVER", 401)


@pytest.mark.attack
def test_an_answer_is_good_once_and_only_in_the_browser_that_asked(willow: Clinic, ada: Somebody, service: Provider):
    browser = Client()
    way_back = service.authorized(begins(browser, willow)["Location"])
    refused(Client().get(way_back), "SSO_REFUSED", 401)
    stolen = parse_qs(urlsplit(way_back).query)["code"][0]
    other = Client()
    state = parse_qs(urlsplit(begins(other, willow)["Location"]).query)["state"][0]
    refused(other.get(f"/sign-in/sso/back/?code={stolen}&state={state}"), "SSO_UNREACHABLE", 424)
    refused(browser.get(way_back), "SSO_UNREACHABLE", 424)
    refused(browser.get(way_back), "SSO_REFUSED", 401)


def test_a_refusal_of_the_service_is_one_here_and_on_record(willow: Clinic, ada: Somebody, service: Provider):
    browser = Client()
    state = parse_qs(urlsplit(begins(browser, willow)["Location"]).query)["state"][0]
    refused(browser.get(f"/sign-in/sso/back/?error=access_denied&state={state}"), "SSO_REFUSED", 401)
    refused(Client().get(f"/sign-in/sso/{new_id()}/"), "SSO_REFUSED", 401)


def test_nobody_who_is_signed_in_is_signed_out_by_a_link_of_another_site(
    willow: Clinic, ada: Somebody, service: Provider
):
    ada.signs_in()
    assert begins(ada.browser, willow)["Location"] == "/"
    assert ada.browser.get("/sign-in/sso/back/?code=x&state=y")["Location"] == "/"
    assert ada.is_in()


@pytest.mark.attack
@pytest.mark.parametrize(
    "wrong",
    [
        {"redirect": "http://169.254.169.254/latest/meta-data/"}, {"body": b"x" * (oidc.MOST + 1)}, {"body": b"[1]"},
        {"body": b"<html>"}, {"configuration": {"issuer": "https://evil.example"}},
        {"configuration": {"token_endpoint": "http://localhost/token"}},
        {"configuration": {"jwks_uri": "file:///etc/passwd"}}, {"configuration": {"authorization_endpoint": None}},
    ],
)  # fmt: skip
def test_what_is_no_service_is_not_taken_for_one(
    willow: Clinic, ada: Somebody, service: Provider, wrong: dict[str, Any]
):
    service.wrong = wrong
    refused(begins(Client(), willow), "SSO_UNREACHABLE", 424)


@pytest.mark.attack
@pytest.mark.parametrize(
    "issuer",
    [
        "http://sso.example", "https://user@sso.example", "ftp://sso.example", "https://127.0.0.1", "https://[::1]",
        "https://10.0.0.8", "https://169.254.169.254", "https://[::ffff:10.0.0.1]", "https://0.0.0.0",
        "https://[64:ff9b::a00:1]", "https://[2002:a00:1::]", "https://100.64.0.1",
    ],
)  # fmt: skip
def test_no_private_address_is_asked(issuer: str, monkeypatch: pytest.MonkeyPatch, settings: Any):
    settings.KEEPWELL_SSO_PRIVATE = False
    monkeypatch.setattr("socket.getaddrinfo", lambda host, port, **more: [(0, 0, 0, "", (host, port))])
    monkeypatch.setattr("socket.create_connection", lambda *args: pytest.fail("it spoke to it"))
    with pytest.raises(Refusal) as caught:
        oidc.discovered(issuer)
    assert caught.value.code == "SSO_UNREACHABLE"


@pytest.mark.attack
def test_a_name_with_one_private_address_is_not_asked(monkeypatch: pytest.MonkeyPatch, settings: Any):
    settings.KEEPWELL_SSO_PRIVATE = False
    rows = [(0, 0, 0, "", ("93.184.215.14", 443)), (0, 0, 0, "", ("10.1.2.3", 443))]
    monkeypatch.setattr("socket.getaddrinfo", lambda host, port, **more: rows)
    monkeypatch.setattr("socket.create_connection", lambda *args: pytest.fail("it spoke to it"))
    with pytest.raises(Refusal):
        oidc.discovered("https://sso.example")


def test_a_certificate_nobody_vouches_for_is_not_believed(
    willow: Clinic, service: Provider, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("SSL_CERT_FILE")
    refused(begins(Client(), willow), "SSO_UNREACHABLE", 424)
    assert "/token" not in service.asked


def test_the_settings_page_keeps_the_secret_and_ends_it(
    willow: Clinic, service: Provider, pat: Actor, rosa: Actor, owner_sql: psycopg.Connection
):
    page = text(ask(pat, "/settings/single-sign-on/"))
    assert "/sign-in/sso/back/" in page
    assert SECRET not in page
    assert ask(rosa, "/settings/single-sign-on/").status_code == 403
    with present(willow.system):
        assert SECRET not in json.dumps(list(IdentityProvider.objects.values()), default=str)
    assert ask(pat, "/settings/single-sign-on/", FORM | {"issuer": "sso"}).status_code == 422
    bad = ask(pat, "/settings/single-sign-on/", FORM | {"issuer": f"{service.issuer}/nothing"})
    assert "SSO_UNREACHABLE" in text(bad)
    assert ask(pat, "/settings/single-sign-on/end/", {}).status_code == 302
    assert all(each.practice != willow.practice.id for each in sso.services())
    assert "STALE_VERSION" in text(ask(pat, "/settings/single-sign-on/end/", {}))
    for verb in ("identity_provider.set", "identity_provider.ended"):
        assert entries(verb, willow.system), verb
    without = {name: value for name, value in FORM.items() if name != "secret"} | {"issuer": service.issuer}
    assert "FIELD_EMPTY" in text(ask(pat, "/settings/single-sign-on/", without))


@pytest.mark.attack
def test_a_stolen_database_password_learns_no_service_and_binds_nobody(
    willow: Clinic, ada: Somebody, service: Provider, app_sql: psycopg.Connection
):
    with pytest.raises(psycopg.Error):
        app_sql.execute("SELECT * FROM custody.identity_providers(NULL)")
    with pytest.raises(psycopg.Error):
        app_sql.execute(
            "INSERT INTO access_identitylink (id, practice_id, provider_id, person_id, mac, bound_at)"
            " VALUES (%s, %s, %s, %s, %s, now())",
            [new_id(), willow.practice.id, new_id(), ada.person.id, b"m" * 32],
        )
