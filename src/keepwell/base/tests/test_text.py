"""Names, phones, e-mail addresses and record numbers compare as people mean them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepwell.base import text


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Adán PORTILLO", "adan portillo"),
        ("O\u2019Brien", "obrien"),
        ("O'Brien", "obrien"),
        ("García-Márquez", "garcia marquez"),
        ("Smith\u2011Jones", "smith jones"),
        ("Ødegård", "odegard"),
        ("Weiß", "weiss"),
        ("\u0130brahim", "ibrahim"),
        ("  J.  R. ", "j r"),
        ("Łukasz Żółć", "lukasz zolc"),
        ("Nguyễn", "nguyen"),
        ("王伟", "王伟"),
        ("ﬁnch", "finch"),
        ("zero\u200bwidth", "zerowidth"),
        ("", ""),
    ],
)
def test_a_name_folds_to_plain_words(typed: str, folded: str) -> None:
    assert text.fold(typed) == folded


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(typed: str) -> None:
    assert text.fold(text.fold(typed)) == text.fold(typed)


@given(st.text(max_size=40))
def test_case_never_matters(typed: str) -> None:
    assert text.fold(typed.casefold()) == text.fold(typed)


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("O'Brien", {"obrien", "o", "brien"}),
        ("de la Cruz", {"de", "la", "cruz", "delacruz"}),
        ("Smith-Jones", {"smith", "jones", "smithjones"}),
        ("Ada", {"ada"}),
        ("", set()),
    ],
)
def test_a_name_is_looked_up_by_its_words_and_glued(name: str, ways: set[str]) -> None:
    assert set(text.spellings(name)) == ways


WORD = st.text("abcdeé", max_size=7)


def distance(a: str, b: str) -> int:
    "Damerau-Levenshtein (optimal string alignment) by the book, to check the short cut against."
    rows = [[max(i, j) if 0 in (i, j) else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i, x in enumerate(a, 1):
        for j, y in enumerate(b, 1):
            rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


@given(WORD, WORD)
def test_within_one_agrees_with_the_book(a: str, b: str) -> None:
    assert text.within_one(a, b) == (distance(a, b) <= 1)


@given(WORD, WORD)
def test_words_one_edit_apart_share_a_word_with_one_letter_left_out(a: str, b: str) -> None:
    if distance(a, b) <= 1:
        assert text.one_left_out(a) & text.one_left_out(b)


@pytest.mark.parametrize("typed", ["555-467-7743", "(555) 467-7743", "5554677743", "+1 555 467 7743", "1.555.467.7743"])
def test_a_us_phone_is_one_number_however_it_is_typed(typed: str) -> None:
    assert text.phone(typed) == "+15554677743"


@pytest.mark.parametrize("typed", ["", "467-7743", "12", "call me", "555-467-77433", "+999 1"])
def test_what_cannot_be_dialled_is_no_phone(typed: str) -> None:
    assert text.phone(typed) is None


def test_a_foreign_phone_keeps_its_country() -> None:
    assert text.phone("+44 20 7946 0958") == "+442079460958"


def test_an_email_folds_case_and_needs_a_domain() -> None:
    assert text.email(" Ada@Example.COM ") == "ada@example.com"
    assert [text.email(t) for t in ("ada", "ada@", "ada@example", "a b@example.com", "@example.com")] == [None] * 5


def test_record_numbers_survive_being_read_over_the_phone() -> None:
    assert text.record_number("4k7m-O2Ql") == text.record_number("4K7M 02Q1") == "4K7M02Q1"
