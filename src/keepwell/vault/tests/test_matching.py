"""Candidates are verified in the clear and the best come first."""

from __future__ import annotations

import datetime as dt

import pytest

from keepwell.base import asked
from keepwell.vault.blind import Findable
from keepwell.vault.matching import score

TODAY = dt.date(2026, 11, 22)


def of(typed: str, **who: object) -> float:
    return score(asked.read(typed, TODAY), Findable(**who)) or 0.0  # type: ignore[arg-type]


def test_the_name_itself_comes_before_longer_names_and_those_before_likely_typos() -> None:
    people = [{"family": f} for f in ("Smith", "Smithson", "Smyth", "Smithsonian")]
    ranked = sorted(people, key=lambda p: -of("smith", **p))
    assert [p["family"] for p in ranked] == ["Smith", "Smithson", "Smithsonian", "Smyth"]


def test_a_current_name_comes_before_a_former_one_and_that_before_a_parents() -> None:
    assert of("byron", family="Byron") > of("byron", former=("Byron",)) > of("byron", parents=("Byron",)) > 0


def test_each_word_needs_a_name_of_its_own() -> None:
    assert of("ada ada", given="Ada", family="Lovelace") == 0
    assert of("thomas thomas", given="Thomas", family="Thomas") == 1.0
    assert of("ann anna", given="Anna", family="Ann") == 1.0


def test_a_shared_index_word_is_not_enough() -> None:
    "Names two edits apart share a word with one letter left out; the decrypted name decides."
    assert of("lovelace", family="Loveplate") == 0
    assert of("sabine", family="Sainbe") == 0


def test_every_term_must_hold() -> None:
    ada = {"given": "Ada", "birth_date": dt.date(1970, 1, 31), "phones": ("+15554677743",)}
    assert of("ada 1970 7743", **ada) == 1.0
    assert of("ada 1970 7744", **ada) == 0
    assert of("ada 1/31/71", **ada) == 0


@pytest.mark.parametrize("typed", ["", "   ", "!!"])
def test_nothing_asked_matches_nobody(typed: str) -> None:
    assert score(asked.read(typed, TODAY), Findable(given="Ada")) is None


def test_a_hostile_search_stays_cheap() -> None:
    names = tuple(f"aaaa{chr(98 + i)}" for i in range(20))
    assert of("aaaa aaaa aaaa aaaa aaaa aaaa", former=names) > 0
