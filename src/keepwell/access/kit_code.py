"""The code on a recovery kit: 140 random bits, made to be read from paper and typed once.

Six groups of five, in Crockford's alphabet of 32 signs (no I, L, O, U). The last two signs check the others: the number
they spell, modulo the prime 1021, so that one wrong sign and two that changed places are always found before anything
is looked up or counted.
"""

from __future__ import annotations

import secrets

from keepwell.base.refusal import Refusal

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SIGNS, CHECKS, GROUP = 28, 2, 5
_PRIME = 1021
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new() -> str:
    """A code nobody has seen, without gaps."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(SIGNS))
    return signs + _check(signs)


def groups(code: str) -> list[str]:
    """A code as the paper shows it."""
    return [code[at : at + GROUP] for at in range(0, len(code), GROUP)]


def read(typed: str) -> str:
    """The code somebody typed. Raises Refusal KIT_MISTYPED, which says nothing about whether there is such a kit."""
    signs = normal(typed)
    whole = len(signs) == SIGNS + CHECKS and set(signs) <= set(ALPHABET)
    if not whole or _check(signs[:SIGNS]) != signs[SIGNS:]:
        raise Refusal("KIT_MISTYPED", field="code")
    return signs


def normal(typed: str) -> str:
    """What was typed, in capitals, without gaps, and with the signs that look alike read as the one that is used."""
    return "".join(sign for sign in typed.upper() if sign.isalnum()).translate(_READ_AS)


def _check(signs: str) -> str:
    number = 0
    for sign in signs:
        number = (number * 32 + ALPHABET.index(sign)) % _PRIME
    return ALPHABET[number // 32] + ALPHABET[number % 32]
