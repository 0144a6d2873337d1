"""How often each page asks the database, whatever the number of patients. A list is one opening."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest

from keepwell.base.actor import Actor
from keepwell.patients.facts import Demographics
from keepwell.patients.tests.people import finds, looks_after, registers
from tests.browse import ask, counted
from tests.cast import Clinic


@pytest.fixture
def crowd(willow: Clinic, rosa: Actor, imani: Actor) -> list[UUID]:
    "A dozen patients whom imani looks after."
    names = ("Abel Baker", "Cora Drew", "Edna Frost", "Gus Hale", "Iris Jones", "Karl Lund", "Mona Nash", "Otis Penn",
             "Quinn Reed", "Sara Todd", "Uma Voss", "Walt York")  # fmt: skip
    born = dt.date(1970, 1, 1)
    people = [
        registers(willow, Demographics(given_name=n.split()[0], family_name=n.split()[1], birth_date=born))
        for n in names
    ]
    for patient in people:
        looks_after(willow, imani, patient)
    return people


PAGES = [
    ("/patients/?show=mine", None, 11),
    ("/patients/?show=today", None, 13),
    ("/patients/?show=recent", None, 12),
    ("/patients/", {"words": "hale"}, 14),
    ("/patients/", {"words": "hael"}, 16),
    ("/patients/", {"words": "gus 1970"}, 14),
    ("/patients/register/", None, 2),
]


@pytest.mark.parametrize(("path", "data", "count"), PAGES, ids=[f"{p} {d or ''}" for p, d, _ in PAGES])
def test_a_page_asks_as_often_as_it_says(
    imani: Actor, crowd: list[UUID], path: str, data: dict[str, str] | None, count: int
):
    finds(imani, "frost")
    ask(imani, f"/patients/{crowd[0]}/about/")
    with counted() as said:
        assert ask(imani, path, data).status_code == 200
    assert len(said) == count, "\n".join(said)
    assert sum("custody.open(" in s for s in said) <= 1


def test_the_page_of_a_patient_asks_as_often_as_it_says(imani: Actor, crowd: list[UUID]):
    finds(imani, "frost")
    with counted() as said:
        assert ask(imani, f"/patients/{crowd[0]}/about/").status_code == 200
    assert len(said) == 20, "\n".join(said)
    assert sum("custody.open(" in s for s in said) == 1
