"""What somebody typed into a search box, taken apart: words of names, days and years of birth, phones, e-mail, numbers.

One piece of text can mean several things ("1970" is a year or the end of a phone number): a `Term` keeps them all.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from keepwell.base import dates, text

LONGEST = 200
MOST_WORDS = 6
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
_UUID = re.compile(r"(?<!\w)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?!\w)", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<![\w])(?:\+\d[\d\s().\-]{6,18}\d|(?:1[\s.\-]*)?\(?\d{3}\)?[\s.\-]*\d{3}[\s.\-]*\d{4}|\d{3}[\s.\-]\d{4})(?![\w])"
)
_RECORD = re.compile(r"(?<!\w)mrn[:#.\s]*(?:[\w\-]*\d[\w\-]*\s*)+", re.IGNORECASE)
_LABELS = re.compile(r"(?<!\w)(?:mrn|dob|d\.o\.b\.)(?!\w)[:#.\s]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Term:
    "One piece of the text that is not a name word, with everything it can mean. One meaning must hold."

    birth_dates: tuple[dt.date, ...] = ()
    birth_year: int | None = None
    phone: str | None = None
    phone_end: str | None = None
    email: str | None = None
    record_number: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    "A search as understood. `words` are folded, in the order typed; every term must hold too."

    words: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        "What kinds of thing were asked for: what the ledger may say about a search, unlike the words."
        asked = {"name"} if self.words else set()
        for term in self.terms:
            asked |= {name for name in Term.__slots__ if getattr(term, name)}
        names = {"birth_dates": "birth_date", "phone_end": "phone"}
        return tuple(sorted({names.get(name, name) for name in asked}))


def read(typed: str, today: dt.date) -> Asked:
    "Take a search apart. Anything not understood as something else is a name."
    rest = typed[:LONGEST]
    terms: list[Term] = []
    for pattern, meaning in _meanings(today):
        rest = _take(rest, pattern, meaning, terms)
    rest = _LABELS.sub(" ", rest)
    words: list[str] = []
    for chunk in rest.split():
        if any(c.isdigit() for c in chunk):
            terms += _numbered(chunk, today)
        else:
            words += text.words(chunk)
    return Asked(_without_honorifics(words), tuple(dict.fromkeys(terms)))


_Meaning = Callable[[str], Term | None]


def _meanings(today: dt.date) -> Iterator[tuple[re.Pattern[str], _Meaning]]:
    yield _EMAIL, lambda s: Term(email=text.email(s)) if text.email(s) else None
    yield _RECORD, lambda s: Term(record_number=text.record_number(s[3:]))
    yield _UUID, lambda s: Term(record_number=text.record_number(s))
    for pattern in (dates.NUMERIC, *dates.SPELLED):
        yield pattern, lambda s: Term(birth_dates=dates.read(s, today)) if dates.read(s, today) else None
    yield _PHONE, _phone


def _take(rest: str, pattern: re.Pattern[str], meaning: _Meaning, terms: list[Term]) -> str:
    def replace(found: re.Match[str]) -> str:
        term = meaning(found[0])
        if term is None:
            return found[0]
        terms.append(term)
        return " "

    return pattern.sub(replace, rest)


def _phone(typed: str) -> Term | None:
    digits = "".join(c for c in typed if c.isdigit())
    number = text.phone(typed)
    if number is None and len(digits) != 7:
        return None
    bare = text.record_number(typed) if typed.isdecimal() else None
    return Term(phone=number, phone_end=None if number else digits, record_number=bare)


def _numbered(chunk: str, today: dt.date) -> Iterator[Term]:
    number = text.record_number(chunk)
    bare = chunk.strip("#,;.()")
    digits = bare if bare.isdecimal() and bare.isascii() else ""
    if len(number) < 3:
        return
    yield Term(
        birth_dates=dates.read(digits, today),
        birth_year=dates.year(digits, today),
        phone_end=digits if len(digits) in (4, 7) else None,
        record_number=number,
    )


def _without_honorifics(words: list[str]) -> tuple[str, ...]:
    kept = [w for w in words if w not in text.HONORIFICS] or words
    return tuple(kept[:MOST_WORDS])
