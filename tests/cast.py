"""The named cast. Two clinics, made anew for every test through actions only; tests read as sentences about them.

Willow (Massachusetts): rosa at the front desk, imani a practitioner, cleo a coordinator, bea a biller, theo the privacy
officer, sam the security officer, pat the administrator. Oak (California): ximena a practitioner, olu the front desk.
Patients: ada and bo at Willow, yuki at Oak; nobody looks after them until a test says so.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

import psycopg
import pytest

from keepwell.access import actions as access
from keepwell.access.models import Membership, Person, Practice
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role, Scope
from keepwell.base.ids import new_id
from keepwell.ledger.doorway import present
from keepwell.operations.pgfiles import SUPERUSER
from keepwell.patients import actions as patients
from keepwell.patients.facts import Demographics
from tests.rig import mine


@dataclass
class Clinic:
    """A practice of one test, and who works there."""

    practice: Practice
    members: dict[str, Membership] = field(default_factory=dict)

    @property
    def system(self) -> Actor:
        return access.system_actor(self.practice.id)

    def employs(self, name: str, role: Role, purpose: Purpose) -> Actor:
        """Somebody who works here, present for `purpose`."""
        with present(self.system) as by:
            person: Person = access.add_person(f"{name}.{os.urandom(5).hex()}@example.org", name.title(), by=by)
            until = clock.now() + dt.timedelta(days=30) if role is Role.AUDITOR else None
            self.members[name] = access.join(person, role, by=by, until=until)
        scope = Scope() if role is Role.AUDITOR else None
        return Actor(self.members[name].id, self.practice.id, role, purpose, scope=scope)


def _clinic(name: str, state: str, zone: str) -> Clinic:
    practice = access.open_practice(name, f"{name.lower()}-{os.urandom(6).hex()}", time_zone=zone, state=state)
    ready_for_patients(practice.id)
    return Clinic(practice)


def ready_for_patients(practice: UUID) -> None:
    """Arranged behind the guards, so that a clinic of a test has only the people its test speaks of.

    All tests come from one address, so what earlier ones guessed wrong there is forgotten.
    `src/keepwell/access/tests/test_setup.py` goes the way a practice has to go.
    """
    _admin(mine.database).execute("DELETE FROM custody.attempt")
    _admin(mine.database).execute(
        "INSERT INTO access_setup (id, practice_id, states, hours, ready_at) VALUES (%s, %s, '[]', '{}', now())",
        [new_id(), practice],
    )


@cache
def _admin(database: str) -> psycopg.Connection:
    connection = psycopg.connect(mine.server.url(SUPERUSER, database), autocommit=True)
    connection.execute("SET session_replication_role = replica")
    return connection


@pytest.fixture
def willow(database: None) -> Clinic:
    return _clinic("Willow", "MA", "America/New_York")


@pytest.fixture
def oak(database: None) -> Clinic:
    return _clinic("Oak", "CA", "America/Los_Angeles")


def _patient(clinic: str, **facts: Any) -> Callable[..., UUID]:
    def patient(request: pytest.FixtureRequest) -> UUID:
        place: Clinic = request.getfixturevalue(clinic)
        desk = access.system_actor(place.practice.id, Purpose.HOPERAT)
        with present(desk):
            return patients.register(Demographics(**facts), by=desk).id

    return pytest.fixture(patient)


ada = _patient("willow", given_name="Ada", family_name="Lovelace", birth_date=dt.date(1985, 12, 10), state="MA")
bo = _patient("willow", given_name="Bo", family_name="Nguyen", preferred_name="Bobby", birth_date=dt.date(2001, 2, 3))
yuki = _patient("oak", given_name="Yuki", family_name="Tanaka", birth_date=dt.date(1970, 7, 1), state="CA")


def _member(clinic: str, name: str, role: Role, purpose: Purpose) -> Callable[..., Actor]:
    def member(request: pytest.FixtureRequest) -> Actor:
        place: Clinic = request.getfixturevalue(clinic)
        return place.employs(name, role, purpose)

    return pytest.fixture(name=name)(member)


rosa = _member("willow", "rosa", Role.FRONT_DESK, Purpose.HOPERAT)
imani = _member("willow", "imani", Role.PRACTITIONER, Purpose.TREAT)
cleo = _member("willow", "cleo", Role.COORDINATOR, Purpose.TREAT)
bea = _member("willow", "bea", Role.BILLER, Purpose.HPAYMT)
theo = _member("willow", "theo", Role.PRIVACY_OFFICER, Purpose.HCOMPL)
sam = _member("willow", "sam", Role.SECURITY_OFFICER, Purpose.HCOMPL)
pat = _member("willow", "pat", Role.ADMINISTRATOR, Purpose.HSYSADMIN)
ximena = _member("oak", "ximena", Role.PRACTITIONER, Purpose.TREAT)
olu = _member("oak", "olu", Role.FRONT_DESK, Purpose.HOPERAT)
