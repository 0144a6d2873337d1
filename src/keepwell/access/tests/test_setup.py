"""A practice before its first patient: the way it goes, and what does not let patients in."""

from __future__ import annotations

import datetime as dt
import os
import re

import psycopg
import pytest
from django.db import DatabaseError

from keepwell.access import actions as access
from keepwell.access import kit_code, kits, maintenance, setup, welcome
from keepwell.access.models import Membership, Setup
from keepwell.access.tests.test_actions import verbs
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from keepwell.outbound.vendors import actions, hosting
from keepwell.patients import actions as patients
from keepwell.patients.facts import Demographics
from keepwell.patients.models import Patient
from keepwell.patients.tests.people import again
from tests.browse import ask, text
from tests.cast import Clinic

FORM = {
    "owner": "Nia Cole", "practice": "Elm Street Health", "time_zone": "America/Chicago", "states": ["IL", "WI"],
    "days": ["mon", "tue"], "opens": "08:00", "closes": "17:00",
}  # fmt: skip
HOURS = {"days": ["mon"], "from": "08:00", "until": "17:00"}


@pytest.fixture
def elm(database: None) -> Clinic:
    """A practice that was opened and nothing else."""
    return Clinic(access.open_practice("Elm", f"elm-{os.urandom(6).hex()}", time_zone="America/Chicago", state="IL"))


@pytest.fixture
def nia(elm: Clinic) -> Actor:
    return elm.employs("nia", Role.ADMINISTRATOR, Purpose.HSYSADMIN)


def registers(clinic: Clinic) -> None:
    with present(access.system_actor(clinic.practice.id, Purpose.HOPERAT)) as by:
        patients.register(Demographics(given_name="Ada", family_name="Lovelace"), by=by)


def code(action) -> str:
    with pytest.raises(Refusal) as refusal:
        action()
    return refusal.value.code


def opens(by: Actor) -> None:
    with present(again(by)) as here:
        setup.make_ready(by=here)


def seals_a_kit(by: Actor) -> str:
    with present(again(by)) as here:
        kit, printed = kits.make(by=here)
    with present(again(by)) as here:
        kits.confirm(kit, kit_code.groups(printed)[kit.asked], by=here)
    return printed


def test_no_patient_comes_before_everything_is_in_place(elm: Clinic, nia: Actor):
    assert code(lambda: registers(elm)) == "SETUP_INCOMPLETE"
    assert code(lambda: opens(nia)) == "SETUP_INCOMPLETE"
    with present(again(nia)) as by:
        setup.describe(["WI", "IL"], HOURS, by=by)
    elm.employs("ola", Role.ADMINISTRATOR, Purpose.HSYSADMIN)
    assert code(lambda: opens(nia)) == "NO_PRIVACY_OFFICER"
    elm.employs("theo", Role.PRIVACY_OFFICER, Purpose.HCOMPL)
    assert code(lambda: opens(nia)) == "NO_SECURITY_OFFICER"
    elm.employs("sam", Role.SECURITY_OFFICER, Purpose.HCOMPL)
    assert code(lambda: opens(nia)) == "HOSTING_ASSURANCE_MISSING"
    with present(again(nia)) as by:
        actions.add("Cloud Ltd.", by=by)
    assert code(lambda: opens(nia)) == "HOSTING_ASSURANCE_MISSING", "a name in the register hosts nothing"
    last_year = clock.now().date() - dt.timedelta(days=400)
    with present(again(nia)) as by:
        assert code(lambda: hosting.stands_with_us("Back office", last_year, "Locked", by=by)) == (
            "HOSTING_ASSURANCE_MISSING"
        )
    with present(again(nia)) as by:
        hosting.stands_with_us("Back room", clock.now().date() - dt.timedelta(days=1), "Locked", by=by)
    assert code(lambda: opens(nia)) == "SETUP_INCOMPLETE"
    seals_a_kit(nia)
    assert code(lambda: registers(elm)) == "SETUP_INCOMPLETE"
    opens(nia)
    registers(elm)
    assert {"practice.described", "hosting.assured", "practice.made_ready"} <= set(verbs(elm))


def test_the_database_itself_lets_no_patient_in(elm: Clinic, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(setup, "require", lambda by: None)
    with pytest.raises(DatabaseError, match="not set up yet"):
        registers(elm)
    with present(elm.system):
        assert not Patient.objects.exists()


def test_the_application_cannot_say_that_a_practice_is_ready_outside_an_action(elm: Clinic):
    with present(elm.system), pytest.raises(DatabaseError, match="action"):
        Setup.objects.create(ready_at=clock.now())


def test_the_last_officer_does_not_leave_an_empty_office(willow: Clinic, theo: Actor, pat: Actor):
    def leaves() -> None:
        with present(again(pat)) as by:
            access.leave(Membership.objects.get(id=theo.id), by=by)

    assert code(leaves) == "OFFICER_GAP"
    willow.employs("tess", Role.PRIVACY_OFFICER, Purpose.HCOMPL)
    leaves()


def test_the_list_computes_each_point_and_offers_what_is_next(elm: Clinic, nia: Actor):
    page = text(ask(nia, "/set-up/"))
    assert page.count("Missing") == 6
    assert "Open for patients" not in page
    ask(nia, "/set-up/people/", {"office": "privacy_officer", "myself": "1"})
    ask(nia, "/set-up/people/", {"office": "security_officer", "myself": "1"})
    assert ask(nia, "/set-up/people/", {"office": "practitioner", "myself": "1"}).status_code == 422
    ola = {"office": "administrator", "name": "Ola", "email": f"{new_id()}@elm.example"}
    assert ask(nia, "/set-up/people/", ola | {"email": "frontdesk@elm.example"}).status_code == 422
    page = text(ask(nia, "/set-up/people/", ola))
    assert "/sign-in/link/" in page
    fields = {name: value for name, value in FORM.items() if name != "owner"}
    assert ask(nia, "/set-up/practice/", fields | {"closes": "07:00"}).status_code == 422
    ask(nia, "/set-up/practice/", fields)
    assert verbs(elm)[-2:] == ["practice.placed", "practice.described"]
    rooms = {"name": "Back room", "looked_on": f"{clock.now() - dt.timedelta(days=1):%Y-%m-%d}", "says": "Locked"}
    assert ask(nia, "/vendors/own/", rooms).status_code == 422
    ask(nia, "/vendors/own/", rooms | {"access": "on", "environment": "on", "surveillance": "on"})
    assert "Open for patients" not in text(ask(nia, "/set-up/"))
    seals_a_kit(nia)
    assert "Open for patients" in text(ask(nia, "/set-up/"))
    ask(nia, "/set-up/ready/", {})
    assert "ready for patients since" in text(ask(nia, "/set-up/"))
    registers(elm)


def test_nobody_takes_an_office_that_is_held_by_themselves(willow: Clinic, pat: Actor, theo: Actor):
    mine = {"office": "privacy_officer", "myself": "1"}
    assert "ACCESS_NOT_APPROVED" in text(ask(pat, "/set-up/people/", mine))
    assert ask(pat, "/set-up/people/", mine | {"office": "security_officer"}).status_code == 302


def test_only_who_manages_access_sets_up(rosa: Actor):
    assert ask(rosa, "/set-up/").status_code == 403
    assert ask(rosa, "/set-up/ready/", {}).status_code == 403


def test_the_first_page_opens_with_its_link_alone_and_only_once(database: None, monkeypatch: pytest.MonkeyPatch):
    link = welcome.link()
    assert ask(None, link).status_code == 410, "there are practices here"
    monkeypatch.setattr(maintenance, "practices", lambda slug="": [])
    assert ask(None, link[:-6] + "AAAAA/").status_code == 410
    page = ask(None, link)
    assert page.status_code == 200
    assert "Set up the practice" in text(page)
    assert ask(None, link, FORM | {"email": "nobody"}).status_code == 422
    name = f"Elm {os.urandom(4).hex()}"
    made = ask(None, link, FORM | {"practice": name, "email": f"{new_id()}@elm.example"})
    assert made.status_code == 302
    assert re.fullmatch(r"/sign-in/link/[\w-]+/", made.headers["Location"])
    monkeypatch.undo()
    (practice,) = [p for p in maintenance.practices() if p.name == name]
    assert ask(None, link).status_code == 410
    with present(practice.actor("test")):
        assert Membership.objects.get().role == Role.ADMINISTRATOR
        assert Setup.objects.get().states == ["IL", "WI"]


def test_a_link_of_last_week_makes_nothing(database: None, monkeypatch: pytest.MonkeyPatch):
    link = welcome.link()
    monkeypatch.setattr(maintenance, "practices", lambda slug="": [])
    real = clock.seconds
    monkeypatch.setattr(clock, "seconds", lambda: real() + 8 * 24 * 3600)
    assert ask(None, link).status_code == 410


def test_a_stolen_database_password_makes_no_practice_ready(elm: Clinic, app_sql: psycopg.Connection):
    done = app_sql.execute("UPDATE access_setup SET ready_at = now()").rowcount
    assert done == 0
    with pytest.raises(psycopg.Error):
        app_sql.execute(
            "INSERT INTO access_setup (id, practice_id, states, hours, ready_at) VALUES (%s, %s, '[]', '{}', now())",
            [new_id(), elm.practice.id],
        )
