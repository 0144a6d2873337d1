"""Who is on the phone, what they may be told, and what the front desk sees at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from keepwell.access import actions as access
from keepwell.access.actions import system_actor
from keepwell.access.tests.test_actions import verbs
from keepwell.base.actor import Actor, Purpose
from keepwell.ledger.doorway import present
from keepwell.patients import actions
from keepwell.patients.models import CallerCheck, Handling
from keepwell.patients.reach import Kin
from keepwell.vault.phi import PhiClass
from tests.browse import ask, text
from tests.cast import Clinic


def kin(clinic: Clinic, patient: UUID, tell: str) -> UUID:
    with present(system_actor(clinic.practice.id, Purpose.HOPERAT)) as by:
        return actions.add_related(patient, Kin(name="Byron", relationship="father", tell=tell), by=by).id


def check(desk: Actor, patient: UUID, **said: Any) -> Any:
    asked = {"knew": ["birth_date", "record_number"], "told": ["appointments"], "outcome": "yes"}
    return ask(desk, f"/patients/{patient}/call/check/", asked | said)


def test_two_facts_then_one_tap(willow: Clinic, rosa: Actor, ada: UUID):
    page = text(ask(rosa, f"/patients/{ada}/call/"))
    assert "Ask for two of these" in page and "Only a name and a number" in page
    assert check(rosa, ada).status_code == 302
    assert verbs(willow)[-1] == "caller.verified"
    again = text(ask(rosa, f"/patients/{ada}/call/"))
    assert "verified, told about" in again and "visits: when and where" in again
    one = check(rosa, ada, knew=["birth_date"])
    assert one.status_code == 403 and "IDENTITY_NOT_VERIFIED" in text(one)
    assert check(rosa, ada, told=[]).status_code == 422


def test_who_could_not_say_is_told_nothing(willow: Clinic, rosa: Actor, ada: UUID):
    assert check(rosa, ada, knew=[], outcome="no").status_code == 302
    assert verbs(willow)[-1] == "caller.not_verified"
    with present(willow.system):
        assert CallerCheck.objects.get().passed is False
    assert "not verified, told nothing" in text(ask(rosa, f"/patients/{ada}/call/"))


@pytest.mark.parametrize(
    ("tell", "may"), [("", "nothing"), ("appointments", "appointments"), ("everything", "results")]
)
def test_a_related_person_is_told_what_the_patient_agreed_to(
    willow: Clinic, rosa: Actor, ada: UUID, tell: str, may: str
):
    father = str(kin(willow, ada, tell))
    assert check(rosa, ada, who=father, told=[may]).status_code == 302
    more = check(rosa, ada, who=father, told=["medications"])
    assert more.status_code == (302 if tell == "everything" else 403)
    assert tell == "everything" or "CONTACT_NOT_PERMITTED" in text(more)


def test_a_related_person_of_somebody_else_is_nobody_here(willow: Clinic, rosa: Actor, ada: UUID, bo: UUID):
    assert check(rosa, ada, who=str(kin(willow, bo, "everything"))).status_code == 404


def test_rules_for_calls_are_set(willow: Clinic, rosa: Actor, ada: UUID):
    rules = f"/patients/{ada}/call/rules/"
    assert ask(rosa, rules, {"voicemail": "none", "safe_word": "lighthouse"}).status_code == 302
    assert verbs(willow)[-1] == "call_rules.set"
    page = text(ask(rosa, f"/patients/{ada}/call/"))
    assert "Leave no message" in page and "lighthouse" in page
    assert ask(rosa, rules, {"voicemail": "shout"}).status_code == 422
    assert ask(rosa, rules, {"voicemail": "none", "safe_word": "a" * 81}).status_code == 422


def test_flags_are_seen_where_somebody_is_called_and_taken_off(willow: Clinic, rosa: Actor, imani: Actor, ada: UUID):
    add = f"/patients/{ada}/handling/add/"
    with present(willow.system) as by:
        access.relate(ada, member=rosa.id, by=by)
    assert "Vietnamese" not in text(ask(rosa, "/patients/"))
    assert ask(rosa, add, {"flag": "interpreter", "more": "Vietnamese"}).status_code == 302
    assert verbs(willow)[-1] == "handling.flagged"
    assert ask(rosa, add, {"flag": "interpreter", "more": " "}).status_code == 422
    assert ask(rosa, add, {"flag": "difficult"}).status_code == 422
    assert ask(rosa, add, {"flag": "provider", "more": "a" * 81}).status_code == 422
    for path in ("/patients/", f"/patients/{ada}/about/", f"/patients/{ada}/call/"):
        assert "interpreter Vietnamese" in text(ask(rosa, path)), path
    with present(willow.system):
        mark = Handling.objects.get()
    assert ask(rosa, f"/patients/{ada}/handling/{mark.id}/end/", {}).status_code == 302
    assert verbs(willow)[-1] == "handling.unflagged"
    assert ask(rosa, f"/patients/{ada}/handling/{mark.id}/end/", {}).status_code == 409
    assert "Vietnamese" not in text(ask(rosa, "/patients/"))


def test_a_restriction_on_how_to_reach_somebody_hides_their_flags_not_their_name(
    willow: Clinic, rosa: Actor, ada: UUID
):
    ask(rosa, f"/patients/{ada}/handling/add/", {"flag": "relay"})
    with present(willow.system) as by:
        access.relate(ada, member=rosa.id, by=by)
        access.restrict(ada, [PhiClass.CONTACT], by=by, member=rosa.id)
    listed = text(ask(rosa, "/patients/"))
    assert "Lovelace" in listed and "relay call" not in listed
