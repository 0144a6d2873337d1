"""Passkeys: the device and whoever unlocked it, at this site, for this challenge, once."""

from __future__ import annotations

import json
import re
from typing import Any

import psycopg
import pytest
from django.test import Client

from keepwell.access import door, passkeys
from keepwell.access.models import Passkey, Person
from keepwell.access.tests.soft import UP, SoftKey, asked, registers, signs_in
from keepwell.access.tests.somebody import PASSWORD, Somebody, entries, refused
from keepwell.base.actor import nobody
from keepwell.ledger.doorway import present
from tests.cast import Clinic


@pytest.fixture
def ada(willow: Clinic) -> Somebody:
    return Somebody.at(willow).signs_in()


@pytest.fixture
def key(ada: Somebody) -> SoftKey:
    key = SoftKey()
    assert registers(ada.browser, key).status_code == 302
    return key


def is_in(browser: Client) -> bool:
    return browser.get("/your-sign-in/").status_code == 200


def only(ada: Somebody) -> tuple[Passkey, passkeys.Held]:
    ((row, held),) = passkeys.of(ada.person.id)
    return row, held


def test_a_passkey_signs_in_by_itself_and_without_a_name(ada: Somebody, key: SoftKey):
    browser = Client()
    assert signs_in(browser, key)["Location"] == "/"
    assert is_in(browser)
    assert json.loads(ada.entries("sign_in.succeeded")[-1]["detail"]) == {"by": ["passkey"]}
    assert [e["subjects"] for e in ada.entries("passkey.registered")] == [[ada.person.id]]
    assert [ada.person.id] in [e["subjects"] for e in entries("passkey.used", nobody())]


def test_it_leads_back_to_the_page_asked_for_and_nowhere_else(key: SoftKey):
    assert signs_in(Client(), key, next="/settings/")["Location"] == "/settings/"
    assert signs_in(Client(), key, next="//evil.example/")["Location"] == "/"


def test_after_a_password_it_is_the_second_step(ada: Somebody, key: SoftKey):
    later = Somebody(ada.clinic, ada.person, ada.membership)
    later.gives_password()
    assert "Use a passkey" in later.browser.get("/sign-in/code/").content.decode()
    assert signs_in(later.browser, key)["Location"] == "/"
    assert json.loads(ada.entries("sign_in.succeeded")[-1]["detail"]) == {"by": ["password", "passkey"]}


def test_somebody_elses_passkey_is_no_second_step(ada: Somebody, key: SoftKey, willow: Clinic):
    bo = Somebody.at(willow)
    bo.gives_password()
    refused(signs_in(bo.browser, key), "PASSKEY_REFUSED", 401)
    assert not bo.is_in()


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://testserver.evil.example"},
        {"origin": "https://testserver"},
        {"site": "evil.example"},
        {"flags": UP},
        {"flags": 0},
        {"id": b"x" * 32},
        {"user": b"y" * 16},
        {"user": b""},
        {"user": b"z" * 5},
    ],
)
def test_an_answer_that_is_wrong_in_anything_signs_nobody_in(key: SoftKey, lie: dict[str, Any]):
    for name, value in lie.items():
        setattr(key, name, value)
    browser = Client()
    refused(signs_in(browser, key), "PASSKEY_REFUSED", 401)
    assert not is_in(browser)


def test_another_key_under_the_same_name_signs_nobody_in(key: SoftKey):
    key.private = SoftKey().private
    refused(signs_in(Client(), key), "PASSKEY_REFUSED", 401)


def test_an_unknown_passkey_and_a_removed_one_get_the_same_answer(ada: Somebody, key: SoftKey):
    ada.browser.post(f"/your-factors/passkeys/{only(ada)[0].id}/end/")
    removed, unknown = signs_in(Client(), key), signs_in(Client(), SoftKey(user=b"u" * 16))
    refused(removed, "PASSKEY_REFUSED", 401)
    assert neutral(removed) == neutral(unknown)


def test_a_challenge_is_the_sessions_own_and_good_once(key: SoftKey):
    browser = Client()
    answer = key.signs(asked(browser, "prove"))
    asked(other := Client(), "prove")
    refused(other.post("/sign-in/passkey/", {"passkey": answer}), "PASSKEY_REFUSED", 401)
    assert browser.post("/sign-in/passkey/", {"passkey": answer}).status_code == 302
    refused(Client().post("/sign-in/passkey/", {"passkey": answer}), "PASSKEY_REFUSED", 401)


def test_a_challenge_is_good_once(ada: Somebody, key: SoftKey):
    """Also in the session that it was given to: the same answer again proves nothing."""
    page = ada.waits_a_while().browser.get("/your-factors/password/").content.decode()
    held, *_ = re.findall(r'name="again-held" value="([^"]+)"', page)
    proof = {"again-held": held, "passkey": key.signs(asked(ada.browser, "prove"))}
    key.count = -1
    assert ada.browser.post("/your-factors/password/", proof).status_code == 303
    refused(ada.waits_a_while().browser.post("/your-factors/password/", proof), "PASSKEY_REFUSED", 401)


def test_a_challenge_waits_ten_minutes(key: SoftKey, monkeypatch: pytest.MonkeyPatch):
    from keepwell.access import limits

    monkeypatch.setattr(limits, "PENDING_SECONDS", -1)
    refused(signs_in(Client(), key), "PASSKEY_REFUSED", 401)


def test_a_challenge_to_register_is_not_one_to_sign_in(ada: Somebody, key: SoftKey):
    assert ada.waits_a_while().browser.get("/your-factors/password/").status_code == 401
    refused(signs_in(Client(), key, passkey="{}"), "PASSKEY_REFUSED", 401)
    sent = {"name": "x", "passkey": SoftKey().makes(asked(ada.browser, "register"))}
    asked(ada.browser, "prove")
    ada.browser.post("/your-factors/passkeys/", sent)
    assert len(passkeys.of(ada.person.id)) == 1


def test_a_counter_that_stands_still_is_a_copy(key: SoftKey):
    assert signs_in(Client(), key).status_code == 302
    key.count -= 1
    browser = Client()
    refused(signs_in(browser, key), "PASSKEY_COPIED", 403)
    assert not is_in(browser)


def test_one_that_never_counts_is_no_copy(ada: Somebody, key: SoftKey):
    for _ in range(2):
        key.count = -1
        assert signs_in(Client(), key).status_code == 302


def test_a_closed_account_is_refused_like_an_unknown_passkey(ada: Somebody, key: SoftKey):
    from keepwell.access.tests.closing import close

    with present(ada.clinic.system) as by:
        close(Person.objects.get(id=ada.person.id), by=by)
    refused(signs_in(Client(), key), "PASSKEY_REFUSED", 401)


def test_the_question_names_nobodys_passkeys_to_a_stranger(key: SoftKey):
    assert not asked(Client(), "prove")["publicKey"].get("allowCredentials")


def test_asking_again_and_again_waits(monkeypatch: pytest.MonkeyPatch, database: None):
    from keepwell.access import throttle, views_passkeys
    from keepwell.access.throttle import By, Limit
    from keepwell.base.ids import new_id

    here = str(new_id())
    monkeypatch.setattr(views_passkeys, "address", lambda request: here)
    monkeypatch.setitem(throttle._LIMITS, By.ADDRESS, Limit([0, 60], forget=60))
    codes = [Client().post("/sign-in/passkey/options/", {"for": "prove"}).status_code for _ in range(3)]
    assert codes == [200, 200, 429]


def test_what_is_in_the_tables_is_sealed_to_its_person(
    ada: Somebody, key: SoftKey, willow: Clinic, owner_sql: psycopg.Connection
):
    row, held = only(ada)
    seen = owner_sql.execute("SELECT t::text FROM access_passkey t WHERE id = %s", [row.id]).fetchall()[0][0]
    assert key.id.hex() not in seen and held.key not in seen and "phone" not in seen
    bo = Somebody.at(willow)
    row.person = bo.person
    with pytest.raises(Exception, match="INTEGRITY_FAILURE"):
        door.box("factors").open(row.sealed, passkeys._bound(row))


def test_a_row_written_without_an_action_is_refused(ada: Somebody, app_sql: psycopg.Connection):
    with pytest.raises(psycopg.Error):
        app_sql.execute(
            "INSERT INTO access_passkey (id, person_id, sealed, made_at) VALUES (gen_random_uuid(), %s, 'x', now())",
            [ada.person.id],
        )


# One's own ------------------------------------------------------------------------------------------


def test_several_have_names_and_can_be_renamed(ada: Somebody, key: SoftKey):
    registers(ada.browser, SoftKey(), "security key")
    row, _ = passkeys.of(ada.person.id)[0]
    assert ada.browser.post(f"/your-factors/passkeys/{row.id}/", {"name": "my new phone"}).status_code == 302
    shown = ada.browser.get("/your-factors/").content.decode()
    assert "my new phone" in shown and "security key" in shown
    assert [e["subjects"] for e in ada.entries("passkey.renamed")] == [[ada.person.id]]
    assert signs_in(Client(), key).status_code == 302


def test_the_same_one_is_not_registered_twice(ada: Somebody, key: SoftKey):
    refused(registers(ada.browser, key), "PASSKEY_REFUSED", 401)


def test_one_that_was_not_unlocked_is_not_registered(ada: Somebody):
    refused(registers(ada.browser, SoftKey(flags=UP)), "PASSKEY_REFUSED", 401)
    assert passkeys.of(ada.person.id) == []


def test_nobody_renames_or_ends_somebody_elses(ada: Somebody, key: SoftKey, willow: Clinic):
    bo, row = Somebody.at(willow).signs_in(), only(ada)[0]
    refused(bo.browser.post(f"/your-factors/passkeys/{row.id}/", {"name": "mine"}), "NOT_FOUND", 404)
    refused(bo.browser.post(f"/your-factors/passkeys/{row.id}/end/"), "NOT_FOUND", 404)


def test_a_removed_one_signs_nobody_in(ada: Somebody, key: SoftKey):
    assert ada.browser.post(f"/your-factors/passkeys/{only(ada)[0].id}/end/").status_code == 302
    refused(signs_in(Client(), key), "PASSKEY_REFUSED", 401)
    assert [e["subjects"] for e in ada.entries("passkey.ended")] == [[ada.person.id]]


def test_without_password_and_app_it_is_all_there_is_and_the_last_one_stays(ada: Somebody, key: SoftKey):
    assert ada.browser.post("/your-factors/app/end/").status_code == 302
    assert ada.browser.post("/your-factors/password/end/").status_code == 302
    assert [e["subjects"] for e in ada.entries("password.ended")] == [[ada.person.id]]
    assert [e["subjects"] for e in ada.entries("second_factor.ended")] == [[ada.person.id]]
    refused(Somebody(ada.clinic, ada.person, ada.membership).gives_password(), "SIGN_IN_REFUSED", 401)
    refused(ada.browser.post(f"/your-factors/passkeys/{only(ada)[0].id}/end/"), "FACTOR_NOT_ALLOWED", 403)
    assert signs_in(Client(), key).status_code == 302


def test_neither_app_nor_password_goes_without_a_passkey(ada: Somebody):
    refused(ada.browser.post("/your-factors/app/end/"), "FACTOR_NOT_ALLOWED", 403)
    refused(ada.browser.post("/your-factors/password/end/"), "FACTOR_NOT_ALLOWED", 403)


def test_an_app_can_be_set_up_again_after_one_was_removed(ada: Somebody, key: SoftKey):
    ada.browser.post("/your-factors/app/end/")
    shown = ada.browser.get("/your-factors/app/").content.decode()
    found = re.search(r'class="key">([A-Z2-7 ]+)<', shown)
    assert found
    ada.secret = found[1].replace(" ", "")
    refused(ada.browser.post("/your-factors/app/", {"code": "000000"}), "MFA_CODE_REFUSED", 401)
    assert (
        "Keep these recovery codes"
        in ada.browser.post("/your-factors/app/", {"code": ada.next_code()}).content.decode()
    )
    refused(ada.browser.post("/your-factors/app/", {"code": ada.next_code()}), "MFA_CODE_REFUSED", 401)


def test_a_passkey_proves_again_who_it_is(ada: Somebody, key: SoftKey):
    page = ada.waits_a_while().browser.get("/your-factors/password/")
    held = re.search(r'name="again-held" value="([^"]+)"', page.content.decode())
    assert held
    proof = {"again-held": held[1], "passkey": key.signs(asked(ada.browser, "prove"))}
    assert ada.browser.post("/your-factors/password/", proof).status_code == 303
    assert ada.browser.get("/your-factors/password/").status_code == 200


def test_somebody_elses_passkey_proves_nothing_again(ada: Somebody, key: SoftKey, willow: Clinic):
    bo = Somebody.at(willow).signs_in().waits_a_while()
    page = bo.browser.get("/your-factors/password/")
    held = re.search(r'name="again-held" value="([^"]+)"', page.content.decode())
    assert held
    proof = {"again-held": held[1], "passkey": key.signs(asked(bo.browser, "prove"))}
    refused(bo.browser.post("/your-factors/password/", proof), "PASSKEY_REFUSED", 401)


def test_a_link_leads_to_an_account_with_a_passkey_only(willow: Clinic):
    bo, key = Somebody.at(willow, enrolled=False), SoftKey()
    bo.browser.post(bo.link())
    answer = bo.browser.post("/sign-in/new-passkey/", {"passkey": key.makes(asked(bo.browser, "register"))})
    assert "Keep these recovery codes" in answer.content.decode()
    assert bo.browser.post("/sign-in/place/")["Location"] == "/"
    assert bo.is_in()
    assert not Person.objects.get(id=bo.person.id).has_usable_password()
    assert signs_in(Client(), key).status_code == 302
    refused(bo.browser.post("/sign-in/new-passkey/", {"passkey": "x"}), "SIGN_IN_STARTED_OVER", 401)


def test_a_bad_passkey_at_a_link_shows_the_step_again(willow: Clinic):
    bo = Somebody.at(willow, enrolled=False)
    bo.browser.post(bo.link())
    refused(bo.browser.post("/sign-in/new-passkey/", {"passkey": "{}"}), "PASSKEY_REFUSED", 401)
    bo.browser.post("/sign-in/password/", {"password": PASSWORD})
    refused(bo.browser.post("/sign-in/new-passkey/", {"passkey": "nonsense"}), "PASSKEY_REFUSED", 401)


def neutral(answer) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
