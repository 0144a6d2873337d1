"""A search box takes one line of anything; this is how it is understood."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepwell.base import asked
from keepwell.base.asked import Term

TODAY = dt.date(2026, 11, 22)
BORN = Term(birth_dates=(dt.date(1970, 1, 31),))


@pytest.mark.parametrize(
    ("typed", "words", "terms"),
    [
        ("Lovelace, Ada 1/31/70", ("lovelace", "ada"), (BORN,)),
        ("DOB: 1/31/1970 o'brien", ("obrien",), (BORN,)),
        ("31 de enero de 1970 García-Márquez", ("garcia", "marquez"), (BORN,)),
        ("Dr. April May Jr.", ("april", "may"), ()),
        ("Jan 1/31/70", ("jan",), (BORN,)),
        ("Jan Smith", ("jan", "smith"), ()),
        ("ada@Example.com", (), (Term(email="ada@example.com"),)),
        ("smith (555) 467-7743", ("smith",), (Term(phone="+15554677743"),)),
        ("467-7743", (), (Term(phone_end="4677743"),)),
        ("MRN 4K7M 92QX smith", ("smith",), (Term(record_number="4K7M92QX"),)),
        ("MRN: W-00123", (), (Term(record_number="W00123"),)),
        ("22bbe238-220e-495c-8abc-0ce3aa28a605", (), (Term(record_number="22BBE238220E495C8ABC0CE3AA28A605"),)),
        ("", (), ()),
        ("12", (), ()),
    ],
)
def test_each_part_is_understood(typed: str, words: tuple[str, ...], terms: tuple[Term, ...]) -> None:
    assert asked.read(typed, TODAY) == asked.Asked(words, terms)


def test_four_digits_are_a_year_the_end_of_a_phone_or_a_record_number() -> None:
    (term,) = asked.read("1970", TODAY).terms
    assert (term.birth_year, term.phone_end, term.record_number) == (1970, "1970", "1970")
    (term,) = asked.read("7743", TODAY).terms
    assert (term.birth_year, term.phone_end) == (None, "7743")


def test_a_title_alone_is_still_a_name() -> None:
    assert asked.read("Dr", TODAY).words == ("dr",)


def test_the_fields_asked_say_what_kinds_and_never_the_words() -> None:
    read = asked.read("lovelace 1/31/70 555-467-7743 a@b.org W-00123", TODAY)
    assert read.fields == ("birth_date", "email", "name", "phone", "record_number")


@given(st.text(max_size=300))
def test_no_text_breaks_the_search(typed: str) -> None:
    read = asked.read(typed, TODAY)
    assert len(read.words) <= asked.MOST_WORDS
    assert all(word for word in read.words)
