"""Correcting who somebody is: what was typed is kept, two at once do not overwrite each other, the index follows."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID

import pytest

from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from keepwell.patients import actions
from keepwell.patients.tests.people import ADA, again, entries, finds, registers
from tests.browse import ask, text
from tests.cast import Clinic


def form_of(page: str) -> dict[str, str]:
    "What the form would send unchanged."
    typed = {_one(r'name="(\w+)"', tag): _one(r'value="([^"]*)"', tag) for tag in re.findall(r"<input[^>]*>", page)}
    selects = re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL)
    typed |= {name: _one(r'value="([^"]*)" selected', body) for name, body in selects}
    return {name: value for name, value in typed.items() if name not in ("", "csrfmiddlewaretoken", "words")}


def _one(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return found[1] if found else ""


def test_an_edit_changes_what_is_shown_and_what_is_found(rosa: Actor, ada: UUID):
    typed = form_of(text(ask(rosa, f"/patients/{ada}/about/edit/")))
    assert (typed["given_name"], typed["birth_date"], typed["state"]) == ("Ada", "12/10/1985", "MA")
    answer = ask(
        rosa, f"/patients/{ada}/about/edit/", typed | {"family_name": "King", "former_names": "Lovelace, Byron"}
    )
    assert answer.status_code == 302
    assert "Ada King" in text(ask(rosa, f"/patients/{ada}/about/"))
    assert [finds(rosa, words) for words in ("king", "byron", "0143", "king 1985-12-10")] == [[ada]] * 4
    ((kind, _, _, subjects, *_),) = entries(rosa, "verb = %s AND kind = 'action'", "patient.edited")
    assert (kind, subjects) == ("action", [ada])


def test_an_old_name_that_was_wrong_is_no_longer_found(rosa: Actor, ada: UUID):
    typed = form_of(text(ask(rosa, f"/patients/{ada}/about/edit/")))
    ask(rosa, f"/patients/{ada}/about/edit/", typed | {"family_name": "Hopper"})
    assert (finds(rosa, "lovelace"), finds(rosa, "hopper")) == ([], [ada])


def test_saving_unchanged_keeps_everything(rosa: Actor, ada: UUID):
    before = form_of(text(ask(rosa, f"/patients/{ada}/about/edit/")))
    assert ask(rosa, f"/patients/{ada}/about/edit/", before).status_code == 302
    after = form_of(text(ask(rosa, f"/patients/{ada}/about/edit/")))
    assert after == before | {"version": "2"}


def test_the_second_of_two_edits_is_told_and_loses_nothing_typed(rosa: Actor, cleo: Actor, ada: UUID):
    typed = form_of(text(ask(rosa, f"/patients/{ada}/about/edit/")))
    assert ask(cleo, f"/patients/{ada}/about/edit/", typed | {"pronouns": "she/her"}).status_code == 302
    answer = ask(rosa, f"/patients/{ada}/about/edit/", typed | {"preferred_name": "Addie"})
    assert answer.status_code == 409
    assert "Someone changed this after you opened it" in text(answer)
    assert 'value="Addie"' in text(answer)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"given_name": "", "family_name": "!"}, "needs a given name or a family name"),
        ({"birth_date": "12/10/2185"}, "born on that day"),
        ({"birth_date": ""}, "birth date is missing"),
        ({"deceased_date": "12/09/1985"}, "before the birth date"),
        ({"deceased_date": "12/09/2185"}, "before the birth date or in the future"),
        ({"version": "x"}, "whole number"),
    ],
)
def test_a_wrong_field_is_named(rosa: Actor, ada: UUID, typed: dict[str, str], said: str):
    start = form_of(text(ask(rosa, f"/patients/{ada}/about/edit/")))
    answer = ask(rosa, f"/patients/{ada}/about/edit/", start | typed)
    assert (answer.status_code, said in text(answer)) == (422, True)
    assert "Ada Lovelace" in text(ask(rosa, f"/patients/{ada}/about/"))


def test_a_time_zone_from_elsewhere_survives_the_form(willow: Clinic, rosa: Actor):
    grace = registers(willow, replace(ADA, given_name="Grace", time_zone="Europe/London"))
    typed = form_of(text(ask(rosa, f"/patients/{grace}/about/edit/")))
    assert typed["time_zone"] == "Europe/London"
    assert ask(rosa, f"/patients/{grace}/about/edit/", typed).status_code == 302


def test_another_patients_record_number_is_refused(willow: Clinic, rosa: Actor, ada: UUID):
    registers(willow, replace(ADA, given_name="Grace", record_number="W-0001"))
    typed = form_of(text(ask(rosa, f"/patients/{ada}/about/edit/")))
    answer = ask(rosa, f"/patients/{ada}/about/edit/", typed | {"record_number": "W 0001"})
    assert (answer.status_code, "Another patient has this record number" in text(answer)) == (409, True)


def test_nobody_edits_a_patient_of_another_practice(olu: Actor, ada: UUID):
    assert "NOT_FOUND" in text(ask(olu, f"/patients/{ada}/about/edit/"))
    by = again(olu)
    with pytest.raises(Refusal, match="NOT_FOUND"), present(by):
        actions.edit(ada, ADA, seen=1, by=by)
