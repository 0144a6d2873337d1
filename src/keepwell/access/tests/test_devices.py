"""Devices are registered, attested, approved and revoked; a practice may ask that charts open on known ones only."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest

from keepwell.access import actions, device_actions, devices, limits
from keepwell.access.models import Device, Notice, SignInRules
from keepwell.access.tests.somebody import PASSWORD, Somebody, entries, refused
from keepwell.access.tests.test_locking import quiet_for
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from tests.cast import Clinic

KEPT = {"encrypted": "on", "locks": "on", "updated": "on"}
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"


@pytest.fixture
def ada(willow: Clinic) -> Somebody:
    return Somebody.at(willow).signs_in()


@pytest.fixture
def boss(willow: Clinic) -> Somebody:
    return Somebody.at(willow, Role.ADMINISTRATOR).signs_in()


def registers(who: Somebody, **more: str) -> Device:
    said = {"name": "Desk left", "place": "shared"} | KEPT | more
    assert who.browser.post("/this-device/", said)["Location"] == "/this-device/"
    with present(who.clinic.system):
        return Device.objects.get(name=said["name"])


def required(clinic: Clinic) -> None:
    with present(clinic.system) as by:
        device_actions.set_rules({}, by=by, devices_required=True)


def told(actor: Actor) -> list[str]:
    with present(actor):
        return list(Notice.objects.filter(member_id=actor.id).order_by("made_at").values_list("kind", flat=True))


def test_a_device_is_registered_attested_and_approved(ada: Somebody, boss: Somebody, sam: Actor):
    device = registers(ada)
    assert device.approved_at is None and list(devices.lacks(device)) == ["approval"]
    assert told(sam) == [device_actions.WAITING]
    cookie = ada.browser.cookies["keepwell-device"]
    assert cookie["httponly"] and bytes(device.key_hash).hex() not in cookie.value
    boss.browser.post(f"/settings/devices/{device.id}/approve/")
    ada.browser.post("/this-device/", {"encrypted": "on", "locks": "on"})
    with present(ada.clinic.system):
        device.refresh_from_db()
    assert device.approved_by_id == boss.membership.id and list(devices.lacks(device)) == ["updated"]
    assert [len(ada.entries(v)) for v in ("device.registered", "device.approved", "device.attested")] == [1, 1, 1]


def test_what_managers_register_is_approved_at_once(boss: Somebody):
    assert list(devices.lacks(registers(boss))) == []


def test_what_was_attested_a_year_ago_has_to_be_said_again(boss: Somebody):
    device = registers(boss)
    device.attested_at = clock.now() - dt.timedelta(days=366)
    assert list(devices.lacks(device)) == ["attested"]


def test_a_practice_may_open_charts_on_known_devices_only(ada: Somebody, boss: Somebody):
    assert ada.browser.get("/patients/").status_code == 200, "registering is advised, not asked, until it says so"
    required(ada.clinic)
    refused(ada.browser.get("/patients/"), "WORKSTATION_CLASS_UNKNOWN", 403)
    refused(ada.browser.get("/patients/", headers={"User-Agent": PHONE}), "BYOD_NOT_ENROLLED", 403)
    assert ada.is_in(), "a limited session looks after its own sign-in"
    device = registers(ada)
    refused(ada.browser.get("/patients/"), "DEVICE_NOT_COMPLIANT", 403)
    boss.browser.post(f"/settings/devices/{device.id}/approve/")
    assert ada.browser.get("/patients/").status_code == 200
    ada.browser.post("/this-device/", {"locks": "on"})
    answer = ada.browser.get("/patients/")
    refused(answer, "DEVICE_NOT_COMPLIANT", 403)
    assert "its disk is not encrypted" in answer.content.decode()
    with present(ada.clinic.system):
        outcomes = {e["outcome"] for e in _entries(ada, "page.opened")}
    assert {"WORKSTATION_CLASS_UNKNOWN", "BYOD_NOT_ENROLLED", "DEVICE_NOT_COMPLIANT"} <= outcomes


def _entries(who: Somebody, verb: str):
    from django.db import connections

    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT outcome FROM custody.entry WHERE verb = %s", [verb])
        return [{"outcome": row[0]} for row in cursor.fetchall()]


def test_a_device_of_another_practice_is_unknown_here(ada: Somebody, oak: Clinic):
    ximena = Somebody.at(oak, Role.ADMINISTRATOR).signs_in()
    registers(ximena)
    ada.browser.cookies["keepwell-device"] = ximena.browser.cookies["keepwell-device"].value
    required(ada.clinic)
    refused(ada.browser.get("/patients/"), "WORKSTATION_CLASS_UNKNOWN", 403)


def test_a_lost_device_is_out_with_its_next_request(ada: Somebody, boss: Somebody, sam: Actor):
    device = registers(ada)
    boss.browser.post(f"/settings/devices/{device.id}/revoke/", {"lost": "1"})
    refused(ada.browser.get("/patients/"), "DEVICE_REVOKED", 401)
    assert device_actions.LOST in told(sam)
    assert [e["outcome"] for e in ada.entries("sign_in.ended")] == ["DEVICE_REVOKED"]
    assert len(ada.entries("device.revoked")) == 1
    thief = Somebody(ada.clinic, ada.person, ada.membership, ada.secret)
    thief.browser.cookies["keepwell"] = ada.browser.cookies["keepwell"].value
    assert not thief.is_in(), "without the device's cookie the session is over as well"
    ada.gives_password()
    refused(ada.gives_code(), "DEVICE_REVOKED", 401)
    assert not ada.is_in() and boss.is_in()


def test_what_was_opened_on_a_device_is_listed(ada: Somebody, boss: Somebody, bo: UUID):
    device = registers(ada)
    assert ada.browser.get(f"/patients/{bo}/about/").status_code == 200
    shown = boss.browser.get(f"/settings/devices/{device.id}/").content.decode()
    assert str(bo) in shown and "Ada" in shown


def test_an_officer_ends_the_session_of_a_member(ada: Somebody, boss: Somebody, oak: Clinic):
    (session,) = [e["session_id"] for e in ada.entries("sign_in.succeeded") if e["actor_id"] == ada.membership.id]
    assert ada.browser.get("/settings/devices/").status_code == 403
    with present(oak.system) as by:
        actions.join(ada.person, Role.BILLER, by=by)
    stranger = Somebody.at(oak, Role.ADMINISTRATOR).signs_in()
    path = f"/settings/sessions/{session}/{ada.person.id}/end/"
    refused(stranger.browser.post(path), "NOT_FOUND", 404)
    assert ada.is_in()
    assert boss.browser.post(path)["Location"] == "/settings/devices/"
    assert not ada.is_in()
    assert len(ada.entries("session.ended_by_officer")) == 1


def test_people_end_all_their_other_sessions(ada: Somebody):
    elsewhere = Somebody(ada.clinic, ada.person, ada.membership, ada.secret)
    elsewhere.gives_password()
    elsewhere.gives_code(ada.recovery[0])
    assert "127.0.0.0/24" in ada.browser.get("/your-sign-in/").content.decode()
    ada.browser.post("/your-sign-in/end-others/")
    assert ada.is_in() and not elsewhere.is_in()


def test_a_practice_sets_when_sessions_lock_and_living_ones_follow(ada: Somebody, boss: Somebody):
    quiet_for(ada, 4)
    assert ada.is_in()
    minutes = {role.value: "10" for role in Role} | {"practitioner": "3"}
    assert boss.browser.post("/settings/devices/", minutes)["Location"] == "/settings/devices/"
    quiet_for(ada, 4)
    refused(ada.browser.get("/your-sign-in/"), "SESSION_LOCKED", 423)
    ada.browser.post("/session/resume/", {"password": PASSWORD})
    quiet_for(ada, 4)
    refused(ada.browser.get("/your-sign-in/"), "SESSION_LOCKED", 423)
    assert len(ada.entries("sign_in_rules.set")) == 1


@pytest.mark.parametrize(("role", "minutes"), [(Role.PRACTITIONER, 31), (Role.ADMINISTRATOR, 16), (Role.BILLER, 1)])
def test_no_session_stays_open_longer_than_the_ceiling(willow: Clinic, role: Role, minutes: int):
    with pytest.raises(Refusal) as refusal, present(willow.system) as by:
        device_actions.set_rules({role: minutes}, by=by, devices_required=False)
    assert refusal.value.code == "TIMEOUT_OVER_LIMIT" and refusal.value.facts["n"] == limits.ceiling(role)
    assert limits.of(role, {role: minutes}).idle <= limits.ceiling(role)
    with present(willow.system):
        assert not SignInRules.objects.exists()


def test_the_network_says_no_more_than_it_should():
    assert devices.network("203.0.113.77") == "203.0.113.0/24"
    assert devices.network("2001:db8:1:2::3") == "2001:db8:1::/48"
    assert devices.network("unknown") == ""


def test_entries_of_a_device_name_it(ada: Somebody):
    device = registers(ada)
    assert entries("sign_in.on_device", ada.clinic.system)[0]["detail"] == f'{{"device":"{device.id}"}}'
