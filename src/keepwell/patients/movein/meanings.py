"""What the values of a list mean, whatever the system that wrote them calls things."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from keepwell.base import dates, text
from keepwell.base.refusal import Refusal
from keepwell.patients import facts
from keepwell.patients.codes import LANGUAGES, RELATIONSHIPS, STATES
from keepwell.patients.reach import Home
from keepwell.patients.states import STATE_CODES

ORDERS = ("mdy", "dmy")
OLDEST_LIKELY = 105
NOTHING = frozenset({
    "", "n a", "na", "none", "null", "nil", "unknown", "unk", "not provided", "not applicable", "tbd", "no", "ninguno",
    "desconocido", "sin dato", "no aplica", "declined", "self pay", "selfpay", "cash", "uninsured",
})  # fmt: skip
_GENDERS = {
    "female": "f female woman girl mujer femenino femenina mujer cis cisgender female w",
    "male": "m male man boy hombre masculino varon cisgender male h",
    "other": "o other x nonbinary non binary nb enby transgender genderqueer otro otra no binario",
    "unknown": "u unknown unk undifferentiated not specified undisclosed desconocido",
}
_SEXES = {
    "F": "f female mujer femenino femenina w",
    "M": "m male hombre masculino varon h",
    "OTH": "x o other otro i intersex",
    "UNK": "u unknown unk desconocido",
    "ASKU": "asku declined",
}
_LANGUAGES = {
    "en": "english eng ingles", "es": "spanish spa espanol castellano", "zh": "chinese mandarin cantonese zho chi",
    "tl": "tagalog filipino", "vi": "vietnamese vie", "ar": "arabic ara", "fr": "french fra fre frances",
    "ko": "korean kor",
    "ru": "russian rus", "de": "german deu ger aleman", "hi": "hindi hin", "ht": "haitian creole kreyol hat",
    "pt": "portuguese por portugues", "it": "italian ita", "pl": "polish pol", "ur": "urdu", "fa": "farsi persian",
    "ja": "japanese jpn", "gu": "gujarati", "bn": "bengali bangla", "pa": "punjabi panjabi", "so": "somali",
    "am": "amharic", "uk": "ukrainian ukr", "nv": "navajo", "hmn": "hmong", "km": "khmer cambodian", "ase": "asl sign",
}  # fmt: skip
_RELATIONS = {
    "mother": "mother mom madre mama", "father": "father dad padre papa", "parent": "parent parents",
    "guardian": "guardian legal tutor tutora", "spouse": "spouse wife husband esposa esposo marido conyuge",
    "partner": "partner significant girlfriend boyfriend pareja", "child": "child son daughter hijo hija",
    "sibling": "sibling sister brother hermana hermano", "friend": "friend amigo amiga",
    "caregiver": "caregiver carer cuidador cuidadora",
    "relative": "aunt uncle grandmother grandfather grandparent cousin tia tio abuela abuelo",
}  # fmt: skip
_CITY = re.compile(r"^(?P<city>.+?)[,\s]+(?P<state>[A-Za-z.]{2,}(?: [A-Za-z]+)?)[,\s]+(?P<zip>\d{5}(?:-\d{4})?)$")
_SERIAL = re.compile(r"\d{5}(\.0+)?")
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}.*$")


def empty(typed: str) -> bool:
    """Whether a cell says that there is nothing to say."""
    return text.fold(typed) in NOTHING


@lru_cache(maxsize=20_000)
def day(typed: str, order: str, field: str) -> dt.date:
    """The day a cell means, its numbers in the order of this list. Raises Refusal DATE_UNREADABLE, DATE_UNCLEAR, …"""
    written = _TIME.sub("", typed.strip())
    found = dates.NUMERIC.fullmatch(written)
    if found and len(found["a"]) <= 2:
        month, date = (found["b"], found["a"]) if order == "dmy" else (found["a"], found["b"])
        return _one(_days(found["c"], int(month), int(date)), field)
    if _SERIAL.fullmatch(written):
        # Excel keeps a day as a number counted from 30 December 1899 (ECMA-376, part 1, § 18.17.4.1).
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(float(written)))
    return facts.day(written, field)


def orders_seen(cells: list[str]) -> set[str]:
    """In which orders every one of these dates could be read; both means that the list does not tell."""
    found = filter(None, (dates.NUMERIC.fullmatch(_TIME.sub("", cell.strip())) for cell in cells))
    pairs = [(int(one["a"]), int(one["b"])) for one in found if len(one["a"]) <= 2]
    if not pairs:
        return {"mdy"}
    seen = {"mdy"} if all(a <= 12 for a, _ in pairs) else set()
    return seen | ({"dmy"} if all(b <= 12 for _, b in pairs) else set())


def gender(typed: str) -> str:
    """Raises Refusal CHOICE_UNKNOWN."""
    return _meant(typed, _GENDERS, "gender")


def sex(typed: str) -> str:
    """Raises Refusal CHOICE_UNKNOWN."""
    return _meant(typed, _SEXES, "birth_sex")


def language(typed: str) -> str:
    """Raises Refusal CHOICE_UNKNOWN."""
    code = typed.strip().casefold().partition("-")[0]
    return code if code in LANGUAGES else _meant(typed, _LANGUAGES, "language")


def relationship(typed: str) -> str:
    """The nearest of our words; what we have no word for is `other`."""
    said = text.fold(typed)
    if said in RELATIONSHIPS:
        return said
    return next((code for code, words in _RELATIONS.items() if set(said.split()) & set(words.split())), "other")


def state(typed: str) -> str:
    """Raises Refusal CHOICE_UNKNOWN."""
    code = typed.strip().strip(".").upper()
    code = code if code in STATES else STATE_CODES.get(" ".join(typed.split()).casefold(), "")
    if not code:
        raise Refusal("CHOICE_UNKNOWN", field="state")
    return code


def postal_code(typed: str) -> str:
    """With the zeros a spreadsheet took away: 2139 is 02139."""
    return typed.zfill(5) if typed.isdecimal() and 3 <= len(typed) <= 4 else typed


def name_parts(typed: str) -> tuple[str, str, str]:
    """(given, middle, family) of a whole name: “Lovelace, Ada K” or “Ada K Lovelace”, particles with the family."""
    if "," in typed:
        family, given = (part.strip() for part in typed.split(",", 1))
        first, _, middle = given.partition(" ")
        return first, middle.strip(), family
    words = typed.split()
    if len(words) < 2:
        return "", "", typed.strip()
    start = len(words) - 1
    while start > 1 and text.fold(words[start - 1]) in text.PARTICLES:
        start -= 1
    return words[0], " ".join(words[1:start]), " ".join(words[start:])


def address(typed: str) -> Home:
    """A whole address in one cell, as well as that can be told; what cannot stays in the street."""
    written = " ".join(typed.replace("\n", ", ").split())
    *lines, last = [part.strip() for part in written.split(",") if part.strip()] or [""]
    for taken in (1, 2):
        tail = ", ".join([*lines, last][-taken - 1 :]) if lines else last
        found = _CITY.match(tail)
        code = found and (found["state"].strip(".").upper(), STATE_CODES.get(found["state"].casefold(), ""))
        known = next((c for c in code or () if c in STATES), "")
        if found and known:
            street, _, city = found["city"].rpartition(",")
            before = [*[*lines, last][: -taken - 1], *filter(None, [street.strip()])] if lines else []
            return Home(lines=tuple(before), city=city.strip(), state=known, postal_code=found["zip"])
    return Home(lines=(written,))


def _meant(typed: str, meanings: dict[str, str], field: str) -> str:
    said = text.fold(typed)
    for code, words in meanings.items():
        if f" {said} " in f" {words} ":
            return code
    raise Refusal("CHOICE_UNKNOWN", field=field)


def _days(year: str, month: int, date: int) -> list[dt.date]:
    "Two figures of a year mean the person is young, unless they could be past 90 as well: then nobody knows."
    this = facts.today()
    if len(year) == 4:
        years = [int(year)]
    elif len(year) == 2:
        century = this.year // 100 * 100
        recent, older = century + int(year), century - 100 + int(year)
        years = [recent] if recent <= this.year else [older]
        if recent <= this.year and this.year - older <= OLDEST_LIKELY:
            years = [recent, older]
    else:
        return []
    found = []
    for one in years:
        try:
            found.append(dt.date(one, month, date))
        except ValueError:
            continue
    return found


def _one(days: list[dt.date], field: str) -> dt.date:
    if not days:
        raise Refusal("DATE_UNREADABLE", field=field)
    if len(days) > 1:
        raise Refusal("DATE_UNCLEAR", field=field)
    return days[0]
