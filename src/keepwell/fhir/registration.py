"""A Patient resource as the facts a patient is registered with. What finds no place there stays in the sealed body."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from keepwell.base import text
from keepwell.fhir.mapping import patient
from keepwell.fhir.mapping.patient import Demographics, Name, Telecom
from keepwell.patients import facts
from keepwell.patients.codes import BIRTH_SEXES, GENDERS, LANGUAGES, RELATIONSHIPS, STATES
from keepwell.patients.reach import LONGEST, Contact, Home, Kin
from keepwell.patients.states import STATE_CODES

_SYSTEMS = {"phone": "phone", "sms": "sms", "email": "email"}
_USES = {"home": "home", "work": "work", "temp": "temp", "mobile": "mobile"}
_ADDRESS_USES = {"home": "home", "work": "work", "temp": "temp", "billing": "billing"}
SAYABLE = 20
_FORMER = ("maiden", "old", "anonymous")
_BORN_AS = {"MTH": "mother", "FTH": "father", "PRN": "parent", "GUARD": "guardian", "SPS": "spouse", "FRND": "friend"}


def facts_of(person: Demographics) -> facts.Demographics:
    """Who somebody is. Codes that are not in our lists are left out, partial dates too."""
    name = person.name
    address = next(iter(person.addresses), patient.Address())
    return facts.Demographics(
        given_name=" ".join(name.given[:1]), middle_name=" ".join(name.given[1:]), family_name=name.family,
        preferred_name=next((" ".join(n.given) for n in person.names if n.use == "nickname"), ""),
        former_names=tuple(dict.fromkeys(filter(None, map(_former, person.names)))),
        birth_date=_day(person.birth_date), deceased_date=_day(person.death),
        gender=_known(person.gender, GENDERS), birth_sex=_known(person.birth_sex, BIRTH_SEXES),
        record_number=_record_number(person), language=next((c for c in person.language_codes if c in LANGUAGES), None),
        state=_known(STATE_CODES.get(address.state.casefold(), address.state), STATES),
    )  # fmt: skip


def reach_of(person: Demographics) -> list[Contact | Home | Kin]:
    """How to reach them and who belongs to them."""
    homes = (
        Home(lines=a.lines, city=a.city, state=STATE_CODES.get(a.state.casefold(), a.state), postal_code=a.postal_code,
             country=a.country, use=_ADDRESS_USES.get(a.use, "home"), rank=rank)
        for rank, a in enumerate(person.addresses, start=1) if a.use != "old" and (a.lines or a.city or a.state)
    )  # fmt: skip
    return [*_contacts(person), *homes, *_kin(person)]


def identifiers_of(person: Demographics) -> list[dict[str, Any]]:
    """The numbers others know them by, as FHIR writes them."""
    return [{"system": i.system, "value": i.value, "type": i.kind} for i in person.identifiers]


def _contacts(person: Demographics) -> Iterator[Contact]:
    for rank, telecom in enumerate(person.telecoms, start=1):
        if telecom.use != "old":
            use = _USES.get(telecom.use, "mobile")
            yield Contact(system=_system(telecom), value=telecom.value[:LONGEST], use=use, rank=rank)


def _system(telecom: Telecom) -> str:
    """Numbers and addresses that cannot be read as such are kept all the same, as something else."""
    system = _SYSTEMS.get(telecom.system, "other")
    if system == "email":
        return system if text.email(telecom.value) else "other"
    return system if system == "other" or text.phone(telecom.value) else "other"


def _kin(person: Demographics) -> Iterator[Kin]:
    for contact in person.contacts:
        name = " ".join(filter(None, (*contact.name.given, contact.name.family)))[:LONGEST]
        if name:
            said = contact.relationship
            relationship = _BORN_AS.get(said, said.casefold())
            values = [t.value for t in contact.telecoms]
            phone, email = next(filter(text.phone, values), ""), next(filter(text.email, values), "")
            yield Kin(
                name=name, relationship=relationship if relationship in RELATIONSHIPS else "other",
                phone=phone, email=email, in_emergency=said == "C",
            )  # fmt: skip


def _former(name: Name) -> str:
    return " ".join(filter(None, (*name.given, name.family))) if name.use in _FORMER else ""


def _record_number(person: Demographics) -> str:
    """The medical record number they had, if people can say it; a machine's number stays among the identifiers."""
    known = person.identifier("MR")
    return known.value if known and len(known.value) <= SAYABLE else ""


def _known(value: str, codes: Any) -> str | None:
    return value if value in codes else None


def _day(written: str) -> dt.date | None:
    """A whole date; a year or a month alone is none."""
    try:
        return dt.date.fromisoformat(written[:10])
    except ValueError:
        return None
