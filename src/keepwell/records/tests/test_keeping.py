"""Resources come in once, change when they changed, and are read only through a chart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

import pytest

from keepwell import charts
from keepwell.access import actions as access
from keepwell.access import part2
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import VERBS
from keepwell.ledger.doorway import present
from keepwell.records import actions, heads
from keepwell.records.actions import Arriving, Tally
from keepwell.records.excerpts import ClinicalBody, ClinicalHead, FinancialHead, Part2Head
from keepwell.vault.phi import PhiClass
from tests.cast import Clinic

FEVER = Arriving(UUID(int=5), "Condition", PhiClass.CLINICAL, heads.Condition(title="Fever", when="2020-02-01"),
                 '{"resourceType": "Condition",  "id": "5"}')  # fmt: skip
CLAIM = Arriving(UUID(int=6), "Claim", PhiClass.COVERAGE, heads.Financial(title="pharmacy", amount="12.50"), "{}")
READ = (ClinicalHead, FinancialHead)


@pytest.fixture
def ada(ada: UUID, willow: Clinic, imani: Actor) -> UUID:
    "Imani looks after her."
    with present(willow.system) as by:
        access.relate(ada, by=by, member=imani.id)
    return ada


@pytest.fixture
def fever() -> Arriving:
    return replace(FEVER, id=new_id())


@pytest.fixture
def claim() -> Arriving:
    return replace(CLAIM, id=new_id())


def kept(willow: Clinic, patient: UUID, *arriving: Arriving) -> Tally:
    part2 = [one for one in arriving if one.phi is PhiClass.PART2]
    with present(willow.system) as by:
        tally = actions.keep(patient, [one for one in arriving if one not in part2], by=by)
        if part2:
            actions.keep_part2(patient, part2, by=by, tally=tally)
        if tally.moved:
            actions.empty(patient, tally.moved, by=by)
    return tally


def titles(rows: Iterable[ClinicalHead | Part2Head]) -> list[str]:
    return [row.head["title"] for row in rows]


def test_what_was_kept_is_read_through_a_chart(
    willow: Clinic, imani: Actor, ada: UUID, fever: Arriving, claim: Arriving
):
    tally = kept(willow, ada, fever, claim)
    assert (dict(tally.new), +tally.changed, +tally.same) == ({"Condition": 1, "Claim": 1}, {}, {})
    with present(imani):
        chart = charts.open(ada, *READ, ClinicalBody, by=imani)
        assert titles(chart.all(ClinicalHead)[ada]) == ["Fever"]
        assert chart.one(FinancialHead).head["amount"] == "12.50"
        assert chart.one(ClinicalBody).body == FEVER.body


def test_the_front_desk_sees_no_clinical_line(willow: Clinic, rosa: Actor, ada: UUID, fever: Arriving):
    kept(willow, ada, fever)
    with present(rosa), pytest.raises(Refusal, match="POLICY_DENY"):
        charts.open(ada, ClinicalHead, by=rosa)


def test_the_same_again_changes_nothing_and_what_changed_is_replaced(
    willow: Clinic, imani: Actor, ada: UUID, fever: Arriving, claim: Arriving
):
    kept(willow, ada, fever, claim)
    again = kept(willow, ada, fever, replace(claim, body='{"status": "cancelled"}'))
    assert (dict(again.new), dict(again.changed), dict(again.same)) == ({}, {"Claim": 1}, {"Condition": 1})
    with present(imani):
        chart = charts.open(ada, ClinicalHead, by=imani)
        assert len(chart.all(ClinicalHead)[ada]) == 1


def test_what_is_newly_labelled_as_part_2_is_emptied_where_it_was(
    willow: Clinic, imani: Actor, ada: UUID, fever: Arriving
):
    kept(willow, ada, fever)
    with present(willow.system):
        assert not part2.known([ada])
    tally = kept(willow, ada, replace(fever, phi=PhiClass.PART2))
    assert tally.moved == [(fever.id, PhiClass.CLINICAL)]
    with present(willow.system):
        assert part2.known([ada])
    with present(imani):
        chart = charts.open(ada, ClinicalBody, Part2Head, by=imani)
        assert (chart.one(ClinicalBody).head, chart.one(ClinicalBody).body) == ({}, "")
        assert titles(chart.all(Part2Head)[ada]) == ["Fever"]
    assert kept(willow, ada, replace(fever, phi=PhiClass.PART2)).moved == []


def test_many_batches_come_in_from_a_stream(willow: Clinic, imani: Actor, ada: UUID):
    stream = (replace(FEVER, id=new_id()) for _ in range(2 * actions.BATCH + 1))
    with present(willow.system) as by:
        assert actions.keep(ada, stream, by=by).new.total() == 2 * actions.BATCH + 1


def test_each_verb_says_what_it_seals():
    assert VERBS["resources.imported"].seals == {PhiClass.CLINICAL, PhiClass.COVERAGE}
    assert VERBS["part2_resources.imported"].seals == {PhiClass.PART2}
    assert "resources.reclassified" in VERBS
