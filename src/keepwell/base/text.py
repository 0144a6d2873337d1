"""How names, phones, e-mail addresses and record numbers are made comparable.

Everything here is for *matching* only: what a person typed is stored and shown as they typed it.
Folding follows Unicode compatibility decomposition (UAX #15, NFKD) and full case folding.
"""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

# Letters that have no decomposition but that people type as plain ones.
_PLAIN = str.maketrans({
    "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d",
    "þ": "th", "ħ": "h", "\u0131": "i", "ŋ": "n", "ŧ": "t",
})  # fmt: skip
_APOSTROPHES = "'\u2019\u2018\u02bc\u02bb\u02b9\u02c8`\u00b4\u2032\uff07"
_UNAPOSTROPHED = str.maketrans("", "", _APOSTROPHES)
_SPLIT_AT_APOSTROPHES = str.maketrans(_APOSTROPHES, " " * len(_APOSTROPHES))
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_LOOKALIKES = str.maketrans("OIL", "011")

# Words inside a family name that people leave out or glue on: "de la Cruz", "Delacruz", "Cruz".
PARTICLES = frozenset({
    "a", "al", "ap", "ben", "bin", "bint", "da", "dal", "das", "de", "del", "della", "den", "der", "des", "di",
    "do", "dos", "du", "e", "el", "ibn", "la", "las", "le", "los", "mac", "mc", "na", "san", "st", "ten", "ter",
    "van", "vande", "vander", "von", "y", "zu", "zum", "zur",
})  # fmt: skip
HONORIFICS = frozenset({
    "mr", "mrs", "ms", "mx", "miss", "dr", "prof", "sr", "jr", "ii", "iii", "iv", "md", "phd", "sra", "srta",
})  # fmt: skip


def fold(text: str) -> str:
    "Lower-case plain words with single spaces: no accents, apostrophes, hyphens or punctuation."
    text = text.translate(_UNAPOSTROPHED)
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(_UNAPOSTROPHED)
    kept = "".join(_letter(c) for c in text).translate(_PLAIN)
    return " ".join(kept.split())


def _letter(c: str) -> str:
    if c.isalnum():
        return c
    # Marks (accents) and formatting characters vanish; everything else separates words.
    return "" if unicodedata.category(c) in {"Mn", "Me", "Cf"} else " "


def words(name: str) -> tuple[str, ...]:
    "The folded words of one name, in order."
    return tuple(fold(name).split())


def spellings(name: str) -> tuple[str, ...]:
    "Every way to look one name up: its words, all of them glued, and what follows an apostrophe (O'Brien: brien)."
    parts = words(name)
    found = dict.fromkeys(parts)
    if len(parts) > 1:
        found["".join(parts)] = None
    found.update(dict.fromkeys(fold(name.translate(_SPLIT_AT_APOSTROPHES)).split()))
    return tuple(found)


def ideographic(word: str) -> bool:
    "One Han character says as much as several letters: the minimum lengths do not apply to such words."
    return any("\u3400" <= c <= "\u9fff" or "\U00020000" <= c <= "\U0003ffff" for c in word)


def within_one(a: str, b: str) -> bool:
    "At most one letter added, left out, changed, or two neighbours swapped (Damerau-Levenshtein distance <= 1)."
    if a == b:
        return True
    if abs(len(a) - len(b)) > 1:
        return False
    i = 0
    while i < min(len(a), len(b)) and a[i] == b[i]:
        i += 1
    if len(a) == len(b):
        swapped = a[i : i + 2] == b[i : i + 2][::-1] and a[i + 2 :] == b[i + 2 :]
        return swapped or a[i + 1 :] == b[i + 1 :]
    return a[i + 1 :] == b[i:] if len(a) > len(b) else a[i:] == b[i + 1 :]


def one_left_out(word: str) -> frozenset[str]:
    "The word and everything it becomes when one letter is left out: two words within one edit share one of these."
    return frozenset({word, *(word[:i] + word[i + 1 :] for i in range(len(word)))})


def phone(typed: str, region: str = "US") -> str | None:
    "The number in E.164 (ITU-T), or None if no such number can be dialled from this region."
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def email(typed: str) -> str | None:
    "The address folded for comparison, or None if it cannot be one. Mail systems fold case, so we do."
    folded = unicodedata.normalize("NFKC", typed).strip().casefold()
    return folded if _EMAIL.fullmatch(folded) else None


def one_line(words: str) -> bool:
    "Whether it fits in one line of a header or a form: no control characters and none of Unicode's line separators."
    return not any(unicodedata.category(c) in {"Cc", "Zl", "Zp", "Cs"} for c in words)


def record_number(typed: str) -> str:
    "Letters and digits only; O and 0, and I, L and 1 read alike over the phone (Crockford base 32)."
    return "".join(c for c in fold(typed).upper() if c.isalnum()).translate(_LOOKALIKES)
