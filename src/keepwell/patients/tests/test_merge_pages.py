"""Merging in the browser: find the other record, compare, merge, take apart."""

from __future__ import annotations

from uuid import UUID

import pytest

from keepwell.base.actor import Actor
from keepwell.patients.facts import Demographics
from keepwell.patients.reach import Contact
from keepwell.patients.tests.people import registers
from tests.browse import ask, text
from tests.cast import Clinic


@pytest.fixture
def addie(willow: Clinic) -> UUID:
    "Ada's other record."
    return registers(
        willow, Demographics(given_name="Addie", family_name="Byron"), Contact(system="phone", value="617 555 0199")
    )


def test_find_compare_merge_and_take_apart(cleo: Actor, rosa: Actor, ada: UUID, addie: UUID):
    found = text(ask(cleo, f"/patients/{ada}/merge/", {"words": "byron"}))
    assert f"/patients/{ada}/merge/{addie}/" in found
    side_by_side = text(ask(cleo, f"/patients/{ada}/merge/{addie}/"))
    for words in ("Ada Lovelace", "Addie Byron", "(617) 555-0143", "(617) 555-0199"):
        assert words in side_by_side
    merged = ask(cleo, f"/patients/{ada}/merge/{addie}/", {"keep": str(ada)})
    assert (merged.status_code, merged.headers["Location"]) == (302, f"/patients/{ada}/about/")
    page = text(ask(cleo, f"/patients/{ada}/about/"))
    assert "Addie Byron" in page
    assert "(617) 555-0199" in page
    assert "Take apart" not in text(ask(rosa, f"/patients/{ada}/about/"))
    assert ask(cleo, f"/patients/{ada}/unmerge/{addie}/", {}).status_code == 302
    assert "(617) 555-0199" not in text(ask(cleo, f"/patients/{ada}/about/"))


def test_the_address_of_a_merged_record_leads_to_the_one_that_stands(cleo: Actor, ada: UUID, addie: UUID):
    ask(cleo, f"/patients/{ada}/merge/{addie}/", {"keep": str(addie)})
    answer = ask(cleo, f"/patients/{ada}/about/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/patients/{addie}/about/")


def test_facts_of_a_merged_record_are_shown_and_changed_only_in_their_own_record(cleo: Actor, ada: UUID, addie: UUID):
    before = text(ask(cleo, f"/patients/{ada}/about/")).count("/change/")
    ask(cleo, f"/patients/{ada}/merge/{addie}/", {"keep": str(ada)})
    assert text(ask(cleo, f"/patients/{ada}/about/")).count("/change/") == before


@pytest.mark.parametrize(("path", "code"), [("/patients/{ada}/merge/{ada}/", "MERGE_WITH_ITSELF"),
                                            ("/patients/{ada}/merge/{yuki}/", "NOT_FOUND")])  # fmt: skip
def test_there_must_be_two_records_of_this_practice(cleo: Actor, ada: UUID, yuki: UUID, path: str, code: str):
    assert code in text(ask(cleo, path.format(ada=ada, yuki=yuki)))
    assert code in text(ask(cleo, path.format(ada=ada, yuki=yuki), {"keep": ""}))


def test_the_front_desk_does_not_merge(rosa: Actor, ada: UUID, addie: UUID):
    for path in (f"/patients/{ada}/merge/", f"/patients/{ada}/merge/{addie}/"):
        assert "ACCESS_DENIED" in text(ask(rosa, path))
    assert "ACCESS_DENIED" in text(ask(rosa, f"/patients/{ada}/unmerge/{addie}/", {}))


def test_too_little_to_search_by_is_kept_in_the_field(cleo: Actor, ada: UUID):
    answer = ask(cleo, f"/patients/{ada}/merge/", {"words": "by"})
    assert (answer.status_code, 'value="by"' in text(answer)) == (422, True)
