"""Does a decrypted candidate really answer the search, and how well? The index proposes; this decides.

Every word must be one of the person's names: as typed, its beginning, or within one edit. Every term must hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import nlargest

from keepwell.base import text
from keepwell.base.asked import Asked, Term
from keepwell.vault.blind import Findable

# How much it says that a word was found in this name.
_CURRENT, _FORMER, _PARENT = 1.0, 0.85, 0.6
_EXACT, _BEGINNING, _INITIAL, _MISTYPED, _BEGINNING_MISTYPED, _LEFT_OUT = 1.0, 0.8, 0.55, 0.6, 0.4, 0.3
_MOST_FITS = 4


def score(asked: Asked, person: Findable) -> float | None:
    "None: not who was asked for. Otherwise up to 1.0, the better the higher."
    if not asked.words and not asked.terms:
        return None
    if not all(_holds(term, person) for term in asked.terms):
        return None
    if not asked.words:
        return 1.0
    known = _known(person)
    best = max((_fit(run, known) for run in _cuts(asked.words)), default=0.0)
    return best or None


def _holds(term: Term, person: Findable) -> bool:
    born, numbers = person.birth_date, list(filter(None, map(text.phone, person.phones)))
    return bool(
        (born and (born in term.birth_dates or born.year == term.birth_year))
        or (term.phone and term.phone in numbers)
        or (term.phone_end and any(n.endswith(term.phone_end) for n in numbers))
        or (term.email and term.email in map(text.email, person.emails))
        or (term.record_number and term.record_number == text.record_number(person.record_number))
    )


def _known(person: Findable) -> list[tuple[str, float]]:
    "Each spelling of each name, with what a match there is worth."
    weights = [(n, _CURRENT) for n in (person.given, person.family, person.middle, person.preferred)]
    weights += [(n, _FORMER) for n in person.former] + [(n, _PARENT) for n in person.parents]
    return [(spelling, weight) for name, weight in weights for spelling in text.spellings(name)]


def _cuts(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    "The words as typed, and with neighbours glued together in every way."
    if not words:
        yield ()
    for n in range(1, len(words) + 1):
        for rest in _cuts(words[n:]):
            yield ("".join(words[:n]), *rest)


def _fit(words: tuple[str, ...], known: list[tuple[str, float]]) -> float:
    "The best way to give each typed word a name of its own, as a mean; 0 if some word has none."
    total = _assign(words, known)
    return 0.0 if total is None else total / len(words)


def _assign(words: tuple[str, ...], known: list[tuple[str, float]]) -> float | None:
    if not words:
        return 0.0
    word, rest = words[0], words[1:]
    fits = ((_close(word, spelling) * weight, i) for i, (spelling, weight) in enumerate(known))
    totals = []
    for worth, i in nlargest(_MOST_FITS, fits):
        if worth and (others := _assign(rest, known[:i] + known[i + 1 :])) is not None:
            totals.append(worth + others)
    if word in text.PARTICLES and (others := _assign(rest, known)) is not None:
        totals.append(_LEFT_OUT + others)
    return max(totals, default=None)


def _close(word: str, name: str) -> float:
    if word == name:
        return _EXACT
    if name.startswith(word):
        return _INITIAL if len(word) == 1 else _BEGINNING + 0.1 * len(word) / len(name)
    if len(word) > 1 and text.within_one(word, name):
        return _MISTYPED
    lengths = range(len(word) - 1, len(word) + 2) if len(word) > 2 else ()
    return _BEGINNING_MISTYPED if any(text.within_one(word, name[:n]) for n in lengths) else 0.0
