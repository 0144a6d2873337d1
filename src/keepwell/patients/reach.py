"""What is said of reaching a patient, of who pays and who belongs to them, before it is sealed. It prints nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Self

from keepwell.base.refusal import Refusal
from keepwell.patients import facts
from keepwell.patients.codes import POLICY_HOLDERS, RELATIONSHIPS, TELL
from keepwell.patients.models import Address, ContactPoint, Coverage, Lasting, RelatedPerson

LONGEST = 200


class Said:
    """One fact that becomes one row."""

    __slots__ = ()
    model: ClassVar[type[Lasting]]
    ended_at: ClassVar[None] = None

    def checked(self) -> Self:
        """The same in its stored form. Raises the Refusal of what is wrong with it, at its field."""
        raise NotImplementedError

    def columns(self) -> dict[str, Any]:
        """Values for the columns of its model; what is empty is not sealed at all."""
        return {f.name: None if getattr(self, f.name) == "" else getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Contact(Said):
    """A phone number or e-mail address."""

    model = ContactPoint
    system: str
    value: str
    use: str = "mobile"
    rank: int = 1

    def checked(self) -> Contact:
        _chosen("system", self.system, ContactPoint.System.values)
        _chosen("use", self.use, ContactPoint.Use.values)
        value = _filled("value", self.value)
        if self.system in ("phone", "sms"):
            value = facts.phone(value)
        elif self.system == "email":
            value = facts.email(value)
        return replace(self, value=value)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Home(Said):
    """A postal address."""

    model = Address
    lines: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = "US"
    use: str = "home"
    rank: int = 1

    def checked(self) -> Home:
        _chosen("use", self.use, Address.Use.values)
        _filled("lines", " ".join((*self.lines, self.city, self.state, self.postal_code)))
        return self

    def columns(self) -> dict[str, Any]:
        where = {"line": list(self.lines), "city": self.city, "state": self.state, "postalCode": self.postal_code,
                 "country": self.country}  # fmt: skip
        return {"where": {k: v for k, v in where.items() if v}, "use": self.use, "rank": self.rank}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Payer(Said):
    """Who pays, under which numbers."""

    model = Coverage
    payer: str
    member_number: str
    plan: str = ""
    group_number: str = ""
    holder: str = ""
    relationship: str = "self"
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    rank: int = 1

    def checked(self) -> Payer:
        _filled("payer", self.payer)
        _filled("member_number", self.member_number)
        _chosen("relationship", self.relationship, POLICY_HOLDERS)
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise Refusal("COVERAGE_ENDS_FIRST", field="ends_on")
        return self


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Kin(Said):
    """Somebody who belongs to the patient."""

    model = RelatedPerson
    name: str
    relationship: str
    phone: str = ""
    email: str = ""
    in_emergency: bool = False
    tell: str = ""

    def checked(self) -> Kin:
        _filled("name", self.name)
        _chosen("tell", self.tell, ("", *TELL))
        _chosen("relationship", self.relationship, RELATIONSHIPS)
        phone = facts.phone(self.phone, "phone") if self.phone else ""
        email = facts.email(self.email, "email") if self.email else ""
        return replace(self, phone=phone, email=email)


def _filled(field: str, value: str) -> str:
    if not value.strip():
        raise Refusal("FIELD_EMPTY", field=field)
    if len(value) > LONGEST:
        raise Refusal("TEXT_TOO_LONG", field=field, most=LONGEST)
    return value.strip()


def _chosen(field: str, value: str, choices: Container[str]) -> None:
    if value not in choices:
        raise Refusal("CHOICE_UNKNOWN", field=field)
