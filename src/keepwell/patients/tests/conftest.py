"""Ada and Bo, patients of Willow."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from keepwell.patients.reach import Contact, Kin
from keepwell.patients.tests import people

if TYPE_CHECKING:
    from tests.cast import Clinic


@pytest.fixture
def ada(willow: Clinic) -> UUID:
    "Ada Lovelace, born 31 January 1970, (617) 555-0143."
    return people.registers(willow, people.ADA, Contact(system="phone", value="(617) 555-0143"))


@pytest.fixture
def bo(willow: Clinic) -> UUID:
    "Bo Li, a child whose mother is Mei Chen."
    return people.registers(willow, people.BO, Kin(name="Mei Chen", relationship="mother", phone="617 555 0177"))
