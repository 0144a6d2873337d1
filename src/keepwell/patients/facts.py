"""What is said of a patient before it is sealed, and what is wrong with it, for forms, imports and actions alike."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Container, Iterator
from dataclasses import dataclass, fields

from keepwell.base import clock, dates, text
from keepwell.base.refusal import Refusal
from keepwell.patients.codes import BIRTH_SEXES, GENDERS, LANGUAGES, STATES, TIME_ZONES

LONGEST_NAME = 100
OLDEST = dt.timedelta(days=366 * 130)
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Demographics:
    """Who somebody is, in the clear. Empty means unknown. It prints nothing of itself."""

    given_name: str = ""
    family_name: str = ""
    middle_name: str | None = None
    preferred_name: str | None = None
    former_names: tuple[str, ...] = ()
    birth_date: dt.date | None = None
    deceased_date: dt.date | None = None
    gender: str | None = None
    birth_sex: str | None = None
    pronouns: str | None = None
    record_number: str = ""
    language: str | None = None
    state: str | None = None
    time_zone: str | None = None

    def columns(self) -> dict[str, object]:
        """Values for the columns of Patient; what is empty there is not sealed at all."""
        said = {f.name: getattr(self, f.name) for f in fields(self)}
        said["former_names"] = list(self.former_names) or None
        return {name: value if name in _ALWAYS else value or None for name, value in said.items()}


_ALWAYS = frozenset({"given_name", "family_name", "record_number"})
_NAMES = ("given_name", "family_name", "middle_name", "preferred_name", "pronouns", "record_number")
_CODES: dict[str, Container[str]] = {
    "gender": GENDERS,
    "birth_sex": BIRTH_SEXES,
    "language": LANGUAGES,
    "state": STATES,
    "time_zone": TIME_ZONES,
}


def today() -> dt.date:
    """The latest date it can be anywhere: nobody is told that their birth lies in the future because of a time zone."""
    return (clock.now() + dt.timedelta(hours=14)).date()


def problems(who: Demographics) -> Iterator[Refusal]:
    """Everything wrong with it, each named and at its field."""
    if not text.words(who.given_name) and not text.words(who.family_name):
        yield Refusal("NAME_MISSING", field="family_name")
    for name in _NAMES:
        if len(getattr(who, name) or "") > LONGEST_NAME:
            yield Refusal("TEXT_TOO_LONG", field=name, most=LONGEST_NAME)
    if any(len(name) > LONGEST_NAME for name in who.former_names):
        yield Refusal("TEXT_TOO_LONG", field="former_names", most=LONGEST_NAME)
    if who.birth_date and not today() - OLDEST <= who.birth_date <= today():
        yield Refusal("BIRTH_DATE_IMPOSSIBLE", field="birth_date")
    if who.deceased_date and not (who.birth_date or dt.date.min) <= who.deceased_date <= today():
        yield Refusal("DEATH_DATE_IMPOSSIBLE", field="deceased_date")
    for name, codes in _CODES.items():
        value = getattr(who, name)
        if value and value not in codes:
            yield Refusal("CHOICE_UNKNOWN", field=name)


def require(found: Iterator[Refusal]) -> None:
    """Raises the first Refusal there is."""
    for refusal in found:
        raise refusal


def day(typed: str, field: str, impossible: str = "BIRTH_DATE_IMPOSSIBLE") -> dt.date:
    """The one day in the past that the text means. Raises Refusal DATE_UNREADABLE, DATE_UNCLEAR or `impossible`."""
    days = dates.read(typed, today())
    if not days:
        absurd = dates.read(typed, dt.date.max, earliest=dt.MINYEAR)
        raise Refusal(impossible if absurd else "DATE_UNREADABLE", field=field)
    if len(days) > 1:
        raise Refusal("DATE_UNCLEAR", field=field)
    return days[0]


def phone(typed: str, field: str = "value") -> str:
    """The number in E.164. Raises Refusal PHONE_UNREADABLE."""
    number = text.phone(typed)
    if number is None:
        raise Refusal("PHONE_UNREADABLE", field=field)
    return number


def email(typed: str, field: str = "value") -> str:
    """The address as typed, trimmed. Raises Refusal EMAIL_UNREADABLE."""
    if text.email(typed) is None:
        raise Refusal("EMAIL_UNREADABLE", field=field)
    return typed.strip()


def new_record_number() -> str:
    """Eight characters that survive being read out loud and say nothing about anyone, like 4K7M-92QX."""
    while True:
        drawn = "".join(secrets.choice(_CROCKFORD) for _ in range(8))
        if any(c.isdigit() for c in drawn):
            return f"{drawn[:4]}-{drawn[4:]}"
