"""The demo's clinics are filled through the same actions and the same import as real ones."""

from __future__ import annotations

import json

import pytest

from keepwell.access import maintenance
from keepwell.access.actions import system_actor
from keepwell.base import clock
from keepwell.base.actor import Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.cli.demo import bundles, seeding, staff
from keepwell.ledger import wire
from keepwell.ledger.doorway import present
from keepwell.patients.models import Patient
from keepwell.records.models import ClinicalResource


@pytest.mark.slow
def test_two_clinics_with_staff_in_every_role_and_patients(database: None):
    people = seeding.seed(2, lambda words: None)
    assert {p.practice for p in people} == {"Willow Telehealth", "Oak Family Care"}
    assert {p.role for p in people} == set(Role) - {
        Role.PATIENT, Role.PROXY, Role.SUPPORT, Role.SYSTEM, Role.NOBODY,
    }  # fmt: skip
    assert len({p.password for p in people} | {p.totp for p in people}) == 2 * len(people)
    for slug in ("willow", "oak"):
        practice = maintenance.practices(slug)[0]
        with present(system_actor(practice.id, Purpose.TREAT)):
            assert Patient.objects.count() == 2
            assert ClinicalResource.objects.count() > 10
            verbs = {
                v for (v,) in wire.rows("default", "SELECT DISTINCT verb FROM custody.entry WHERE kind = 'action'")
            }
        assert {"practice.opened", "person.added", "membership.started", "patient.registered"} <= verbs
        assert {"task.added", "duty.began", "invitation.made", "emergency_access.ended", "notice.given"} <= verbs
    with pytest.raises(Refusal) as refused:
        seeding.seed(1, lambda words: None)
    assert refused.value.code == "DEMO_UNFINISHED"


def test_a_made_up_patient_is_the_same_each_time_and_everybody_is_somebody_else():
    today = clock.now().date()
    assert bundles.bundle(staff.WILLOW, 3, today) == bundles.bundle(staff.WILLOW, 3, today)
    people = set()
    for clinic in (staff.WILLOW, staff.OAK):
        for number in range(60):
            patient = json.loads(bundles.bundle(clinic, number, today))["entry"][0]["resource"]
            people.add((str(patient["name"]), patient["birthDate"]))
    assert len(people) == 120


def test_passwords_are_drawn_for_this_machine():
    drawn = {staff.password() for _ in range(50)}
    assert len(drawn) == 50
    assert min(map(len, drawn)) >= 20
