"""Emergency access from the outside: a purpose alone opens nothing, and neither does anybody else's emergency."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from django.db import connection

from keepwell import charts
from keepwell.access import emergency, in_force
from keepwell.access.tests.test_emergency import again, begins, later
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.ledger import wire
from keepwell.ledger.doorway import present
from keepwell.patients.excerpts import NameTag
from tests.cast import Clinic


def opens(by: Actor, patient: UUID) -> str:
    """The code of the refusal, or the name that was read."""
    with present(again(by, Purpose.BTG)) as here:
        try:
            return charts.open(patient, NameTag, by=here).one(NameTag).name
        except Refusal as refusal:
            return refusal.code


def test_the_purpose_alone_opens_nothing(imani: Actor, rosa: Actor, ada: UUID):
    assert opens(imani, ada) == "POLICY_DENY"
    assert opens(rosa, ada) == "POLICY_DENY"


def test_the_emergency_of_another_member_opens_nothing(imani: Actor, cleo: Actor, ada: UUID):
    begins(cleo, ada)
    assert opens(imani, ada) == "POLICY_DENY"
    assert opens(cleo, ada) == "Ada Lovelace"


def test_the_emergency_with_another_patient_opens_nothing(imani: Actor, ada: UUID, bo: UUID):
    begins(imani, bo)
    assert opens(imani, ada) == "POLICY_DENY"


def test_an_emergency_that_is_over_opens_nothing(imani: Actor, ada: UUID, monkeypatch: pytest.MonkeyPatch):
    began = begins(imani, ada)
    with later(monkeypatch, minutes=61):
        assert opens(imani, ada) == "POLICY_DENY"
    with present(again(imani)) as by:
        emergency.end(began, by=by)
    assert opens(imani, ada) == "POLICY_DENY"


def test_an_emergency_is_no_row_one_writes_by_hand(imani: Actor, cleo: Actor, ada: UUID):
    began = begins(cleo, ada)
    with present(again(imani)), pytest.raises(Exception, match="action"), connection.cursor() as cursor:
        cursor.execute("UPDATE access_emergencyaccess SET member_id = %s WHERE id = %s", [imani.id, began.id])


def test_the_door_tells_nobody_of_emergencies_without_a_token(imani: Actor, ada: UUID):
    begins(imani, ada)
    with pytest.raises(Refusal) as refused:
        wire.rows("recorder", "SELECT * FROM custody.emergencies(%s, now())", "made up")
    assert refused.value.code == "PRESENCE_INVALID"


def test_the_door_tells_of_ones_own_in_ones_own_practice_only(imani: Actor, cleo: Actor, olu: Actor, ada: UUID):
    began = begins(imani, ada)
    assert [one.id for one in in_force.held(imani)] == [began.id]
    assert in_force.held(cleo) == ()
    assert in_force.held(replace(olu, id=imani.id)) == ()


def test_oak_knows_nothing_of_willows_emergencies(imani: Actor, olu: Actor, ada: UUID, oak: Clinic):
    begins(imani, ada)
    with present(again(olu)), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM access_emergencyaccess")
        assert cursor.fetchone() == (0,)
