"""Today, as each role meets it."""

from __future__ import annotations

from uuid import UUID

import pytest

from keepwell import charts
from keepwell.access import actions as access
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from keepwell.outbound import actions as outbound
from keepwell.outbound.asks import Draft
from keepwell.patients.excerpts import AgreedRestriction, NameTag
from tests.browse import ask, counted, text
from tests.cast import Clinic


def again(actor: Actor) -> Actor:
    "The same person with another request."
    return Actor(actor.id, actor.practice, actor.role, actor.purpose)


def test_a_day_without_work_teaches_where_to_begin(rosa: Actor):
    page = text(ask(rosa, "/"))
    assert "Nobody yet. Find a patient above" in page


def test_patients_i_look_after_and_opened_are_there(willow: Clinic, imani: Actor, ada: UUID, bo: UUID):
    with present(willow.system) as by:
        access.relate(ada, member=imani.id, by=by)
    with present(again(imani)) as by:
        charts.open(bo, NameTag, by=by).one(NameTag)
    page = text(ask(imani, "/"))
    assert "Ada Lovelace" in page
    assert "Nguyen" in page


def test_a_patient_i_have_nothing_to_do_with_is_not(imani: Actor, ada: UUID):
    assert "Ada" not in text(ask(imani, "/"))


def test_officers_see_what_was_refused(theo: Actor, cleo: Actor, ada: UUID):
    with pytest.raises(Refusal), present(again(cleo)) as by:
        charts.open(ada, AgreedRestriction, by=by)
    page = text(ask(theo, "/"))
    assert "Refused this week" in page
    assert "Cleo" in page


@pytest.mark.parametrize("name", ["rosa", "imani", "cleo", "bea", "theo", "sam", "pat"])
def test_everybody_has_a_today(name: str, ada: UUID, request: pytest.FixtureRequest):
    assert ask(request.getfixturevalue(name), "/").status_code == 200


def test_messages_held_for_one_cause_are_one_row(willow: Clinic, rosa: Actor, ada: UUID, bo: UUID):
    for patient in (ada, bo):
        with present(again(rosa)) as by:
            outbound.send(Draft("please.call", patient), by=by)
    with counted() as said:
        page = text(ask(rosa, "/"))
    assert page.count('id="waiting"') == 1
    assert "And 1 more." in page
    assert sum("custody.open(" in one for one in said) <= 4
