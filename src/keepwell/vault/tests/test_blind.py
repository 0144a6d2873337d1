"""The blind index finds people by what was typed, one mistake included, and gives nothing else away."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from keepwell.base import asked, text
from keepwell.vault import blind
from keepwell.vault.blind import BlindIndex, Findable, Plan, Tokens
from keepwell.vault.matching import score

TODAY = dt.date(2026, 11, 22)
WILLOW = BlindIndex(b"w" * 32)
OAK = BlindIndex(b"o" * 32)
ADA = Findable(
    given="Ada", family="Lovelace", birth_date=dt.date(1970, 1, 31), phones=("555-467-7743",),
    emails=("ada@example.com",), record_number="4K7M-92QX", former=("Byron",), parents=("Annabella Milbanke",),
)  # fmt: skip

LETTERS = st.sampled_from("abcdefghijklmnoprstuvwzáéñöü")
NAME = st.text(LETTERS, min_size=4, max_size=14).filter(lambda name: text.fold(name) not in text.HONORIFICS)
SHORT = st.text(LETTERS, min_size=2, max_size=3)


def asks(plan: Plan, tokens: Tokens) -> bool:
    "What custody.find does, for one row: every token of `every`, and of each group one, in either column."
    exact, both = set(tokens.exact), {*tokens.exact, *tokens.near}
    return any(set(s.every) <= exact and all(both & set(g) for g in s.some) for s in plan.stages)


def finds(typed: str, person: Findable, index: BlindIndex = WILLOW) -> bool:
    read = asked.read(typed, TODAY)
    return asks(index.plan(read), index.tokens(person)) and score(read, person) is not None


@st.composite
def mistyped(draw: st.DrawFn, names: st.SearchStrategy[str]) -> tuple[str, str]:
    "A name and the same with one letter added, left out, changed, or two neighbours swapped."
    name = draw(names)
    at, letter = draw(st.integers(0, len(name) - 1)), draw(LETTERS)
    swapped = name[:at] + name[at : at + 2][::-1] + name[at + 2 :]
    wrong = draw(st.sampled_from([name[:at] + letter + name[at:], name[:at] + name[at + 1 :],
                                  name[:at] + letter + name[at + 1 :], swapped]))  # fmt: skip
    assume(len(text.fold(wrong)) >= 3 and not {text.fold(wrong), text.fold(name)} & (text.HONORIFICS | text.PARTICLES))
    return name, wrong


@given(mistyped(NAME))
def test_any_name_with_one_typo_is_found(names: tuple[str, str]) -> None:
    assert finds(names[1], Findable(given="Rosa", family=names[0]))


@given(mistyped(SHORT), NAME)
def test_a_short_name_with_one_typo_is_found_with_the_other_name(names: tuple[str, str], family: str) -> None:
    assert finds(f"{family} {names[1]}", Findable(given=names[0], family=family))


@given(mistyped(NAME), st.dates(dt.date(1900, 1, 1), TODAY), st.integers(3, 14))
def test_part_of_a_mistyped_name_is_found_with_the_birth_date(names: tuple[str, str], born: dt.date, n: int) -> None:
    assert finds(f"{names[1][:n]} {born:%m/%d/%Y}", Findable(given="Rosa", family=names[0], birth_date=born))


@given(mistyped(NAME), st.integers(1900, TODAY.year))
def test_a_mistyped_name_is_found_with_the_birth_year(names: tuple[str, str], year: int) -> None:
    assert finds(f"{names[1]} {year}", Findable(given="Rosa", family=names[0], birth_date=dt.date(year, 1, 1)))


@given(NAME, NAME, NAME, st.randoms())
def test_names_are_found_in_any_order(given_: str, middle: str, family: str, chance: object) -> None:
    typed = [given_, middle, family]
    chance.shuffle(typed)  # type: ignore[attr-defined]
    assert finds(" ".join(typed), Findable(given=given_, middle=middle, family=family))


@given(NAME, st.integers(3, 14))
def test_a_name_is_found_by_its_beginning(name: str, n: int) -> None:
    assert finds(name[:n], Findable(family=name))


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("O'Brien", ["obrien", "o brien", "O\u2019BRIEN", "brien", "o'brein"]),
        ("Obrien", ["o'brien", "o brien"]),
        ("García-Márquez", ["garcia marquez", "garciamarquez", "marquez", "marquez garcia", "GARCÍA", "garcia-marqez"]),
        ("de la Cruz", ["cruz", "delacruz", "de la cruz", "dela cruz", "delacurz", "cruz de la"]),
        ("Cruz", ["de la cruz"]),
        ("Vanderberg", ["van der berg", "vander berg", "vanderbreg"]),
        ("van der Berg", ["vanderberg", "van den berg"]),
        ("Müller", ["muller", "mueller", "MÜLLER"]),
        ("Nguyễn", ["nguyen", "ngyuen"]),
        ("Mary Ann", ["maryann", "mary-ann", "mary", "ann mary"]),
        ("王伟", ["王伟", "王"]),
    ],
)
def test_accents_hyphens_apostrophes_and_particles_do_not_matter(stored: str, typed: list[str]) -> None:
    assert [t for t in typed if not finds(t, Findable(family=stored))] == []


@pytest.mark.parametrize(
    "typed",
    ["ada lovelace", "Lovelace, Ada", "a lovelace", "lovelace a", "ada l", "lovelcae", "byron", "annabella",
     "milbanke ada", "ada 1970", "love 31 Jan 1970", "lovxlace 1970-01-31", "5554677743", "7743", "467-7743",
     "ada 7743", "4k7m92qx", "MRN 4K7M 92QX", "ADA@example.com", "lovelace ada@example.com", "7743 1970"],
)  # fmt: skip
def test_ada_is_found_by(typed: str) -> None:
    assert finds(typed, ADA)


@pytest.mark.parametrize(
    "typed",
    ["ada 1971", "ada 1/30/1970", "lovelace 7744", "grace lovelace", "ada hopper", "lovxxace", "bob@example.com",
     "1970", "4K7M-92QY", "ada ada", "1970-01-31", "xx", "ad"],
)  # fmt: skip
def test_ada_is_not_found_by(typed: str) -> None:
    assert not finds(typed, ADA)


def test_two_letters_make_no_token_except_an_initial() -> None:
    assert WILLOW.tokens(Findable(family="Li")).exact == (WILLOW.token("initial", "l"),)
    assert WILLOW.tokens(Findable(family="Li")).near == ()
    assert WILLOW.plan(asked.read("li", TODAY)).stages == ()
    assert finds("bo li", Findable(given="Bo", family="Li"))
    assert finds("li 1/31/1970", Findable(given="Bo", family="Li", birth_date=dt.date(1970, 1, 31)))


@given(st.text(LETTERS, max_size=20))
def test_no_fragment_shorter_than_three_letters_is_hashed(name: str) -> None:
    person = Findable(given=name, family=name, preferred=name[:2], former=(name[:1],))
    kinds = [*blind._exact(person), *blind._near(person)]
    assert all(len(value) >= 3 for kind, value in kinds if kind != "initial")
    assert all(len(value) == 1 for kind, value in kinds if kind == "initial")


def test_a_birth_date_alone_makes_no_token_and_finds_nobody() -> None:
    born = dt.date(1970, 1, 31)
    assert WILLOW.tokens(Findable(birth_date=born)) == Tokens((), ())
    assert WILLOW.plan(asked.read("31 Jan 1970", TODAY)).stages == ()
    two = (Findable(given="Ada", birth_date=born), Findable(given="Bo", birth_date=born))
    assert not set(WILLOW.tokens(two[0]).exact) & set(WILLOW.tokens(two[1]).exact)


@given(NAME, NAME)
def test_the_tokens_of_two_practices_never_coincide(given_: str, family: str) -> None:
    here, there = (index.tokens(replace(ADA, given=given_, family=family)) for index in (WILLOW, OAK))
    assert not {*here.exact, *here.near} & {*there.exact, *there.near}
    assert not asks(OAK.plan(asked.read(family, TODAY)), here)


def test_kinds_are_kept_apart() -> None:
    kinds = (
        "initial",
        "born",
        "year",
        "full",
        "prefix",
        "pair",
        "near",
        "near pair",
        "phone",
        "phone end",
        "email",
        "record",
    )
    assert len({WILLOW.token(kind, "1970") for kind in kinds}) == len(kinds)


def test_a_mistyped_name_is_a_fallback_and_an_exact_one_is_not() -> None:
    stages = WILLOW.plan(asked.read("lovelace", TODAY)).stages
    assert [s.level for s in stages] == [0, 2]
    assert [s.level for s in WILLOW.plan(asked.read("augusta lovelace", TODAY)).stages] == [0, 1, 2]


@given(st.text(max_size=60))
def test_every_token_fits_a_bigint_and_no_plan_asks_too_much(typed: str) -> None:
    plan = WILLOW.plan(asked.read(typed, TODAY))
    assert all(-(2**63) <= t < 2**63 for s in plan.stages for t in (*s.every, *(x for g in s.some for x in g)))
    assert all(len(s.some) <= blind.MOST_GROUPS and (s.every or s.some) for s in plan.stages)


def test_a_short_index_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        BlindIndex(b"short")
