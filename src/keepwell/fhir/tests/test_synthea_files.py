"""The thirty real-shaped patients: every one is read whole."""

from __future__ import annotations

import json
from collections import Counter
from uuid import UUID

import pytest

from keepwell.fhir.identity import Within
from keepwell.fhir.mapping import head
from keepwell.fhir.sources import FileSource
from keepwell.fhir.survey import read
from keepwell.fhir.tests.making import SYNTHEA

FILES = sorted(SYNTHEA.glob("*.json")) if SYNTHEA.is_dir() else []
pytestmark = pytest.mark.skipif(
    not FILES, reason="the Synthea bundles are not here: they belong in ../shared/data/synthea"
)


def test_nothing_of_the_thirty_files_is_lost():
    seen: Counter[str] = Counter()
    for path in FILES:
        bundle = read(FileSource(path))
        assert bundle.outside == 0
        for one, original in zip(bundle.received(), json.loads(path.read_text(encoding="utf-8"))["entry"], strict=True):
            assert json.loads(one.text) == original["resource"]
            seen[one.entry.type] += 1
    assert seen.total() == 6611
    assert (seen["Patient"], seen["Observation"], seen["Claim"], len(seen)) == (30, 3226, 740, 16)


def test_every_resource_has_a_title_and_all_that_happened_has_a_date():
    undated: Counter[str] = Counter()
    for path in FILES[:10]:
        bundle = read(FileSource(path))
        for one in bundle.received():
            found = head(one.resource, Within(bundle, UUID(int=1), one.entry))
            assert found.title
            undated[one.entry.type] += not found.when
    assert (+undated).keys() <= {"Patient", "Organization", "Practitioner", "Goal"}
