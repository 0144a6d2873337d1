"""Registering a patient: sealed, indexed, checked against those already here."""

from __future__ import annotations

import datetime as dt

from keepwell import charts
from keepwell.base.actor import Actor
from keepwell.ledger.doorway import present
from keepwell.patients import actions, finder
from keepwell.patients.excerpts import NameTag, Reach
from keepwell.patients.facts import Demographics
from keepwell.patients.reach import Contact

ADA = Demographics(given_name="Ada", family_name="Lovelace", birth_date=dt.date(1970, 1, 31), state="MA")


def test_a_registered_patient_is_sealed_and_found(rosa: Actor):
    with present(rosa):
        ada = actions.register(ADA, Contact(system="phone", value="(617) 555-0143"), by=rosa)
        assert str(ada.id) not in repr(ada.given_name)
    with present(rosa):
        (hit,) = finder.search("lovelcae", by=rosa).hits
        assert hit.patient == ada.id
        chart = charts.open(ada.id, NameTag, Reach, by=rosa)
        assert chart.one(NameTag).name == "Ada Lovelace"
        assert chart.one(Reach).value == "+16175550143"
