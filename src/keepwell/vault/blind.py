"""The blind index: keyed hashes by which sealed people are found, and nothing else is learnt.

A token is HMAC-SHA-256 (RFC 2104) under a practice's own index key, cut to 64 bits (for a PostgreSQL bigint) and
separated by kind. `exact` tokens stand for what is typed correctly, `near` tokens for one typing mistake (each name
with one letter left out, after SymSpell). Fewer than three letters never make a token, except an initial; a birth date
or year only together with a name's initial. Tokens show equality and frequency to whoever holds the table.
"""

from __future__ import annotations

import datetime as dt
import hmac
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import permutations, product

from keepwell.base import text
from keepwell.base.asked import Asked, Term

LEAST_LETTERS = 3
LONGEST_PREFIX = 8
LEVELS = (0, 1, 2)
LONGEST_NEAR = 12
MOST_GROUPS = 6
"""How many groups of alternatives one search may combine; the rest is left to verification."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findable:
    "What a person can be found by, in the clear: made when they are indexed, and again to verify a candidate."

    given: str = ""
    family: str = ""
    middle: str = ""
    preferred: str = ""
    former: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    birth_date: dt.date | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    record_number: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.given, self.family, self.middle, self.preferred, *self.former, *self.parents)


@dataclass(frozen=True, slots=True)
class Tokens:
    "What is stored for one person. Sorted, so that the order says nothing."

    exact: tuple[int, ...]
    near: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    "One question to the index: all of `every`, and of each group in `some` at least one, among exact or near tokens."

    every: tuple[int, ...]
    some: tuple[tuple[int, ...], ...]
    level: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    "Questions by level: 0 as typed, then mistyped in one word, then in any. Empty: too little was typed."

    stages: tuple[Stage, ...]
    fields: tuple[str, ...]


class BlindIndex:
    "The tokens of one practice. `key` is its index key and never its wrapping key."

    def __init__(self, key: bytes) -> None:
        if len(key) < 32:
            raise ValueError("an index key has at least 32 bytes")
        self._key = key

    def token(self, kind: str, value: str) -> int:
        said = kind.encode()
        digest = hmac.digest(self._key, bytes([len(said)]) + said + value.encode(), "sha256")
        return int.from_bytes(digest[:8], "big", signed=True)

    def tokens(self, person: Findable) -> Tokens:
        exact, near = set(_exact(person)), set(_near(person))
        return Tokens(tuple(sorted({self.token(*e) for e in exact})), tuple(sorted({self.token(*n) for n in near})))

    def alike(self, person: Findable) -> list[tuple[int, ...]]:
        "Questions that the same person answers, each by all of its tokens: see `identifying`."
        return [tuple(sorted({self.token(*t) for t in question})) for question in identifying(person)]

    def plan(self, asked: Asked) -> Plan:
        stages = (self._stage(groups, level) for groups, level in _questions(asked))
        return Plan(tuple(dict.fromkeys(s for s in stages if s)), asked.fields)

    def _stage(self, groups: list[Group], level: int) -> Stage | None:
        hashed = [tuple(sorted({self.token(*t) for t in group})) for group in groups if group]
        every = tuple(sorted({g[0] for g in hashed if len(g) == 1}))
        some = sorted((g for g in hashed if len(g) > 1), key=len)[:MOST_GROUPS]
        return Stage(every, tuple(some), level) if every or some else None


Group = set[tuple[str, str]]
"""Alternatives, each a kind and a value; one of them must be there."""


def prefixes(word: str) -> Iterator[str]:
    for n in range(_least(word), min(len(word), LONGEST_PREFIX) + 1):
        yield word[:n]


def neighbours(word: str) -> frozenset[str]:
    "Shared by two words (cut to the same length) whenever one edit makes one of the other."
    return frozenset(v for v in text.one_left_out(word[:LONGEST_NEAR]) if len(v) >= _least(v))


def _least(word: str) -> int:
    return 1 if text.ideographic(word) else LEAST_LETTERS


def _short(word: str) -> bool:
    return len(word) < _least(word)


# ── What is stored ───────────────────────────────────────────────────────────────────────────────────────────────────


def _spellings(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(s for name in names for s in text.spellings(name)))


def _exact(person: Findable) -> Iterator[tuple[str, str]]:
    for word in _spellings(person.names):
        yield "initial", word[0]
        if person.birth_date:
            yield "born", f"{person.birth_date.isoformat()} {word[0]}"
            yield "year", f"{person.birth_date.year} {word[0]}"
        if not _short(word):
            yield "full", word
            yield from (("prefix", p) for p in prefixes(word))
    yield from (("pair", p) for p in _pairs(person))
    for number in filter(None, map(text.phone, person.phones)):
        yield "phone", number
        yield "phone end", number[-4:]
    yield from (("email", e) for e in filter(None, map(text.email, person.emails)))
    if record := text.record_number(person.record_number):
        yield "record", record


def _near(person: Findable) -> Iterator[tuple[str, str]]:
    for word in _spellings(person.names):
        yield from (("near", n) for n in neighbours(word))
    for pair in _pairs(person):
        yield from (("near pair", n) for n in neighbours(pair))


def _pairs(person: Findable) -> Iterator[str]:
    "Names of two or three letters are found together with another name: Bo Li, Ann Smith."
    first = _spellings((person.given, person.preferred))
    last = _spellings((person.family, *person.former))
    return (g + f for g, f in product(first, last) if min(len(g), len(f)) <= LEAST_LETTERS <= len(g + f))


def exactly(person: Findable) -> frozenset[tuple[str, str]]:
    "Everything a person is found by when nothing is mistyped."
    return frozenset(_exact(person))


def identifying(person: Findable) -> list[Group]:
    """What the same person would share, each alone enough to compare the two: the day of birth with the initials, the
    names, a number or an address to reach them, the record number."""
    given, family = text.words(person.given), text.words(person.family)
    words = (*given[:1], *family[-1:])
    asked: list[Group] = []
    if words and person.birth_date:
        asked.append({("born", f"{person.birth_date.isoformat()} {word[0]}") for word in words})
    if len(words) > 1 and not any(map(_short, words)):
        asked.append({("full", word) for word in words})
    asked += [{("phone", number)} for number in filter(None, map(text.phone, person.phones))]
    asked += [{("email", address)} for address in filter(None, map(text.email, person.emails))]
    if number := text.record_number(person.record_number):
        asked.append({("record", number)})
    return asked


# ── What is asked ────────────────────────────────────────────────────────────────────────────────────────────────────


def _questions(asked: Asked) -> Iterator[tuple[list[Group], int]]:
    words = asked.words
    # Without a name a date or year cannot be looked up; if something else can, it is left to verification.
    terms = asked.terms if words else [t for t in asked.terms if not (t.birth_dates or t.birth_year)] or asked.terms
    typed = [_meant(term, words) for term in terms]
    anyone = [_meant(term, (*words, *string.ascii_lowercase)) for term in terms]
    if words and any(term.birth_dates for term in asked.terms):
        # A day of birth and an initial leave so few that the names are left to verification, however they were typed.
        yield [_meant(term, (word,)) for term in terms for word in words], 0
        yield anyone, 1
        return
    if any(len(w) <= LEAST_LETTERS + 1 for w in words):
        yield _named(words, "full") + typed, 0
    yield _named(words, "prefix") + typed, 0
    if words:
        mistyped = _mistyped(words) + anyone
        # Rarely is more than one word mistyped; one that is not keeps the candidates of a common name few.
        if right := {("full", word) for word in words if len(words) > 1 and not _short(word)}:
            yield [right, *mistyped], 1
        yield mistyped, 2


def _meant(term: Term, words: Iterable[str]) -> Group:
    "Everything the term can mean. Dates and years only ever together with an initial."
    initials = {w[0] for w in words} if term.birth_dates or term.birth_year else set()
    group: Group = {("born", f"{day.isoformat()} {i}") for day in term.birth_dates for i in initials}
    group |= {("year", f"{term.birth_year} {i}") for i in initials if term.birth_year}
    end = term.phone_end and term.phone_end[-4:]
    said = {"phone": term.phone, "phone end": end, "email": term.email, "record": term.record_number}
    return group | {(kind, value) for kind, value in said.items() if value}


def _named(words: tuple[str, ...], kind: str) -> list[Group]:
    if all(map(_short, words)):
        return [{("pair", pair) for pair in _paired(words)}]
    return [_spelled(words, i, kind) for i in range(len(words))]


def _spelled(words: tuple[str, ...], i: int, kind: str) -> Group:
    "One word, on its own or glued to its neighbours: o brien, mary ann, de la cruz."
    initial: Group = {("initial", words[i][0])} if _short(words[i]) else set()
    cut = LONGEST_PREFIX if kind == "prefix" else None
    return initial | {(kind, run[:cut]) for run in _runs(words, i) if not _short(run)}


def _mistyped(words: tuple[str, ...]) -> list[Group]:
    pairs: Group = {("near pair", n) for pair in _paired(words) for n in neighbours(pair)}
    kept = tuple(w for w in words if w not in text.PARTICLES) or words
    if all(map(_short, kept)):
        return [pairs]
    return [
        _spelled(kept, i, "prefix")
        | {("near", n) for run in _runs(kept, i) for n in neighbours(run)}
        | (pairs if len(kept[i]) <= LEAST_LETTERS + 1 else set())
        for i in range(len(kept))
    ]


def _runs(words: tuple[str, ...], i: int) -> set[str]:
    "The word at `i` and every run of up to four neighbours that holds it, glued."
    ends = ((a, b) for a in range(max(0, i - 3), i + 1) for b in range(i + 1, min(len(words), a + 4) + 1))
    return {"".join(words[a:b]) for a, b in ends}


def _paired(words: tuple[str, ...]) -> set[str]:
    return {a + b for a, b in permutations(words, 2) if min(len(a), len(b)) <= LEAST_LETTERS + 1 and not _short(a + b)}
