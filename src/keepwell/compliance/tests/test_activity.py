"""The activity log as officers read it."""

from __future__ import annotations

from uuid import UUID

import pytest

from keepwell import charts
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger import wire
from keepwell.ledger.doorway import present
from keepwell.patients.excerpts import NameTag
from tests.browse import ask, text


@pytest.fixture
def opened(rosa: Actor, imani: Actor, ada: UUID) -> UUID:
    "Ada, whose name tag rosa and imani both opened."
    for actor in (rosa, imani):
        again = Actor(actor.id, actor.practice, actor.role, actor.purpose)
        with present(again):
            charts.open(ada, NameTag, by=again).one(NameTag)
    return ada


def test_the_privacy_officer_sees_both_openings(theo: Actor, opened: UUID):
    page = text(ask(theo, f"/activity/?patient={opened}&kind=open"))
    assert "Rosa" in page
    assert "Imani" in page
    assert page.count("opened name and birth date of") >= 2
    assert "Ada" in page


def test_the_security_officer_sees_openings_without_names(sam: Actor, opened: UUID):
    page = text(ask(sam, f"/activity/?patient={opened}"))
    assert "Rosa" in page
    assert "Ada" not in page
    assert f"Patient {opened.hex[-6:]}" in page


@pytest.mark.parametrize("name", ["rosa", "imani", "cleo", "pat"])
def test_others_may_not_read_the_log(name: str, opened: UUID, request: pytest.FixtureRequest):
    answer = ask(request.getfixturevalue(name), "/activity/")
    assert answer.status_code == 403
    assert "ACCESS_DENIED" in text(answer)


def test_reading_the_log_is_in_the_log(theo: Actor, opened: UUID):
    ask(theo, "/activity/")
    with present(Actor(theo.id, theo.practice, theo.role, theo.purpose)):
        assert wire.rows(
            "default", "SELECT count(*) FROM custody.entry WHERE verb = 'ledger.read' AND actor_id = %s", theo.id
        ) == [(1,)]


def test_an_entry_says_what_was_on_the_screen(theo: Actor, opened: UUID):
    with present(Actor(theo.id, theo.practice, theo.role, theo.purpose)):
        rows = wire.rows(
            "default", "SELECT id FROM custody.entry WHERE kind = 'open' AND excerpts = %s", ["patients.NameTag"]
        )
    page = text(ask(theo, f"/activity/{rows[0][0]}/"))
    assert "given name" in page
    assert "opened by itself" in page


def test_an_entry_of_another_practice_is_not_there(olu: Actor, theo: Actor, opened: UUID):
    with present(Actor(olu.id, olu.practice, olu.role, olu.purpose)):
        rows = wire.rows("default", "SELECT id FROM custody.entry LIMIT 1")
    answer = ask(theo, f"/activity/{rows[0][0]}/")
    assert answer.status_code == Refusal("NOT_FOUND").status
    assert "NOT_FOUND" in text(answer)


@pytest.mark.parametrize("query", ["who=x", "patient=1", "before=yesterday", "kind=nothing", "before=2026-01-01"])
def test_nonsense_in_the_address_is_left_aside(query: str, theo: Actor, opened: UUID):
    assert ask(theo, f"/activity/?{query}").status_code == 200


def test_a_stranger_is_sent_to_sign_in(database: None):
    answer = ask(None, "/activity/?kind=open")
    assert answer.status_code == 302
    assert "next=%2Factivity%2F%3Fkind%3Dopen" in answer["Location"]
