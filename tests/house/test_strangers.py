"""Every page about a patient, asked about one of another practice and about nobody: refused, never broken or shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

import pytest

from keepwell.access.pages import stamp_of
from keepwell.base.actor import Purpose, Role
from keepwell.base.ids import new_id
from keepwell.patients.views_reach import KINDS
from tests.browse import ask
from tests.cast import Clinic
from tests.house import walk

PART = re.compile(r"<(\w+):(\w+)>")
FILLED = {"level": "usual", "form": "csv", "reason": "Because", "words": "Something", "what": "please.call"}
"What a few of the forms ask, so that more than an empty form is tried."
OTHERS = {"str": "x", "slug": "x", "kind": next(iter(KINDS))}


def addresses(patient: UUID) -> Iterator[str]:
    "Each address that names a patient, with this one in it; whatever else it names is nobody's either."
    for pattern, view in walk.views():
        stamp = stamp_of(view)
        if "<uuid:patient>" in pattern and stamp is not None and not stamp.api:
            yield "/" + PART.sub(lambda found: _part(found[1], found[2], patient), pattern)


def _part(kind: str, name: str, patient: UUID) -> str:
    return str(patient) if name == "patient" else str(new_id()) if kind == "uuid" else OTHERS[kind]


@pytest.mark.attack
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR])
def test_no_page_knows_a_patient_who_is_none_of_ours(role: Role, willow: Clinic, yuki: UUID):
    kim = willow.employs("kim", role, Purpose.TREAT)
    answers = {
        (path, method): ask(kim, path, data).status_code
        for patient in (yuki, new_id())
        for path in addresses(patient)
        for method, data in (("GET", None), ("POST", {}), ("POST filled in", FILLED))
    }
    assert {asked: status for asked, status in answers.items() if not 400 <= status < 500} == {}
    assert 404 in answers.values()
    assert len(answers) > 150
