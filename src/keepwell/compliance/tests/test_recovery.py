"""A lost factor: two people vouch for a third, a pass for a day, and everything from before is over."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import psycopg
import pytest
from django.test import Client

from keepwell.access import actions as access
from keepwell.access import alternates, credentials, door, recovery
from keepwell.access.models import Membership, Notice, Person, Recovery
from keepwell.access.tests.soft import SoftKey, registers, signs_in
from keepwell.access.tests.somebody import Somebody, entries, refused
from keepwell.access.tests.test_grants import asked, cleared, link_for, wants
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger import reasons
from keepwell.ledger.doorway import present
from tests.browse import ask, text
from tests.cast import Clinic

LINE = "She came to the office with her passport."
SAID = {"how": "in_person", "line": LINE}


@pytest.fixture
def ada(willow: Clinic) -> Somebody:
    return Somebody.at(willow)


def vouches(by: Actor, who: Somebody, **more: str) -> Any:
    return ask(by, f"/people/{who.membership.id}/lost/", SAID | more)


def passed(by: Actor, second: Actor, who: Somebody) -> str:
    "The path of the pass, as the second voucher sees it."
    assert vouches(by, who).status_code == 302
    found = re.search(r"http://testserver(/sign-in/link/[\w-]+/)", text(vouches(second, who)))
    assert found
    return found[1]


def enrols(who: Somebody, link: str) -> None:
    who.browser = Client()
    assert who.browser.post(link)["Location"] == "/sign-in/password/"
    who.browser.post("/sign-in/password/", {"password": "three otters in the rain"})
    found = re.search(r'class="key">([A-Z2-7 ]+)<', who.browser.get("/sign-in/authenticator/").content.decode())
    assert found
    who.secret, who._ahead = found[1].replace(" ", ""), -1
    assert who.browser.post("/sign-in/authenticator/", {"code": who.next_code()}).status_code == 200
    assert who.browser.post("/sign-in/place/")["Location"] == "/"


def test_two_people_vouch_and_everything_from_before_is_over(ada: Somebody, pat: Actor, theo: Actor, willow: Clinic):
    key, before = SoftKey(), ada.signs_in().browser
    registers(before, key)
    link = passed(pat, theo, ada)
    assert ada.is_in(), "what somebody has ends when the pass is used, not before"
    ada.browser = Client()
    ada.browser.get(link)
    assert before.get("/your-sign-in/").status_code == 200, "looking at the pass is not using it"
    ada.browser.post(link)
    assert before.get("/your-sign-in/").status_code == 302
    refused(signs_in(Client(), key), "PASSKEY_REFUSED", 401)
    refused(ada.gives_password(), "SIGN_IN_REFUSED", 401)
    assert not Person.objects.get(id=ada.person.id).has_usable_password()
    assert door.places_of(ada.person.id)
    for verb in ("recovery.vouched", "recovery.passed", "recovery.used"):
        assert [e["subjects"] for e in entries(verb, willow.system)] == [[ada.membership.id]], verb
    assert [e["subjects"] for e in entries("factors.ended", willow.system)] == [[ada.person.id]]


def test_the_pass_sets_up_new_factors_and_works_once(ada: Somebody, pat: Actor, theo: Actor):
    old, codes = ada.secret, ada.recovery
    link = passed(theo, pat, ada)
    enrols(ada, link)
    assert ada.is_in() and ada.secret != old
    refused(Client().post(link), "LINK_REFUSED", 410)
    again = Somebody(ada.clinic, ada.person, ada.membership)
    again.gives_password("three otters in the rain")
    refused(again.gives_code(codes[0]), "MFA_CODE_REFUSED", 401)


def test_other_practices_close_until_they_are_accepted_again(ada: Somebody, pat: Actor, theo: Actor, oak: Clinic):
    with present(oak.system) as by:
        access.join(ada.person, Role.PRACTITIONER, by=by)
    assert len(door.places_of(ada.person.id)) == 2
    enrols(ada, passed(pat, theo, ada))
    assert [place.practice for place in door.places_of(ada.person.id)] == [ada.clinic.practice.id]


def test_nobody_vouches_for_themselves_in_any_role(willow: Clinic, pat: Actor, theo: Actor):
    with present(willow.system) as by:
        person = Membership.objects.get(id=pat.id).person
        other = access.join(person, Role.PRACTITIONER, by=by)
    own = Somebody(willow, person, other)
    assert "SELF_APPROVAL" in text(vouches(pat, own))
    assert entries("recovery.verified", willow.system) == []


def test_one_person_is_not_two(willow: Clinic, ada: Somebody, pat: Actor):
    vouches(pat, ada)
    assert "SELF_APPROVAL" in text(vouches(pat, ada))
    with present(willow.system) as by:
        hat = access.join(Membership.objects.get(id=pat.id).person, Role.PRIVACY_OFFICER, by=by)
    other = Actor(hat.id, willow.practice.id, Role.PRIVACY_OFFICER, Purpose.HSYSADMIN)
    assert "SELF_APPROVAL" in text(vouches(other, ada))


def test_two_of_one_office_are_not_enough(willow: Clinic, ada: Somebody, theo: Actor, sam: Actor, pat: Actor):
    vouches(theo, ada)
    assert "MFA_RESET_VERIFY" in text(vouches(sam, ada))
    assert "Pass for a day" in text(vouches(pat, ada))
    assert "STALE_VERSION" in text(vouches(sam, ada))


def test_only_who_may_approve_access_vouches(ada: Somebody, rosa: Actor):
    assert vouches(rosa, ada).status_code == 403


def test_a_voucher_says_how_and_in_their_own_words(willow: Clinic, ada: Somebody, theo: Actor, pat: Actor):
    refused(vouches(theo, ada, line="ok"), "MFA_RESET_VERIFY", 403)
    assert vouches(theo, ada, how="by_mail").status_code == 422
    vouches(theo, ada)
    with present(willow.system):
        row = Recovery.objects.get(member=ada.membership)
    with present(theo) as by:
        assert list(reasons.read([row.first_said], by).values()) == [LINE]


def test_a_vouch_waits_a_day(ada: Somebody, theo: Actor, pat: Actor, monkeypatch: pytest.MonkeyPatch):
    vouches(theo, ada)
    assert dt.timedelta(days=1) == recovery.WITHIN
    monkeypatch.setattr(recovery, "WITHIN", dt.timedelta(0))
    assert vouches(pat, ada).status_code == 302, "the first of a new one"
    monkeypatch.undo()
    assert "Pass for a day" in text(vouches(theo, ada))


def test_the_vouch_of_somebody_who_left_since_counts_for_nothing(
    willow: Clinic, ada: Somebody, theo: Actor, pat: Actor
):
    vouches(theo, ada)
    with present(willow.system) as by:
        access.leave(Membership.objects.get(id=theo.id), by=by)
    assert vouches(pat, ada).status_code == 302


def test_a_recovery_is_stopped_and_its_pass_with_it(willow: Clinic, ada: Somebody, theo: Actor, pat: Actor, sam: Actor):
    ada.signs_in()
    link = passed(theo, pat, ada)
    assert "Stop this" in text(ask(sam, f"/people/{ada.membership.id}/lost/"))
    assert ask(sam, f"/people/{ada.membership.id}/lost/stop/", {}).status_code == 302
    refused(Client().post(link), "LINK_REFUSED", 410)
    assert ada.is_in()
    assert entries("recovery.stopped", willow.system)
    assert "STALE_VERSION" in text(ask(sam, f"/people/{ada.membership.id}/lost/stop/", {}))


def test_everybody_who_should_know_is_told(willow: Clinic, ada: Somebody, theo: Actor, pat: Actor, sam: Actor):
    link = passed(theo, pat, ada)
    Client().post(link)
    with present(willow.system):
        told = {(n.member_id, n.kind) for n in Notice.objects.all()}
    for member in (pat.id, sam.id, ada.membership.id):
        assert (member, "recovery.vouched") in told
    for member in (theo.id, sam.id, ada.membership.id):
        assert {(member, "recovery.passed"), (member, "recovery.used")} <= told
    assert (ada.membership.id, "recovery.told") in told


def test_the_only_administrators_alternate_vouches_in_their_place(willow: Clinic, theo: Actor, sam: Actor):
    pat = Somebody.at(willow, Role.ADMINISTRATOR)
    vouches(theo, pat)
    assert "MFA_RESET_VERIFY" in text(vouches(sam, pat))
    with present(willow.system) as by:
        alternates.name(Role.ADMINISTRATOR, Membership.objects.get(id=sam.id), by=by)
    assert "Pass for a day" in text(vouches(sam, pat))


def test_for_a_day_afterwards_dangerous_changes_wait(
    willow: Clinic, theo: Actor, sam: Actor, pat: Actor, monkeypatch: pytest.MonkeyPatch
):
    boss, bo = Somebody.at(willow, Role.ADMINISTRATOR), Somebody.at(willow)
    enrols(boss, passed(theo, pat, boss))
    refused(boss.browser.get("/your-factors/password/"), "RECOVERY_HOLD", 403)
    refused(boss.browser.get(f"/people/{bo.membership.id}/lost/"), "RECOVERY_HOLD", 403)
    assert boss.browser.get("/people/").status_code == 200
    assert dt.timedelta(days=1) == recovery.HOLD
    monkeypatch.setattr(recovery, "HOLD", dt.timedelta(0))
    assert boss.browser.get(f"/people/{bo.membership.id}/lost/").status_code == 200


def test_vouching_asks_once_more_who_it_is(willow: Clinic, ada: Somebody):
    boss = Somebody.at(willow, Role.ADMINISTRATOR).signs_in().waits_a_while()
    refused(boss.browser.post(f"/people/{ada.membership.id}/lost/", SAID), "STEP_UP_REQUIRED", 401)


def test_nobody_of_another_practice_is_vouched_for(pat: Actor, ximena: Actor):
    assert ask(pat, f"/people/{ximena.id}/lost/", SAID).status_code == 404


def code_of(call: Any) -> str:
    with pytest.raises(Refusal) as caught:
        call()
    return caught.value.code


def test_after_a_pass_one_administrator_alone_makes_no_link_that_sets_up_factors(
    ada: Somebody, pat: Actor, theo: Actor, monkeypatch: pytest.MonkeyPatch
):
    "The attack: two vouch, the pass is opened and left; then one administrator makes an ordinary link and enrols."
    link = passed(pat, theo, ada)
    assert Client().post(link).status_code == 302
    assert code_of(ada.link) == "MFA_RESET_VERIFY"
    monkeypatch.setattr(credentials, "HOLD", dt.timedelta(0))
    assert code_of(ada.link) == "MFA_RESET_VERIFY", "nothing was set up since, however long ago"
    monkeypatch.undo()
    enrols(ada, passed(pat, theo, ada))
    assert code_of(ada.link) == "MFA_RESET_VERIFY", "within the day, although there are new factors"
    monkeypatch.setattr(credentials, "HOLD", dt.timedelta(0))
    assert ada.link()


def test_nor_does_another_practice_where_the_person_works(ada: Somebody, pat: Actor, theo: Actor, oak: Clinic):
    with present(oak.system) as by:
        there = access.join(ada.person, Role.PRACTITIONER, by=by)
    Client().post(passed(pat, theo, ada))
    at_oak = Somebody(oak, ada.person, there)
    assert code_of(at_oak.link) == "MFA_RESET_VERIFY"


def test_nor_does_an_invitation_of_another_practice(ada: Somebody, pat: Actor, theo: Actor, oak: Clinic):
    kit = oak.employs("kit", Role.ADMINISTRATOR, Purpose.HSYSADMIN)
    invited = link_for(cleared(asked(kit, wants(ada.email, name="Ada")), kit), kit)
    Client().post(passed(pat, theo, ada))
    refused(Client().post(invited, {"step": "new"}), "SIGN_IN_FIRST", 409)


def test_a_recovery_written_by_hand_is_refused(ada: Somebody, app_sql: psycopg.Connection):
    with pytest.raises(psycopg.Error):
        app_sql.execute(
            "INSERT INTO access_recovery (id, practice_id, member_id, first_id, first_at, first_how, first_said,"
            " second_how, outcome) VALUES (%s, %s, %s, %s, now(), 'in_person', %s, '', '')",
            [new_id(), ada.clinic.practice.id, ada.membership.id, ada.membership.id, new_id()],
        )
