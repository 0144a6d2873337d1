"""Emergency access: one member, one patient, an hour; never without a reason, never past what the law allows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from keepwell.access import actions as access
from keepwell.access import alarms, emergency, policy
from keepwell.access.emergency import Part2
from keepwell.access.models import EmergencyAccess, EmergencyDisclosure, Notice, Vip
from keepwell.access.tests.somebody import entries
from keepwell.access.tests.test_actions import verbs
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger import reasons
from keepwell.ledger.doorway import present
from keepwell.patients import merging
from keepwell.vault.phi import PhiClass
from tests.cast import Clinic

LINE = "Found unconscious at home, the ambulance asks for allergies"
WRITTEN = Part2("Imani Brooks", "Willow", "Cleo Hart", "unconscious after an overdose", True)
CARE = [PhiClass.IDENTITY, PhiClass.CLINICAL]


def begins(
    by: Actor, patient: UUID, reason: str = "treatment", line: str = LINE, part2: Part2 | None = None
) -> EmergencyAccess:
    with present(again(by)) as here:
        return emergency.begin(patient, reason, line, by=here, part2=part2)


def again(by: Actor, purpose: Purpose | None = None) -> Actor:
    """The same person with another request."""
    return replace(by, request=new_id(), purpose=purpose or by.purpose)


def closed(by: Actor, patient: UUID, *classes: PhiClass) -> str:
    """The code with which the policy refuses somebody here for an emergency, or nothing."""
    with present(again(by, Purpose.BTG)) as here:
        refusal = policy.refused(here, classes or CARE, [patient]).get(patient)
    return refusal.code if refusal else ""


def refused(by: Actor, patient: UUID, **asked: object) -> Refusal:
    with pytest.raises(Refusal) as raised:
        begins(by, patient, **asked)  # type: ignore[arg-type]
    return raised.value


@contextmanager
def later(monkeypatch: pytest.MonkeyPatch, **by: int) -> Iterator[None]:
    """The clock shows a later time. Presence tokens are made by the other clock, so they stay good."""
    then = clock.now() + dt.timedelta(**by)
    with monkeypatch.context() as time:
        time.setattr(clock, "now", lambda: then)
        yield


def test_an_emergency_opens_one_record_to_one_person_for_an_hour(willow: Clinic, imani: Actor, ada: UUID, bo: UUID):
    assert closed(imani, ada) == "POLICY_DENY"
    began = begins(imani, ada)
    assert began.ends_at - began.starts_at == dt.timedelta(minutes=60)
    assert closed(imani, ada) == ""
    assert closed(imani, bo) == "POLICY_DENY"
    with present(again(imani)) as by:
        assert ada in policy.refused(by, CARE, [ada])
    assert "emergency_access.began" in verbs(willow)


def test_the_line_is_on_record_before_anything_opens_and_sealed(willow: Clinic, imani: Actor, theo: Actor, ada: UUID):
    began = begins(imani, ada)
    (asked,) = entries("emergency_access.asked", willow.system)
    assert asked["subjects"] == [ada]
    with present(theo) as by:
        assert reasons.read([began.said], by) == {began.said: LINE}


@pytest.mark.parametrize(
    ("reason", "line"), [("", LINE), ("curiosity", LINE), ("treatment", "x" * 19), ("threat", " ")]
)
def test_without_a_reason_and_a_line_nothing_opens(imani: Actor, ada: UUID, reason: str, line: str):
    assert refused(imani, ada, reason=reason, line=line).code == "BREAKGLASS_REASON_REQUIRED"
    assert closed(imani, ada) == "POLICY_DENY"


def test_roles_that_do_not_treat_use_none(rosa: Actor, bea: Actor, theo: Actor, ada: UUID):
    for by in (rosa, bea, theo):
        assert refused(by, ada).code == "BREAKGLASS_NOT_ALLOWED"


def test_it_runs_out_and_can_be_renewed_once(imani: Actor, ada: UUID, willow: Clinic, monkeypatch: pytest.MonkeyPatch):
    began = begins(imani, ada)
    with later(monkeypatch, minutes=59):
        with present(again(imani)) as by:
            emergency.renew(began, by=by)
        with present(again(imani)) as by, pytest.raises(Refusal) as raised:
            emergency.renew(began, by=by)
        assert raised.value.code == "BREAKGLASS_RENEWED"
    with later(monkeypatch, minutes=118):
        assert closed(imani, ada) == ""
    with later(monkeypatch, minutes=120):
        assert closed(imani, ada) == "POLICY_DENY"
        with present(again(imani)) as by, pytest.raises(Refusal) as raised:
            emergency.renew(began, by=by)
        assert raised.value.code == "BREAKGLASS_OVER"
    assert "emergency_access.renewed" in verbs(willow)


def test_it_ends_early_and_ends_once(willow: Clinic, imani: Actor, cleo: Actor, ada: UUID):
    began = begins(imani, ada)
    with present(again(cleo)) as by, pytest.raises(Refusal) as raised:
        emergency.end(began, by=by)
    assert raised.value.code == "NOT_FOUND"
    with present(again(imani)) as by:
        emergency.end(emergency.own(began.id, by), by=by)
    assert closed(imani, ada) == "POLICY_DENY"
    assert verbs(willow)[-1] == "emergency_access.ended"
    with present(again(imani)) as by, pytest.raises(Refusal) as raised:
        emergency.end(began, by=by)
    assert raised.value.code == "BREAKGLASS_OVER"
    with present(again(cleo)) as by, pytest.raises(Refusal) as raised:
        emergency.own(began.id, by)
    assert raised.value.code == "NOT_FOUND"


def test_asking_twice_is_one_emergency(imani: Actor, ada: UUID):
    assert begins(imani, ada).id == begins(imani, ada, line=LINE + " again").id


@pytest.mark.parametrize(("reason", "code"), [("treatment", ""), ("threat", "RESTRICTION_BLOCK")])
def test_only_emergency_treatment_reaches_past_a_restriction(
    willow: Clinic, imani: Actor, ada: UUID, reason: str, code: str
):
    with present(willow.system) as by:
        access.restrict(ada, [], by=by)
        access.restrict(ada, [PhiClass.CLINICAL], by=by, member=imani.id)
    assert "restricted" in begins(imani, ada, reason=reason).alarms
    assert closed(imani, ada) == code


def test_psychotherapy_notes_stay_closed_in_every_emergency(imani: Actor, ada: UUID, willow: Clinic):
    begins(imani, ada, part2=WRITTEN)
    assert closed(imani, ada, PhiClass.PSYCHOTHERAPY) == "PSYCH_NOTES_LOCKED"
    with present(willow.system) as by:
        assert policy.refused(by, [PhiClass.PSYCHOTHERAPY], [ada])[ada].code == "PSYCH_NOTES_LOCKED"


def test_part_2_opens_only_once_it_is_written_down(willow: Clinic, imani: Actor, ada: UUID):
    began = begins(imani, ada)
    assert closed(imani, ada, PhiClass.PART2) == "P2_EMERG_FIELDS"
    again_ = begins(imani, ada, part2=WRITTEN)
    assert again_.id == began.id
    assert closed(imani, ada, PhiClass.PART2) == ""
    assert "emergency_access.part2_disclosed" in verbs(willow)
    with present(willow.system):
        assert EmergencyDisclosure.objects.filter(patient_id=ada, access_id=began.id).count() == 1


@pytest.mark.parametrize("missing", ["recipient", "facility", "discloser", "nature", "no_consent"])
def test_part_2_with_anything_missing_opens_nothing(imani: Actor, ada: UUID, missing: str):
    blank: dict[str, Any] = {missing: False if missing == "no_consent" else " "}
    lacking = replace(WRITTEN, **blank)
    assert refused(imani, ada, part2=lacking).code == "P2_EMERG_FIELDS"
    assert closed(imani, ada) == "POLICY_DENY"


def test_part_2_is_for_treatment_only(imani: Actor, ada: UUID):
    assert refused(imani, ada, reason="threat", part2=WRITTEN).code == "P2_EMERG_FIELDS"


def test_a_coordinator_sees_no_part_2_even_in_an_emergency(cleo: Actor, ada: UUID):
    begins(cleo, ada, part2=WRITTEN)
    assert closed(cleo, ada, PhiClass.PART2) == "POLICY_DENY"


def test_records_of_one_person_open_together(willow: Clinic, imani: Actor, ada: UUID, bo: UUID):
    with present(willow.system) as by:
        merging.merge((ada, bo), by=by)
    begins(imani, ada)
    assert closed(imani, bo) == ""


def told(clinic: Clinic, whom: Actor) -> list[str]:
    with present(clinic.system):
        return list(Notice.objects.filter(member_id=whom.id).order_by("made_at").values_list("kind", flat=True))


def test_without_a_visit_both_officers_hear_of_it_at_once(
    willow: Clinic, imani: Actor, theo: Actor, sam: Actor, rosa: Actor, ada: UUID
):
    began = begins(imani, ada)
    assert began.alarms == ["no_visit"]
    for officer in (theo, sam):
        assert told(willow, officer) == ["emergency.no_visit"]
    assert told(willow, rosa) == []


def test_a_visit_leaves_it_to_the_weekly_review(
    willow: Clinic, imani: Actor, theo: Actor, ada: UUID, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(alarms, "VISITS", [])
    alarms.visits(lambda member, patient: (member, patient) == (imani.id, ada))
    assert begins(imani, ada).alarms == []
    assert told(willow, theo) == []


def test_a_visit_hides_neither_a_vip_nor_a_third_chart(
    willow: Clinic, imani: Actor, theo: Actor, ada: UUID, bo: UUID, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(alarms, "VISITS", [lambda member, patient: True])
    monkeypatch.setattr(alarms, "_lasting", lambda model, records: model is Vip and bo in records)
    assert begins(imani, ada).alarms == []
    assert begins(imani, bo).alarms == ["vip"]
    assert begins(imani, new_id()).alarms == ["bulk"]
    assert told(willow, theo) == ["emergency.vip", "emergency.bulk"]


def test_an_officer_is_not_told_of_their_own(willow: Clinic, theo: Actor, imani: Actor, ada: UUID):
    with present(willow.system) as by:
        person = willow.members["imani"].person
        access.join(person, Role.PRIVACY_OFFICER, by=by)
        assert set(alarms.officers(but=person.id)) == {theo.id}
        assert len(alarms.officers()) == 2
