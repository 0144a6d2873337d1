"""What pages about patients need to see, and no more. Each field list is its minimum-necessary statement."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from keepwell.access.models import Restriction
from keepwell.charts import excerpt
from keepwell.patients.models import Address, ContactPoint, Coverage, Patient, RelatedPerson


class Called:
    """How a person with these names is spoken of."""

    __slots__ = ()
    given_name: str
    family_name: str
    preferred_name: str | None

    @property
    def name(self) -> str:
        """Given and family name as written, with what they like to be called: Ada “Addie” Lovelace."""
        preferred = f"“{self.preferred_name}”" if self.preferred_name and self.preferred_name != self.given_name else ""
        return " ".join(filter(None, (self.given_name, preferred, self.family_name)))


@excerpt(Patient)
class NameTag(Called):
    "Enough to call the right person from the waiting room."

    given_name: str
    family_name: str
    preferred_name: str | None
    birth_date: dt.date | None


@excerpt(Patient)
class Listed(Called):
    "One line of a working list: name, birth date and record number."

    given_name: str
    family_name: str
    preferred_name: str | None
    birth_date: dt.date | None
    record_number: str


@excerpt(Patient)
class Sought(Called):
    "What a search is verified with and shows: names, birth date and record number."

    pk: UUID
    given_name: str
    family_name: str
    middle_name: str | None
    preferred_name: str | None
    former_names: list[str] | None
    birth_date: dt.date | None
    record_number: str


@excerpt(Patient)
class Header(Called):
    "The strip above a chart: whom one is looking at, so that nobody treats the wrong person."

    pk: UUID
    given_name: str
    family_name: str
    preferred_name: str | None
    pronouns: str | None
    birth_date: dt.date | None
    deceased_date: dt.date | None
    gender: str | None
    record_number: str


@excerpt(Patient)
class Demography(Called):
    "Everything the identity form shows and changes."

    given_name: str
    family_name: str
    middle_name: str | None
    preferred_name: str | None
    former_names: list[str] | None
    birth_date: dt.date | None
    deceased_date: dt.date | None
    gender: str | None
    birth_sex: str | None
    pronouns: str | None
    record_number: str
    version: int


@excerpt(Patient)
class Whereabouts:
    "Language, state and time zone: how and when to speak with someone, and which law holds."

    language: str | None
    state: str | None
    time_zone: str | None


@excerpt(Patient)
class Origin:
    "The numbers others know a patient by, and the namespace their imported records' ids come from."

    identifiers: list[dict[str, Any]] | None
    import_namespace: str | None


@excerpt(ContactPoint, sorted_by=("rank", "began_at"))
class Reach:
    "Phone numbers and e-mail addresses."

    pk: UUID
    patient: UUID
    system: str
    value: str
    use: str
    rank: int
    ended_at: dt.datetime | None


@excerpt(Address, sorted_by=("rank", "began_at"))
class Addresses:
    "Where someone lives or gets mail."

    pk: UUID
    patient: UUID
    where: dict[str, Any]
    use: str
    rank: int
    ended_at: dt.datetime | None


@excerpt(Coverage, sorted_by=("rank", "began_at"))
class Coverages:
    "Who pays, and under which numbers."

    pk: UUID
    patient: UUID
    payer: str
    plan: str | None
    member_number: str
    group_number: str | None
    holder: str | None
    relationship: str | None
    starts_on: dt.date | None
    ends_on: dt.date | None
    rank: int
    ended_at: dt.datetime | None


@excerpt(RelatedPerson, sorted_by=("began_at",))
class Relations:
    "Who belongs to the patient: parents, partners, whom to call."

    pk: UUID
    patient: UUID
    name: str
    relationship: str
    phone: str | None
    email: str | None
    tell: str | None
    in_emergency: bool
    ended_at: dt.datetime | None


@excerpt(Restriction)
class RestrictionTerms:
    "What was agreed, for those who keep to it and for the officer who ends it."

    pk: UUID
    role: str
    starts_at: dt.datetime
    ends_at: dt.datetime | None
    terms: str | None


@excerpt(Restriction)
class AgreedRestriction:
    "A restriction the practice agreed to (45 CFR § 164.522(a)), in the patient's own words."

    role: str
    starts_at: dt.datetime
    ends_at: dt.datetime | None
    wording: str | None
