"""More about the patients of the cast: Ada has a phone; Bo Li is a child with a mother."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from keepwell.patients.reach import Contact, Kin
from keepwell.patients.tests import people

if TYPE_CHECKING:
    from tests.cast import Clinic


@pytest.fixture
def ada(ada: UUID, willow: Clinic) -> UUID:
    "Ada Lovelace, born 10 December 1985, (617) 555-0143."
    people.adds(willow, ada, Contact(system="phone", value="(617) 555-0143"))
    return ada


@pytest.fixture
def li(willow: Clinic) -> UUID:
    "Bo Li, a child whose mother is Mei Chen."
    return people.registers(willow, people.LI, Kin(name="Mei Chen", relationship="mother", phone="617 555 0177"))
