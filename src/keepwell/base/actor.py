"""Who is doing something, for which practice, in which role and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from keepwell.base.ids import new_id


class Role(StrEnum):
    """What a person is here to do. Permissions hang on these (45 CFR § 164.514(d)(2))."""

    FRONT_DESK = "front_desk"
    COORDINATOR = "coordinator"
    PRACTITIONER = "practitioner"
    TRAINEE = "trainee"
    BILLER = "biller"
    MARKETER = "marketer"
    PRIVACY_OFFICER = "privacy_officer"
    SECURITY_OFFICER = "security_officer"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    PATIENT = "patient"
    PROXY = "proxy"
    SUPPORT = "support"
    SYSTEM = "system"
    NOBODY = "nobody"


class Purpose(StrEnum):
    """Why, in the codes of the HL7 v3 PurposeOfUse value set that FHIR AuditEvent uses."""

    TREAT = "TREAT"
    HPAYMT = "HPAYMT"
    HOPERAT = "HOPERAT"
    PATRQT = "PATRQT"
    HMARKT = "HMARKT"
    PUBHLTH = "PUBHLTH"
    HCOMPL = "HCOMPL"
    HSYSADMIN = "HSYSADMIN"
    BTG = "BTG"


@dataclass(frozen=True, slots=True)
class Custom:
    """A practice's own role: what it adds to the role it is based on, and what it takes away, in the policy's words."""

    id: UUID
    name: str
    adds: frozenset[str] = frozenset()
    drops: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scope:
    """What an auditor was let in to look at: some days of the activity log, about these patients if any are named."""

    since: dt.date | None = None
    until: dt.date | None = None
    patients: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Actor:
    """Made only at an entrance (page, API token, job, command line), never inside a domain.

    `id` is the membership through which the person works in `practice`; `request` joins everything one request did.
    """

    id: UUID
    practice: UUID
    role: Role
    purpose: Purpose
    session: UUID | None = None
    request: UUID = field(default_factory=new_id)
    reason: str = field(default="", repr=False)
    custom: Custom | None = field(default=None, repr=False)
    scope: Scope | None = field(default=None, repr=False)

    def for_purpose(self, purpose: Purpose, reason: str = "") -> Actor:
        """The same person, here for another reason."""
        return replace(self, purpose=purpose, reason=reason)


HOUSE = UUID(int=0)
"""The reserved practice whose ledger keeps what happens before anybody is signed in."""


def nobody() -> Actor:
    """The actor of the house practice: what happens before anybody is known, for one request."""
    return Actor(id=UUID(int=0), practice=HOUSE, role=Role.NOBODY, purpose=Purpose.HSYSADMIN)
