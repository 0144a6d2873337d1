"""The demo's patients were asked, most of them; some want something of their own."""

from __future__ import annotations

import datetime as dt

from keepwell.access import texts
from keepwell.access.actions import system_actor
from keepwell.access.models import Authorization, ConfidentialRequest, Consent, Restriction
from keepwell.base.actor import Actor, Purpose
from keepwell.cli.demo import agreed
from keepwell.ledger.doorway import present
from keepwell.patients import actions
from keepwell.patients.facts import Demographics
from keepwell.patients.models import CallerCheck, Handling, Patient
from keepwell.patients.reach import Contact
from tests.cast import Clinic


def test_most_were_asked_and_some_want_something_of_their_own(willow: Clinic, rosa: Actor, theo: Actor, sam: Actor):
    with present(system_actor(willow.practice.id, Purpose.HOPERAT)) as by:
        for number in range(agreed.ENOUGH):
            who = Demographics(given_name=f"P{number}", family_name="Hale", birth_date=dt.date(1970, 1, number + 1))
            actions.register(who, Contact(system="email", value=f"p{number}@example.org", use="home"), by=by)
    agreed.consented(willow.practice.id)
    with present(willow.system) as by:
        asked = set(Consent.objects.filter(kind="telehealth", ended_at=None).values_list("patient_id", flat=True))
        assert len(asked) == agreed.ENOUGH - 1 == Patient.objects.count() - 1
        assert Consent.objects.filter(kind="ordinary", agreed=True).count() == 1
        assert Authorization.objects.get().copy_at and ConfidentialRequest.objects.count() == 1
        assert CallerCheck.objects.get().passed and Handling.objects.count() == 3
        assert Restriction.objects.get().paid_in_full and texts.altered(by=by) == []
