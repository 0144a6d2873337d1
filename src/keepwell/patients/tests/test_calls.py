"""Who is on the phone, what they may be told, and what the front desk sees at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from keepwell.access import actions as access
from keepwell.access import consenting
from keepwell.access.actions import system_actor
from keepwell.access.tests.consenting import agree
from keepwell.access.tests.test_actions import verbs
from keepwell.access.tests.test_authorizations import signed
from keepwell.base.actor import Actor, Purpose
from keepwell.base.sending import Channel, Topic
from keepwell.ledger.doorway import present
from keepwell.patients import actions
from keepwell.patients.models import CallerCheck, Handling
from keepwell.patients.reach import Kin
from keepwell.vault.phi import PhiClass
from tests.browse import ask, counted, text
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
    unsaid = check(rosa, ada, told=[])
    assert unsaid.status_code == 422 and "TOLD_UNSAID" in text(unsaid)
    assert 'value="birth_date" checked' in text(unsaid), "what was ticked is not asked again"
    assert check(rosa, ada, told=["gossip"]).status_code == 422


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
    assert ask(rosa, add, {"flag": "interpreter", "more": " Vietnamese "}).status_code == 302
    with present(willow.system):
        assert Handling.objects.filter(patient_id=ada, ended_at=None).count() == 1
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


def test_a_search_shows_flags_of_who_has_some_in_one_further_opening(willow: Clinic, rosa: Actor, ada: UUID, bo: UUID):
    with counted() as plain:
        assert "relay call" not in text(ask(rosa, "/patients/", {"words": "Lovelace"}))
    assert ask(rosa, f"/patients/{ada}/handling/add/", {"flag": "relay"}).status_code == 302
    with counted() as said:
        assert "hearing: relay call" in text(ask(rosa, "/patients/", {"words": "Lovelace"}))
    opened = [sum("custody.open(" in one for one in each) for each in (plain, said)]
    assert opened[1] == opened[0] + 1
    assert "relay call" not in text(ask(rosa, "/patients/", {"words": "Turing"}))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("handling/add/", {"flag": "relay"}),
        ("call/rules/", {"voicemail": "none"}),
        ("call/check/", {"knew": ["birth_date", "record_number"], "told": ["appointments"], "outcome": "yes"}),
        ("consents/say/", {"kind": "reach", "channel": "sms", "answer": "no"}),
        ("consents/tick/", {}),
        ("reach-only/", {"channels": ["letter"]}),
        ("authorizations/sign/", {}),
    ],
)
def test_whom_a_restriction_keeps_from_reaching_somebody_writes_down_nothing_they_said(
    willow: Clinic, rosa: Actor, ada: UUID, path: str, said: dict[str, Any]
):
    with present(willow.system) as by:
        access.restrict(ada, [PhiClass.CONTACT], by=by, member=rosa.id)
    refused = ask(rosa, f"/patients/{ada}/{path}", said)
    assert refused.status_code == 403 and "RESTRICTION_BLOCK" in text(refused)


def test_nor_takes_anything_back(willow: Clinic, rosa: Actor, ada: UUID):
    given = agree(willow, ada, Channel.SMS, Topic.APPOINTMENTS)
    ask(rosa, f"/patients/{ada}/handling/add/", {"flag": "relay"})
    with present(system_actor(willow.practice.id, Purpose.HOPERAT)) as by:
        asked = consenting.reach_only(ada, [Channel.LETTER], by=by)
        mark = Handling.objects.get()
    release = signed(willow, ada)
    with present(willow.system) as by:
        access.restrict(ada, [PhiClass.CONTACT], by=by, member=rosa.id)
    for path in (
        f"consents/{given.id}/take-back/",
        f"reach-only/{asked.id}/end/",
        f"handling/{mark.id}/end/",
        f"authorizations/{release.id}/revoke/",
    ):
        assert "RESTRICTION_BLOCK" in text(ask(rosa, f"/patients/{ada}/{path}", {})), path


def test_a_restriction_on_how_to_reach_somebody_hides_their_flags_not_their_name(
    willow: Clinic, rosa: Actor, ada: UUID
):
    ask(rosa, f"/patients/{ada}/handling/add/", {"flag": "relay"})
    with present(willow.system) as by:
        access.relate(ada, member=rosa.id, by=by)
        access.restrict(ada, [PhiClass.CONTACT], by=by, member=rosa.id)
    listed = text(ask(rosa, "/patients/"))
    assert "Lovelace" in listed and "relay call" not in listed


@pytest.mark.attack
def test_what_was_restricted_is_told_to_no_relative_though_it_was_agreed_once(willow: Clinic, rosa: Actor, ada: UUID):
    father = kin(willow, ada, "everything")
    told = {"who": str(father), "told": ["results"]}
    assert check(rosa, ada, **told).status_code == 302
    with present(willow.system) as by:
        access.restrict(ada, [PhiClass.CLINICAL], by=by, toward="related")
    no = check(rosa, ada, **told)
    assert no.status_code == 403 and "RESTRICTION_BLOCK" in text(no)
    assert check(rosa, ada, who=str(father), told=["billing"]).status_code == 302
    assert check(rosa, ada, who=str(father), told=["nothing"]).status_code == 302
    assert check(rosa, ada, told=["results"]).status_code == 302, "the patient themselves"
