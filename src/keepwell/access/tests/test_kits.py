"""The recovery kit: printed once, confirmed, used once; it lets one administrator in, tells everybody, and is spent."""

from __future__ import annotations

import re
from typing import Any

import psycopg
import pytest
from django.test import Client

from keepwell.access import door, kit_code, kit_recovery, kits, recovery, setup
from keepwell.access.models import Membership, Notice, Recovery, RecoveryKit
from keepwell.access.tests.somebody import PASSWORD, Somebody, entries, refused
from keepwell.access.tests.test_setup import seals_a_kit
from keepwell.base.actor import Actor, Role
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger import reasons
from keepwell.ledger.doorway import present
from keepwell.patients.tests.people import again
from tests.browse import ask, text
from tests.cast import Clinic

LINE = "Owner. Both administrators lost their phones in the fire."


@pytest.fixture
def boss(willow: Clinic) -> Somebody:
    return Somebody.at(willow, Role.ADMINISTRATOR)


def uses(code: str, who: Somebody, browser: Client | None = None, **more: str) -> Any:
    said = {"code": code, "email": who.email, "line": LINE} | more
    return (browser or Client()).post("/recovery-kit/", said)


def test_a_code_is_read_as_people_write_it_and_a_slip_is_found():
    code = kit_code.new()
    assert len(kit_code.groups(code)) == 6
    assert kit_code.read(" - ".join(kit_code.groups(code)).lower()) == code
    assert kit_code.read(code.replace("0", "O").replace("1", "l")) == code
    for at in range(len(code) - 1):
        other = kit_code.ALPHABET[(kit_code.ALPHABET.index(code[at]) + 1) % 32]
        swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
        for slip in (code[:at] + other + code[at + 1 :], swapped):
            if slip == code:
                continue
            with pytest.raises(Refusal) as caught:
                kit_code.read(slip)
            assert caught.value.code == "KIT_MISTYPED"


def test_what_is_kept_is_no_code_and_a_confirmed_kit_keeps_no_piece(willow: Clinic, pat: Actor):
    code = seals_a_kit(pat)
    with present(willow.system):
        row = RecoveryKit.objects.get()
    assert bytes(row.mac) == kits.mac_of(code)
    assert (bytes(row.piece), row.confirmed_by_id) == (b"", pat.id)
    for verb in ("recovery_kit.made", "recovery_kit.confirmed"):
        assert [e["subjects"] for e in entries(verb, willow.system)] == [[willow.practice.id]], verb


def test_the_page_shows_the_code_once_and_wants_a_piece_back(willow: Clinic, pat: Actor, theo: Actor):
    assert "No kit stands" in text(ask(pat, "/settings/recovery-kit/"))
    paper = text(ask(pat, "/settings/recovery-kit/make/", {}))
    code = "".join(re.findall(r"<span>([0-9A-Z]{5})</span>", paper))
    assert kit_code.read(code) == code
    assert "root key" in paper
    asked = int(re.search(r"type group (\d)", paper)[1])  # type: ignore[index]
    later = text(ask(pat, "/settings/recovery-kit/"))
    assert f"type group {asked}" in later
    assert kit_code.groups(code)[asked - 1] not in later
    wrong = {"piece": kit_code.groups(code)[asked % 5]}
    refused(ask(pat, "/settings/recovery-kit/confirm/", wrong), "KIT_PIECE_REFUSED", 422)
    refused(uses(code, Somebody.at(willow, Role.ADMINISTRATOR)), "KIT_REFUSED", 401)
    right = {"piece": kit_code.groups(code)[asked - 1].lower()}
    assert ask(pat, "/settings/recovery-kit/confirm/", right).status_code == 302
    assert ask(theo, "/settings/recovery-kit/").status_code == 403
    refused(ask(pat, "/settings/recovery-kit/confirm/", right), "STALE_VERSION", 409)


def test_the_kit_lets_an_administrator_in_and_everything_from_before_is_over(
    willow: Clinic, pat: Actor, rosa: Actor, theo: Actor, boss: Somebody
):
    code, before = seals_a_kit(pat), boss.signs_in().browser
    answer = uses(code, boss)
    assert answer.status_code == 302
    assert boss.is_in(), "what somebody has ends when the pass is used, not before"
    new = Client()
    assert new.post(answer["Location"])["Location"] == "/sign-in/password/"
    assert before.get("/your-sign-in/").status_code == 302
    refused(boss.gives_password(PASSWORD), "SIGN_IN_REFUSED", 401)
    with present(willow.system):
        row = Recovery.objects.get()
        assert (row.member_id, row.outcome, row.first_id) == (boss.membership.id, "used", None)
        told = {(n.member_id, n.kind) for n in Notice.objects.all()}
    with present(again(theo)) as by:
        assert list(reasons.read([row.first_said], by).values()) == [LINE]
    for member in (pat.id, rosa.id, theo.id, boss.membership.id):
        assert (member, kit_recovery.USED) in told
    assert (pat.id, kit_recovery.WANTED) in told
    assert (rosa.id, kit_recovery.WANTED) not in told
    assert (boss.membership.id, "recovery.by_kit") in told
    for verb in ("recovery_kit.shown", "recovery.opened_by_kit"):
        assert [e["subjects"] for e in entries(verb, willow.system)] == [[boss.membership.id]], verb
    assert entries("recovery_kit.used", willow.system)


def test_a_day_of_waiting_follows_and_a_new_kit_is_asked_for(willow: Clinic, pat: Actor, boss: Somebody):
    from keepwell.compliance.tests.test_recovery import enrols

    enrols(boss, uses(seals_a_kit(pat), boss)["Location"])
    assert boss.is_in()
    refused(boss.browser.post("/settings/recovery-kit/make/"), "RECOVERY_HOLD", 403)
    assert "make a new one" in boss.browser.get("/").content.decode().casefold()
    with present(again(pat)) as by:
        assert [step.done for step in setup.steps(by) if step.name == "kit"] == [False]


def test_a_kit_works_once(willow: Clinic, pat: Actor, boss: Somebody):
    code = seals_a_kit(pat)
    assert uses(code, boss).status_code == 302
    refused(uses(code, boss), "KIT_REFUSED", 401)


def test_two_who_use_one_kit_at_the_same_time_get_one_pass(
    willow: Clinic, pat: Actor, boss: Somebody, monkeypatch: pytest.MonkeyPatch
):
    code = seals_a_kit(pat)
    with present(willow.system):
        known = (willow.practice.id, RecoveryKit.objects.get().id)
    monkeypatch.setattr(door, "recovery_kit", lambda mac: known)
    assert uses(code, boss).status_code == 302
    refused(uses(code, boss), "KIT_REFUSED", 401)


def test_nothing_tells_a_code_that_never_was_from_an_address_that_is_not_an_administrators(
    willow: Clinic, oak: Clinic, pat: Actor, boss: Somebody
):
    code = seals_a_kit(pat)
    doctor, elsewhere = Somebody.at(willow), Somebody.at(oak, Role.ADMINISTRATOR)
    said = [
        uses(kit_code.new(), boss),
        uses(code, doctor),
        uses(code, elsewhere),
        uses(code, boss, email="x@y.example"),
    ]
    pages = [re.sub(r'(value|name="csrf\w+" value)="[^"]*"', "", a.content.decode()) for a in said]
    for answer in said:
        refused(answer, "KIT_REFUSED", 401)
    assert len(set(pages)) == 1
    assert uses(code, boss).status_code == 302


def test_trying_codes_has_to_wait(willow: Clinic, boss: Somebody):
    for _ in range(4):
        refused(uses(kit_code.new(), boss), "KIT_REFUSED", 401)
    uses(kit_code.new(), boss)
    answer = uses(kit_code.new(), boss)
    refused(answer, "LOGIN_THROTTLED", 429)
    assert int(answer["Retry-After"]) > 20


def test_a_kit_that_was_lost_is_withdrawn_and_another_takes_the_place_of_the_one_before(
    willow: Clinic, pat: Actor, boss: Somebody
):
    first = seals_a_kit(pat)
    with present(again(pat)) as by:
        _, printed = kits.make(by=by)
    assert kits.mac_of(printed) != kits.mac_of(first)
    second = seals_a_kit(pat)
    refused(uses(first, boss), "KIT_REFUSED", 401)
    assert ask(pat, "/settings/recovery-kit/withdraw/", {}).status_code == 302
    refused(uses(second, boss), "KIT_REFUSED", 401)
    refused(ask(pat, "/settings/recovery-kit/withdraw/", {}), "STALE_VERSION", 409)
    assert entries("recovery_kit.ended", willow.system)


def test_an_administrator_who_was_suspended_for_want_of_use_is_let_in_too(willow: Clinic, pat: Actor, boss: Somebody):
    from keepwell.compliance.people import dormant

    code = seals_a_kit(pat)
    with present(again(pat)) as by:
        dormant.suspend(boss.membership, by=by)
    assert uses(code, boss).status_code == 302
    with present(willow.system):
        assert Membership.objects.get(id=boss.membership.id).suspended_at is None


def test_an_officer_stops_a_recovery_by_kit_and_its_pass_with_it(
    willow: Clinic, pat: Actor, theo: Actor, boss: Somebody
):
    link = uses(seals_a_kit(pat), boss)["Location"]
    assert "recovery kit" in text(ask(theo, f"/people/{boss.membership.id}/lost/"))
    assert ask(theo, f"/people/{boss.membership.id}/lost/stop/", {}).status_code == 302
    refused(Client().post(link), "LINK_REFUSED", 410)
    assert boss.signs_in().is_in()


def test_a_pass_by_kit_needs_no_voucher_and_takes_none(willow: Clinic, pat: Actor, theo: Actor, boss: Somebody):
    uses(seals_a_kit(pat), boss)
    with present(again(theo)) as by, pytest.raises(Refusal) as caught:
        recovery.vouch(boss.membership, "in_person", LINE, by=by)
    assert caught.value.code == "STALE_VERSION"


def test_making_a_kit_asks_once_more_who_it_is(boss: Somebody):
    boss.signs_in().waits_a_while()
    refused(boss.browser.post("/settings/recovery-kit/make/"), "STEP_UP_REQUIRED", 401)


def test_a_kit_written_by_hand_is_refused(willow: Clinic, pat: Actor, app_sql: psycopg.Connection):
    with pytest.raises(psycopg.Error):
        app_sql.execute(
            "INSERT INTO access_recoverykit (id, practice_id, mac, asked, piece, made_by_id, made_at, confirmed_at)"
            " VALUES (%s, %s, %s, 0, '', %s, now(), now())",
            [new_id(), willow.practice.id, b"m" * 32, pat.id],
        )


def test_two_who_ask_custody_learn_of_standing_kits_only(willow: Clinic, pat: Actor):
    with present(again(pat)) as by:
        waiting, printed = kits.make(by=by)
    assert door.recovery_kit(kits.mac_of(printed)) is None
    with present(again(pat)) as by:
        kits.confirm(waiting, kit_code.groups(printed)[waiting.asked], by=by)
    assert door.recovery_kit(kits.mac_of(printed)) == (willow.practice.id, waiting.id)
    with present(again(pat)) as by:
        kits.withdraw(waiting, by=by)
    assert door.recovery_kit(kits.mac_of(printed)) is None


def test_a_stolen_database_password_tries_no_kit(app_sql: psycopg.Connection):
    with pytest.raises(psycopg.Error):
        app_sql.execute("SELECT * FROM custody.recovery_kit(NULL, %s)", [b"m" * 32])
