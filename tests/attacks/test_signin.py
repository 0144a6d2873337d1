"""Somebody reads or writes the tables, replays a code, or tries passwords on two workers: none of it signs them in."""

from __future__ import annotations

import base64
import hashlib
import secrets
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.test import Client

from keepwell.access import door, factors
from keepwell.access.models import Person, Session
from keepwell.access.tests.somebody import PASSWORD, Somebody, code_at
from keepwell.base.actor import Role
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger import tokens
from keepwell.ledger.doorway import present
from tests.attacks.workers import Browser, Workers, workers  # noqa: F401 - a fixture
from tests.cast import Clinic


@pytest.fixture
def ada(willow: Clinic) -> Somebody:
    return Somebody.at(willow)


def with_cookie(key: str) -> Client:
    browser = Client()
    browser.cookies["keepwell"] = key
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/your-sign-in/").status_code == 200


def everything(owner_sql: psycopg.Connection, table: str) -> str:
    return "\n".join(row for (row,) in owner_sql.execute(f"SELECT t::text FROM {table} t").fetchall())


# Reading --------------------------------------------------------------------------------------------


def test_a_second_factor_read_from_the_tables_is_useless(ada: Somebody, owner_sql: psycopg.Connection):
    raw = base64.b32decode(ada.secret)
    seen = everything(owner_sql, "mfa_authenticator")
    for spelling in (ada.secret, ada.secret.lower(), raw.hex(), base64.b64encode(raw).decode(), *ada.recovery):
        assert spelling not in seen


def test_a_second_factor_moved_to_another_person_opens_nothing(
    willow: Clinic, ada: Somebody, app_sql: psycopg.Connection
):
    bo = Somebody.at(willow)
    read = "SELECT data->>'secret' FROM mfa_authenticator WHERE user_id = %s AND type = 'totp'"
    [(hers,)] = app_sql.execute(read, [ada.person.id]).fetchall()
    with pytest.raises(Refusal) as caught, factors.of(bo.person.id):
        factors.SealedFactors().decrypt(hers)
    assert caught.value.code == "INTEGRITY_FAILURE"


def test_a_secret_being_enrolled_is_sealed_too(willow: Clinic, owner_sql: psycopg.Connection):
    bo = Somebody.at(willow, enrolled=False)
    bo.browser.post(bo.link())
    bo.browser.post("/sign-in/password/", {"password": PASSWORD})
    page = bo.browser.get("/sign-in/authenticator/").content.decode()
    shown = page.split('class="key">')[1].split("<")[0].replace(" ", "")
    assert len(shown) == 32
    assert shown not in everything(owner_sql, "access_session")


def test_a_session_read_from_the_tables_signs_nobody_in(ada: Somebody, app_sql: psycopg.Connection):
    key = ada.signs_in().browser.cookies["keepwell"].value
    rows = app_sql.execute("SELECT key_hash, data, id::text FROM access_session WHERE ended_at IS NULL").fetchall()
    assert rows
    for hashed, data, session in rows:
        for read in (bytes(hashed).hex(), base64.urlsafe_b64encode(bytes(hashed)).decode().rstrip("="), data, session):
            assert key not in read
            assert not is_in(with_cookie(read))
    assert is_in(with_cookie(key))


def test_a_link_cannot_be_made_from_the_tables(willow: Clinic, owner_sql: psycopg.Connection):
    bo = Somebody.at(willow, enrolled=False)
    link = bo.link().strip("/").rsplit("/", 1)[1]
    raw = base64.urlsafe_b64decode(link + "=" * (-len(link) % 4))
    seen = everything(owner_sql, "access_signinlink")
    assert str(bo.person.id) in seen
    assert link not in seen
    assert raw[-24:].hex() not in seen


# Writing --------------------------------------------------------------------------------------------


def test_a_session_row_copied_under_another_key_signs_nobody_in(ada: Somebody, app_sql: psycopg.Connection):
    ada.signs_in()
    mine = secrets.token_urlsafe(32)
    hashed = hashlib.sha256(mine.encode()).digest()
    copied = (
        "INSERT INTO access_session (id, key_hash, person_id, data, created_at, seen_at, expires_at)"
        " SELECT gen_random_uuid(), %s, person_id, data, created_at, now(), expires_at FROM access_session"
        " WHERE person_id = %s AND ended_at IS NULL"
    )
    assert app_sql.execute(copied, [hashed, ada.person.id]).rowcount == 1
    assert not is_in(with_cookie(mine))
    app_sql.execute("UPDATE access_session SET key_hash = %s WHERE key_hash = %s", [b"set aside", hashed])
    renamed = "UPDATE access_session SET key_hash = %s WHERE person_id = %s AND ended_at IS NULL AND key_hash <> %s"
    assert app_sql.execute(renamed, [hashed, ada.person.id, b"set aside"]).rowcount == 1
    assert not is_in(with_cookie(mine))


def test_a_session_given_the_meaning_of_another_signs_nobody_in(
    willow: Clinic, ada: Somebody, app_sql: psycopg.Connection
):
    theo = Somebody.at(willow, Role.PRIVACY_OFFICER).signs_in()
    ada.signs_in()
    app_sql.execute(
        "UPDATE access_session a SET data = b.data, person_id = b.person_id FROM access_session b"
        " WHERE a.person_id = %s AND b.person_id = %s",
        [ada.person.id, theo.person.id],
    )
    assert not is_in(ada.browser)


def test_a_session_made_by_hand_signs_nobody_in(ada: Somebody, app_sql: psycopg.Connection):
    mine = secrets.token_urlsafe(32)
    app_sql.execute(
        "INSERT INTO access_session (id, key_hash, person_id, data, created_at, seen_at, expires_at)"
        " VALUES (%s, %s, %s, %s, now(), now(), now() + interval '1 hour')",
        [
            new_id(),
            hashlib.sha256(mine.encode()).digest(),
            ada.person.id,
            f'{{"person": "{ada.person.id}", "membership": "{ada.membership.id}", "since": 9e9, "hours": 9}}',
        ],
    )
    assert not is_in(with_cookie(mine))


BY_HAND = [
    "UPDATE access_person SET password = 'x' WHERE id = %(ada)s",
    "UPDATE access_person SET email = 'thief@example.org' WHERE id = %(ada)s",
    "UPDATE access_person SET password = (SELECT password FROM access_person WHERE id = %(bo)s) WHERE id = %(ada)s",
    "DELETE FROM access_person WHERE id = %(ada)s",
    "TRUNCATE access_person CASCADE",
    "DELETE FROM mfa_authenticator WHERE user_id = %(ada)s",
    "TRUNCATE mfa_authenticator",
    "UPDATE mfa_authenticator SET data = '{}' WHERE user_id = %(ada)s",
    "UPDATE mfa_authenticator SET user_id = %(bo)s WHERE user_id = %(ada)s",
    "UPDATE mfa_authenticator SET type = 'webauthn' WHERE user_id = %(ada)s",
    "UPDATE mfa_authenticator SET data = jsonb_set(data, '{used_mask}', '0') WHERE user_id = %(ada)s",
    "INSERT INTO mfa_authenticator (user_id, type, data, created_at) VALUES (%(ada)s, 'webauthn', '{}', now())",
    "INSERT INTO access_signinlink (id, practice_id, person_id, membership_id, made_at, expires_at)"
    " VALUES (gen_random_uuid(), %(willow)s, %(ada)s, %(hers)s, now(), now() + interval '1 day')",
    'INSERT INTO account_emailaddress (user_id, email, verified, "primary")'
    " VALUES (%(ada)s, 'thief@example.org', true, true)",
    "DELETE FROM custody.attempt",
    "UPDATE custody.attempt SET failures = 0",
    "DELETE FROM custody.spent_code",
    "SELECT * FROM custody.spent_code",
]  # fmt: skip
REFUSED = ("42501", "KW002")


@pytest.mark.parametrize("statement", BY_HAND)
@pytest.mark.parametrize("present_as", ["nobody", "somebody"])
def test_credentials_do_not_change_by_hand(
    statement: str, present_as: str, willow: Clinic, app_sql: psycopg.Connection
):
    ada, bo = Somebody.at(willow), Somebody.at(willow, enrolled=False)
    names = {"ada": ada.person.id, "bo": bo.person.id, "hers": ada.membership.id, "willow": willow.practice.id}
    before = _credentials(app_sql, ada)
    with pytest.raises(psycopg.Error) as caught, app_sql.transaction():
        if present_as == "somebody":
            app_sql.execute("SELECT custody.enter(%s)", [tokens.sign(willow.system)])
        app_sql.execute(statement, names)
    assert caught.value.sqlstate in REFUSED
    assert _credentials(app_sql, ada) == before


def _credentials(app_sql: psycopg.Connection, who: Somebody) -> list[tuple[object, ...]]:
    found = app_sql.execute(
        "SELECT email, password, is_active FROM access_person WHERE id = %s", [who.person.id]
    ).fetchall()
    return (
        found
        + app_sql.execute(
            "SELECT type, data::text FROM mfa_authenticator WHERE user_id = %s ORDER BY type", [who.person.id]
        ).fetchall()
    )


def test_an_action_about_one_person_does_not_change_another(willow: Clinic, ada: Somebody):
    from keepwell.ledger.actions import action

    bo = Somebody.at(willow)

    @action(f"test.slip_{new_id().hex}", about="person")
    def slip(person: Person, *, by) -> None:
        Person.objects.filter(id=bo.person.id).update(password="x")

    with pytest.raises(Exception, match="outside any action"), present(willow.system) as by:
        slip(ada.person, by=by)
    assert Person.objects.get(id=bo.person.id).check_password(PASSWORD)


# Asking the door ------------------------------------------------------------------------------------

QUESTIONS = [
    "SELECT * FROM custody.whoami(%(token)s, %(hash)s)",
    "SELECT * FROM custody.memberships(%(token)s, %(ada)s)",
    "SELECT * FROM custody.attempt(%(token)s, %(hash)s, ARRAY[0], 0)",
    "SELECT custody.forgive(%(token)s, %(hash)s, true)",
    "SELECT custody.spend_code(%(token)s, %(ada)s, 1)",
]


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("whose", ["nobody's", "a member's", "a made-up one"])
def test_the_door_answers_only_the_house(question: str, whose: str, ada: Somebody, app_sql: psycopg.Connection):
    token = {
        "nobody's": "",
        "a member's": tokens.sign(ada.clinic.system),
        "a made-up one": "|".join(["00000000-0000-0000-0000-000000000000"] * 6 + ["9999999999", "00" * 32]),
    }[whose]
    with pytest.raises(psycopg.Error) as caught:
        app_sql.execute(question, {"token": token, "hash": b"x" * 32, "ada": ada.person.id})
    assert caught.value.sqlstate == "KW401"


# Two workers ----------------------------------------------------------------------------------------


def test_brute_force_on_two_workers_is_counted_once(ada: Somebody, workers: Workers, owner_sql: psycopg.Connection):  # noqa: F811
    """Nine failures stand already; of sixteen passwords tried at once on both workers, one is looked at."""
    key = door.keyed("attempts", f"account:{ada.email}")
    with owner_sql.transaction():
        owner_sql.execute("SET LOCAL ROLE keepwell_custodian")
        owner_sql.execute("INSERT INTO custody.attempt VALUES (%s, 9, now() - interval '5 minutes')", [key])
    browsers = [Browser(workers) for _ in range(16)]
    for browser in browsers:
        browser.get("/sign-in/")
    with ThreadPoolExecutor(16) as pool:
        tried = list(pool.map(lambda b: b.post("/sign-in/", email=ada.email, password="not the password"), browsers))
    assert sorted(status for status, _ in tried) == [401] + [429] * 15
    assert sum("LOGIN_LOCKED" in body for _, body in tried) == 15
    assert workers.that_served() == 2


def test_a_code_replayed_on_two_workers_signs_in_one_browser(ada: Somebody, workers: Workers):  # noqa: F811
    browsers = [Browser(workers) for _ in range(4)]
    for browser in browsers:
        browser.get("/sign-in/")
        assert browser.post("/sign-in/", email=ada.email, password=PASSWORD)[0] == 302
        browser.get("/sign-in/code/")
    code = code_at(ada.secret)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda b: b.post("/sign-in/code/", code=code)[0], browsers))
    assert sorted(answers) == [302, 401, 401, 401]
    assert sorted(browser.get("/your-sign-in/")[0] for browser in browsers) == [200, 302, 302, 302]
    assert Session.objects.filter(person=ada.person, ended_at=None).count() == 1
