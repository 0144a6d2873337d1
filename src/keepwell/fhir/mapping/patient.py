"""Patient (R4 § 8.1, US Core 6.1): who they are, how to reach them, by which numbers others know them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from keepwell.fhir import labels
from keepwell.fhir.mapping.reading import Reading

_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
_FHIR = "http://hl7.org/fhir/StructureDefinition/patient-"


@dataclass(frozen=True, slots=True)
class Name:
    """One name a person is or was known by. `use` is FHIR's: official, usual, nickname, maiden, old …"""

    family: str = ""
    given: tuple[str, ...] = ()
    prefix: str = ""
    suffix: str = ""
    use: str = ""


@dataclass(frozen=True, slots=True)
class Telecom:
    """A phone number, e-mail address or the like."""

    system: str = ""
    value: str = ""
    use: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """Where someone lives or gets mail."""

    lines: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    use: str = ""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number somebody gave the person. `kind` is the v2-0203 code: MR, SS, DL, PPN …"""

    system: str = ""
    value: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class RelatedPerson:
    """Whom to call: a parent, partner or friend."""

    relationship: str = ""
    name: Name = field(default_factory=Name)
    telecoms: tuple[Telecom, ...] = ()


@dataclass(frozen=True, slots=True)
class Demographics:
    """Everything of a Patient resource that has a field of its own here; the rest stays in the sealed body."""

    names: tuple[Name, ...] = ()
    birth_date: str = ""
    death: str = ""
    gender: str = ""
    birth_sex: str = ""
    race: str = ""
    ethnicity: str = ""
    marital_status: str = ""
    languages: tuple[str, ...] = ()
    language_codes: tuple[str, ...] = ()
    telecoms: tuple[Telecom, ...] = ()
    addresses: tuple[Address, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    contacts: tuple[RelatedPerson, ...] = ()
    mothers_maiden_name: str = ""

    @property
    def name(self) -> Name:
        """The name to use: official or usual before any other."""
        wanted = {"official": 0, "usual": 1, "": 2}
        return min(self.names, key=lambda n: wanted.get(n.use, 3), default=Name())

    def identifier(self, kind: str) -> Identifier | None:
        """The first identifier of this kind."""
        return next((i for i in self.identifiers if i.kind == kind), None)


def demographics(r: Reading) -> Demographics:
    """A Patient resource as plain values."""
    return Demographics(
        names=tuple(map(_name, r.each("name"))), birth_date=r.moment("birthDate"),
        death=r.moment("deceasedDateTime") or ("yes" if r.resource.get("deceasedBoolean") is True else ""),
        gender=r.text("gender"), birth_sex=_extension(r, _CORE + "birthsex"), race=_extension(r, _CORE + "race"),
        ethnicity=_extension(r, _CORE + "ethnicity"), marital_status=r.words("maritalStatus"),
        languages=tuple(filter(None, (labels.words(c.resource.get("language")) for c in r.each("communication")))),
        language_codes=tuple(c.code("language").split("-")[0] for c in r.each("communication")),
        telecoms=_telecoms(r), addresses=tuple(map(_address, r.each("address"))),
        identifiers=tuple(filter(lambda i: i.value, map(_identifier, r.each("identifier")))),
        contacts=tuple(map(_contact, r.each("contact"))),
        mothers_maiden_name=_extension(r, _FHIR + "mothersMaidenName"),
    )  # fmt: skip


def _name(r: Reading) -> Name:
    given, prefix, suffix = (_texts(r.resource.get(part)) for part in ("given", "prefix", "suffix"))
    return Name(r.text("family"), given, " ".join(prefix), " ".join(suffix), r.text("use"))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(filter(None, map(labels.tidy, value))) if isinstance(value, list) else ()


def _telecoms(r: Reading) -> tuple[Telecom, ...]:
    found = (Telecom(t.text("system"), t.text("value"), t.text("use")) for t in r.each("telecom"))
    return tuple(t for t in found if t.value)


def _address(r: Reading) -> Address:
    lines = _texts(r.resource.get("line"))
    return Address(lines, r.text("city"), r.text("state"), r.text("postalCode"), r.text("country"), r.text("use"))


def _identifier(r: Reading) -> Identifier:
    return Identifier(system=r.text("system"), value=r.text("value"), kind=r.code("type"))


def _contact(r: Reading) -> RelatedPerson:
    relationship = next((labels.words(c.resource) for c in r.each("relationship")), "")
    return RelatedPerson(relationship=relationship, name=_name(r.inner("name")), telecoms=_telecoms(r))


def _extension(r: Reading, url: str) -> str:
    """The value of an extension, or the text within a US Core complex one."""
    for extension in r.each("extension"):
        if extension.text("url") != url:
            continue
        for inner in extension.each("extension"):
            if inner.text("url") == "text":
                return inner.text("valueString")
        value = extension.text("valueCode") or extension.text("valueString")
        return value or extension.words("valueCodeableConcept")
    return ""
