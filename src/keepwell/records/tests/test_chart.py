"""The chart page: one opening, everything in its place, and a closed bar for what a role may not see."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from keepwell.access import actions as access
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.ledger import wire
from keepwell.ledger.doorway import present
from keepwell.patients import calling, merging
from keepwell.records import actions, heads
from keepwell.records.actions import Arriving
from keepwell.records.classes import class_of
from keepwell.records.heads import Head
from keepwell.vault.phi import PhiClass
from tests.browse import ask, counted, text
from tests.cast import Clinic


def arriving(kind: str, head: Head, labels: frozenset[str] = frozenset(), **body: Any) -> Arriving:
    return Arriving(new_id(), kind, class_of(kind, labels), head, json.dumps({"resourceType": kind, **body}))


CHART, RESOURCE = 22, 20
"""How often the chart and the page of a visit ask the database."""
VISIT = arriving("Encounter", heads.Encounter(title="Check-up", kind="VR", when="2024-03-05T10:00:00-05:00"))
PULSE = heads.Observation(title="Pulse", code="8867-4", value="72", unit="/min", when="2024-03-05T10:00:00-05:00")


def record() -> list[Arriving]:
    """A small life."""
    visit = replace(VISIT, id=new_id())
    pulse = replace(PULSE, encounter=str(visit.id))
    weight = heads.Observation(
        title="x", code="29463-7", value="70", unit="kg", when=PULSE.when, encounter=str(visit.id)
    )
    return [
        visit,
        arriving("Observation", pulse, valueQuantity={"value": 72, "unit": "/min"}),
        arriving("Observation", replace(pulse, value="110", when="2023-01-01T09:00:00Z", encounter="")),
        arriving("Observation", weight),
        arriving("Observation", heads.Observation(title="Smoking", words="Never smoked", when="2024")),
        arriving("Condition", heads.Condition(title="Asthma (disorder)", when="2011", status="active")),
        arriving("Condition", heads.Condition(title="Sore throat", when="2020-01-01", status="resolved")),
        arriving(
            "AllergyIntolerance", heads.AllergyIntolerance(title="Penicillin", criticality="high", status="active")
        ),
        arriving("Claim", heads.Financial(title="pharmacy", amount="12.50", currency="USD", when="2024-03-06")),
        arriving("Goal", heads.Goal(title="Walk daily")),
    ]


def kept(clinic: Clinic, patient: UUID, *what: Arriving) -> list[Arriving]:
    with present(clinic.system) as by:
        actions.keep(patient, [one for one in what if one.phi is not PhiClass.PART2], by=by)
        if part2 := [one for one in what if one.phi is PhiClass.PART2]:
            actions.keep_part2(patient, part2, by=by)
    return list(what)


@pytest.fixture
def ada(ada: UUID, willow: Clinic, imani: Actor) -> UUID:
    "Imani looks after her."
    with present(willow.system) as by:
        access.relate(ada, by=by, member=imani.id)
    return ada


@pytest.fixture
def life(willow: Clinic, ada: UUID) -> list[Arriving]:
    return kept(willow, ada, *record())


def openings(by: Actor) -> list[tuple[Any, ...]]:
    fresh = Actor(by.id, by.practice, by.role, by.purpose)
    with present(fresh):
        asked = "SELECT classes, excerpts, listed FROM custody.entry WHERE actor_id = %s AND kind = 'open' ORDER BY at"
        return wire.rows("default", asked, by.id)


def test_a_practitioner_reads_the_whole_chart_from_one_opening(imani: Actor, ada: UUID, life: list[Arriving]):
    response = ask(imani, f"/patients/{ada}/")
    page = text(response)
    assert response.status_code == 200
    for words in ("Ada Lovelace", "Asthma", "Penicillin", "Never smoked", "Video visit: Check-up", "$12.50",
                  "Problem noted: Sore throat", "Claim: pharmacy", "Heart rate", "usual 60 to 100",
                  "Goal set: Walk daily"):  # fmt: skip
        assert words in page, words
    assert "(disorder)" not in page
    assert len(openings(imani)) == 1
    assert openings(imani)[0][2] is False


def test_the_front_desk_sees_who_it_is_and_a_closed_bar_for_the_rest(rosa: Actor, ada: UUID, life: list[Arriving]):
    page = text(ask(rosa, f"/patients/{ada}/"))
    assert "Ada Lovelace" in page
    assert "Clinical: protected" in page
    assert "your role does not include clinical records" in page
    assert "Claim: pharmacy" in page
    for words in ("Asthma", "Penicillin", "Check-up", "Heart rate"):
        assert words not in page, words
    assert "clinical" not in openings(rosa)[0][0]


def test_a_practitioner_who_does_not_look_after_them_sees_the_bar_and_why(
    willow: Clinic, imani: Actor, bo: UUID, life: list[Arriving]
):
    kept(willow, bo, *record())
    page = text(ask(imani, f"/patients/{bo}/"))
    assert "Bo “Bobby” Nguyen" in page
    assert "you are not on this patient&#39;s care team" in page
    assert "Asthma" not in page


def test_a_restriction_closes_only_what_it_names(willow: Clinic, imani: Actor, ada: UUID, life: list[Arriving]):
    with present(willow.system) as by:
        access.restrict(ada, [PhiClass.COVERAGE], by=by, member=imani.id)
    page = text(ask(imani, f"/patients/{ada}/"))
    assert "The patient restricted this" in page
    assert "Asthma" in page
    assert "pharmacy" not in page


def test_a_restriction_of_the_identity_closes_the_page(willow: Clinic, imani: Actor, ada: UUID, life: list[Arriving]):
    with present(willow.system) as by:
        access.restrict(ada, [PhiClass.IDENTITY], by=by, member=imani.id)
    response = ask(imani, f"/patients/{ada}/")
    assert response.status_code == 403
    assert "RESTRICTION_BLOCK" in text(response)


def test_an_administrator_opens_no_chart(pat: Actor, ada: UUID):
    response = ask(pat, f"/patients/{ada}/")
    assert response.status_code == 403
    assert "Lovelace" not in text(response)


def test_substance_use_records_are_unknown_to_who_may_not_see_them(
    willow: Clinic, imani: Actor, cleo: Actor, ada: UUID, life: list[Arriving]
):
    kept(willow, ada, arriving("Condition", heads.Condition(title="Opioid use disorder"), frozenset({"42CFRPart2"})))
    with present(willow.system) as by:
        access.relate(ada, by=by, member=cleo.id)
    page = text(ask(imani, f"/patients/{ada}/"))
    assert "42 CFR Part 2" in page
    assert "Opioid use disorder" in page
    page = text(ask(cleo, f"/patients/{ada}/"))
    assert "Asthma" in page
    assert "Part 2" not in page
    assert "Opioid" not in page


def test_measurements_of_one_moment_are_one_line_and_their_visit_lists_them(
    imani: Actor, ada: UUID, life: list[Arriving]
):
    page = text(ask(imani, f"/patients/{ada}/"))
    assert "2 measurements" in page
    visit = text(ask(imani, f"/patients/{ada}/records/{life[0].id}/"))
    assert "From the same visit" in visit
    assert "Body weight: 70 kg" in visit
    assert "Heart rate: 72 /min" in visit


def test_the_timeline_shows_one_kind_and_turns_pages(willow: Clinic, imani: Actor, ada: UUID):
    days = [f"{1990 + n // 10}-05-0{n % 9 + 1}" for n in range(120)]
    visits = [arriving("Encounter", heads.Encounter(title=f"Visit {n:03}", when=day)) for n, day in enumerate(days)]
    kept(willow, ada, *visits, arriving("Condition", heads.Condition(title="Asthma", when="2001", status="active")))
    seen = []
    for start in (0, 50, 100):
        page = text(ask(imani, f"/patients/{ada}/?show=visits&from={start}"))
        timeline = page.partition('id="timeline"')[2].partition('id="problems"')[0]
        seen.append([n for n in range(120) if f"Visit {n:03}" in timeline])
        assert "Problem noted" not in timeline
    assert [len(part) for part in seen] == [50, 50, 20]
    assert sorted(n for part in seen for n in part) == list(range(120))
    assert ask(imani, f"/patients/{ada}/?from=99999999").status_code == 200
    assert ask(imani, f"/patients/{ada}/?from=x&show=nonsense").status_code == 200


def test_a_resource_is_shown_as_it_was_received(imani: Actor, ada: UUID, life: list[Arriving]):
    page = text(ask(imani, f"/patients/{ada}/records/{life[1].id}/"))
    assert "Details as received" in page
    assert "72 /min" in page
    assert "&#34;valueQuantity&#34;" in page


def test_a_resource_of_another_patient_or_class_is_not_there(
    willow: Clinic, imani: Actor, rosa: Actor, ada: UUID, bo: UUID, life: list[Arriving]
):
    assert ask(imani, f"/patients/{bo}/records/{life[0].id}/").status_code == 404
    assert ask(rosa, f"/patients/{ada}/records/{life[0].id}/").status_code == 404
    assert ask(rosa, f"/patients/{ada}/records/{life[8].id}/").status_code == 200
    assert ask(imani, f"/patients/{ada}/records/{new_id()}/").status_code == 404


def test_a_chart_of_another_practice_is_not_there(ximena: Actor, ada: UUID):
    assert ask(ximena, f"/patients/{ada}/").status_code in (403, 404)


def test_an_empty_chart_teaches(imani: Actor, ada: UUID):
    page = text(ask(imani, f"/patients/{ada}/"))
    assert "Nothing has happened yet" in page


def test_a_person_merged_from_two_records_has_one_chart(
    willow: Clinic, imani: Actor, ada: UUID, bo: UUID, life: list[Arriving]
):
    other = kept(willow, bo, arriving("Condition", heads.Condition(title="Gout", when="2022", status="active")))[0]
    with present(willow.system) as by:
        merging.merge((ada, bo), by=by)
    for either in (ada, bo):
        page = text(ask(imani, f"/patients/{either}/"))
        assert "Gout" in page
        assert "Asthma" in page
    assert "Gout" in text(ask(imani, f"/patients/{ada}/records/{other.id}/"))


def test_no_class_is_opened_of_which_there_is_nothing(imani: Actor, ada: UUID, bo: UUID, life: list[Arriving]):
    ask(imani, f"/patients/{ada}/")
    assert set(openings(imani)[0][0]) == {"identity", "contact", "clinical", "coverage"}


def test_the_claims_of_one_day_are_one_line_that_leads_to_all_of_them(willow: Clinic, imani: Actor, ada: UUID):
    paid = [arriving("Claim", heads.Financial(title=t, amount="10", currency="USD", when="2024-01-05")) for t in "ab"]
    kept(willow, ada, *paid)
    page = text(ask(imani, f"/patients/{ada}/"))
    assert "2 claims and payments" in page
    assert f'href="/patients/{ada}/?show=claims#timeline"' in page
    page = text(ask(imani, f"/patients/{ada}/?show=claims"))
    assert "Claim: a" in page
    assert "Claim: b" in page


def test_only_kinds_that_are_there_can_be_chosen(rosa: Actor, ada: UUID, life: list[Arriving]):
    page = text(ask(rosa, f"/patients/{ada}/"))
    assert "show=claims" in page
    assert "show=visits" not in page
    assert page.count("Vital signs and results") == 1


def test_the_strip_says_how_the_desk_deals_with_somebody_in_the_same_opening(
    willow: Clinic, imani: Actor, rosa: Actor, ada: UUID, life: list[Arriving]
):
    with present(Actor(rosa.id, rosa.practice, rosa.role, rosa.purpose)) as by:
        calling.flag(ada, "interpreter", more="Vietnamese", by=by)
    with counted() as said:
        assert "interpreter Vietnamese" in text(ask(imani, f"/patients/{ada}/"))
    assert sum("custody.open(" in each for each in said) == 1
    with present(willow.system) as by:
        access.restrict(ada, [PhiClass.CONTACT], by=by, member=imani.id)
    page = text(ask(imani, f"/patients/{ada}/"))
    assert "Lovelace" in page and "Vietnamese" not in page


@pytest.mark.parametrize("more", [0, 60])
def test_a_chart_asks_the_database_as_often_whatever_is_in_it(
    willow: Clinic, imani: Actor, ada: UUID, life: list[Arriving], more: int
):
    kept(willow, ada, *(one for _ in range(more // 10) for one in record()))
    ask(imani, f"/patients/{ada}/")
    with counted() as said:
        ask(imani, f"/patients/{ada}/")
    assert len(said) == CHART, said
    with counted() as said:
        ask(imani, f"/patients/{ada}/records/{life[0].id}/")
    assert len(said) == RESOURCE, said
