"""The two doors for many people at once are as narrow as those for one."""

from __future__ import annotations

from uuid import UUID

import pytest

from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.charts import finding
from keepwell.ledger import custody, wire
from keepwell.ledger.doorway import present
from keepwell.patients.tests.lists import again
from keepwell.vault.blind import BlindIndex, Findable
from tests.cast import Clinic

YUKI = Findable(given="Yuki", family="Tanaka")


def desk(clinic: Clinic) -> Actor:
    return again(Actor(clinic.system.id, clinic.practice.id, clinic.system.role, Purpose.HOPERAT))


def test_nobody_is_indexed_outside_an_action_about_them(willow: Clinic, ada: UUID):
    with present(desk(willow)) as by, pytest.raises(Refusal, match="ACTION_OUTSIDE"):
        finding.index_each({ada: Findable(given="Mallory")}, by=by)


def test_a_search_for_many_with_anothers_tokens_finds_nobody_of_theirs(willow: Clinic, oak: Clinic, yuki: UUID):
    with present(desk(oak)) as by:
        assert finding.find_alike([YUKI], by=by, limit=9) == [yuki]
        tokens = BlindIndex(custody.index_key(by)).alike(YUKI)
    with present(desk(willow)) as by:
        assert custody.find_each(tokens, ["name"], 9, by) == []


def test_a_search_for_many_is_recorded_with_everybody_it_found(willow: Clinic, ada: UUID, bo: UUID):
    with present(desk(willow)) as by:
        found = finding.find_alike(
            [Findable(given="Ada", family="Lovelace"), Findable(given="Bobby", family="Nguyen")], by=by, limit=9
        )
        assert set(found) == {ada, bo}
    with present(desk(willow)):
        asked = "SELECT subjects, detail FROM custody.entry WHERE kind = 'find' AND request_id = %s"
        ((subjects, detail),) = wire.rows("default", asked, by.request)
    assert set(subjects) == {ada, bo}
    assert "Lovelace" not in detail


def test_a_role_that_finds_nobody_finds_no_many(willow: Clinic, sam: Actor):
    with present(sam) as by, pytest.raises(Refusal, match="POLICY_DENY"):
        finding.find_alike([YUKI], by=by, limit=9)
