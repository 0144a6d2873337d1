"""Search: whom it finds, whom it never shows, and what the ledger says of it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from uuid import UUID

import pytest

from keepwell.access import actions as access
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from keepwell.patients import finder
from keepwell.patients.facts import Demographics, new_record_number
from keepwell.patients.reach import Contact
from keepwell.patients.tests.people import ADA, again, entries, finds, registers
from tests.browse import ask, text
from tests.cast import Clinic


@pytest.mark.parametrize(
    "words",
    ["ada lovelace", "Lovelace, Ada", "LOVELACE", "love ada", "lovelcae", "ada l", "lovelace 1985", "lovlace 12/10/85",
     "xovel 1985-12-10", "10 dec 1985 ada", "(617) 555-0143", "0143", "555-0143 ada"],
)  # fmt: skip
def test_ada_is_found_by(rosa: Actor, ada: UUID, li: UUID, words: str):
    assert finds(rosa, words) == [ada]


@pytest.mark.parametrize("words", ["ada 1986", "grace lovelace", "lovxxxce", "0144", "ada 12/11/1985", "617 555 0144"])
def test_ada_is_not_found_by(rosa: Actor, ada: UUID, words: str):
    assert finds(rosa, words) == []


@pytest.mark.parametrize(
    "words", ["bo li", "li bo", "bo 2018", "li 6/7/2018", "mei chen", "chen 2018", "chne mei", "0177 li"]
)
def test_a_child_with_a_short_name_is_found_by(rosa: Actor, ada: UUID, li: UUID, words: str):
    assert finds(rosa, words) == [li]


def test_the_best_comes_first(willow: Clinic, rosa: Actor):
    names = ("Smithson", "Smith", "Smithe", "Goldsmith")
    who = {n: registers(willow, Demographics(given_name="Kim", family_name=n, birth_date=dt.date(1970, 1, 1)),
                        despite=finds(rosa, "kim")) for n in names}  # fmt: skip
    assert finds(rosa, "smith") == [who["Smith"], who["Smithe"], who["Smithson"]]


def test_more_than_25_say_so_and_how_to_get_fewer(willow: Clinic, rosa: Actor):
    for year in range(1950, 1976):
        registers(willow, Demographics(given_name="Kim", family_name="Park", birth_date=dt.date(year, 5, 5)),
                  despite=finds(rosa, "park"))  # fmt: skip
    page = text(ask(rosa, "/patients/", {"words": "kim park"}))
    assert page.count("row-link") == 25
    assert "Add a birth year or the last 4 digits of the phone" in page
    page = text(ask(rosa, "/patients/", {"words": "kim park 1960"}))
    assert page.count("row-link") == 1
    assert "There are more" not in page


def test_a_search_is_recorded_by_fields_and_candidates_and_never_by_words(rosa: Actor, ada: UUID):
    finds(rosa, "lovelace 12/10/1985")
    ((kind, _, classes, subjects, listed, detail),) = entries(
        rosa, "verb = %s AND actor_id = %s", "patient.searched", rosa.id
    )
    assert (kind, classes, subjects, listed) == ("find", ["identity"], [ada], True)
    assert json.loads(detail) == {"asked": ["birth_date", "name"]}
    ((*_, subjects, listed, _),) = entries(rosa, "kind = 'open' AND actor_id = %s", rosa.id)
    assert (subjects, listed) == ([ada], True)


def test_a_search_by_name_opens_no_contact(rosa: Actor, ada: UUID):
    finds(rosa, "lovelace")
    ((_, _, classes, *_),) = entries(rosa, "kind = 'open' AND actor_id = %s", rosa.id)
    assert classes == ["identity"]


def test_a_search_by_phone_opens_contact_and_says_so(rosa: Actor, ada: UUID):
    finds(rosa, "0143")
    ((_, _, classes, *_),) = entries(rosa, "kind = 'open' AND actor_id = %s", rosa.id)
    assert sorted(classes) == ["contact", "identity"]


def test_a_patient_restricted_from_me_is_as_if_not_there(willow: Clinic, rosa: Actor, cleo: Actor, ada: UUID):
    with present(willow.system) as by:
        access.restrict(ada, [], by=by, member=rosa.id)
    assert finds(rosa, "lovelace") == []
    assert "Nobody found" in text(ask(rosa, "/patients/", {"words": "lovelace"}))
    assert finds(cleo, "lovelace") == [ada]
    assert {e[0] for e in entries(cleo, "actor_id = %s", rosa.id)} == {"find", "deny"}


def test_a_role_that_may_not_verify_a_phone_is_told_so(willow: Clinic, ada: UUID):
    ines = willow.employs("ines", Role.TRAINEE, Purpose.HOPERAT)
    assert finds(ines, "lovelace") == [ada]
    with pytest.raises(Refusal, match="POLICY_DENY"):
        finds(ines, "0143")


def test_a_role_without_patients_finds_nobody_and_is_recorded(sam: Actor, ada: UUID):
    with pytest.raises(Refusal, match="POLICY_DENY"):
        finds(sam, "lovelace")
    ((kind, verb, *_),) = entries(sam, "actor_id = %s", sam.id)
    assert (kind, verb) == ("deny", "patient.searched")


def test_another_practice_finds_nobody_here(olu: Actor, ada: UUID, yuki: UUID):
    assert finds(olu, "lovelace") == []
    assert finds(olu, "tanaka") == [yuki]


def test_too_little_is_refused_by_name(rosa: Actor):
    by = again(rosa)
    for words in ("", "li", "a b", "1985-12-10", "Dr"):
        with pytest.raises(Refusal, match="SEARCH_TOO_SHORT"), present(by):
            finder.search(words, by=by)


def test_a_mistyped_search_is_only_asked_when_nobody_fits_as_typed(willow: Clinic, rosa: Actor, ada: UUID):
    registers(willow, replace(ADA, given_name="Grace", family_name="Lovelade"))
    assert finds(rosa, "lovelace") == [ada]
    assert len(entries(rosa, "kind = 'find' AND actor_id = %s", rosa.id)) == 1
    assert len(finds(rosa, "lovelaxe")) == 2
    assert len(entries(rosa, "kind = 'find' AND actor_id = %s", rosa.id)) == 3


def test_similar_spellings_can_be_asked_for_though_somebody_is_called_as_typed(willow: Clinic, rosa: Actor, ada: UUID):
    registers(willow, replace(ADA, given_name="Grace", family_name="Lovelade"))
    page = text(ask(rosa, "/patients/", {"words": "lovelace"}))
    assert "Also show similar spellings" in page
    assert "Lovelade" not in page
    page = text(ask(rosa, "/patients/", {"words": "lovelace", "close": "1"}))
    assert page.index("Ada Lovelace") < page.index("Grace Lovelade")
    assert "Also show similar spellings" not in page
    assert "These are close" not in page


def test_two_patients_with_one_phone_are_both_found(willow: Clinic, rosa: Actor, ada: UUID):
    grace = registers(willow, replace(ADA, given_name="Grace", birth_date=dt.date(2010, 1, 1)),
                      Contact(system="phone", value="6175550143"))  # fmt: skip
    assert set(finds(rosa, "6175550143")) == {ada, grace}


def test_new_record_numbers_can_be_told_from_names_and_read_aloud():
    drawn = {new_record_number() for _ in range(500)}
    assert len(drawn) == 500
    assert all(any(c.isdigit() for c in number) and not set(number) & set("ILOU") for number in drawn)
