"""Every bad file is refused by name, and says nothing of what was in it."""

from __future__ import annotations

import json
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from keepwell.base.refusal import Refusal
from keepwell.fhir.limits import MEGABYTE, STANDARD, Limits
from keepwell.fhir.sources import BytesSource, FileSource
from keepwell.fhir.survey import read
from keepwell.fhir.tests import making
from keepwell.fhir.tests.making import bundle, entry, fever, good, patient, surveyed, temperature


def refused(data: object, limits: Limits = STANDARD) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        surveyed(data, limits)
    return refusal.value


def refused_path(path: Path) -> str:
    with pytest.raises(Refusal) as refusal:
        read(FileSource(path))
    return refusal.value.code


@pytest.mark.parametrize(
    "raw",
    [b"hello", b"<Bundle/>", b"{", b'{"a":', b"[1,2", b"{}{}", b'{"a":1,}', b"\x1f", b'{"resourceType":"Bundle"',
     json.dumps(good()).encode()[:-40], json.dumps(good()).encode() + b"x", b'{"resourceType":NaN}',
     b'{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Patient"]]}',
     b'{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{}} {"resource":{}}]}'],
)  # fmt: skip
def test_what_is_not_json_is_refused(raw):
    assert refused(raw).code == "FHIR_NOT_JSON"


def test_ndjson_is_not_one_json(tmp_path):
    assert refused(b'{"resourceType":"Patient"}\n{"resourceType":"Patient"}\n').code == "FHIR_NOT_JSON"


def test_an_empty_file_is_refused_as_empty():
    assert refused(b"").code == "FHIR_EMPTY"
    assert refused(b" \n").code == "FHIR_EMPTY"


@pytest.mark.parametrize(
    "data",
    [{}, [], 7, patient(), {"resourceType": "List", "entry": [{"item": {}}]}, bundle(patient(), type="history"),
     bundle(patient(), type="message"), {"resourceType": "Bundle"},
     {"resourceType": "Bundle", "type": "transaction", "entry": {"a": 1}},
     {"resourceType": "Bundle", "type": "transaction", "entry": [entry(patient()), 5]}],
)  # fmt: skip
def test_json_that_is_not_a_bundle_to_bring_in_is_refused(data):
    assert refused(data).code == "FHIR_NOT_BUNDLE"


def test_a_bundle_says_so_even_when_its_entries_come_first():
    upside_down = {"entry": good()["entry"], "type": "transaction", "resourceType": "Bundle"}
    assert len(surveyed(upside_down).entries) == 3


def test_entries_without_a_resource_are_refused_with_their_number():
    data = good()
    data["entry"][1] = {"request": {"method": "DELETE", "url": "Patient/1"}}
    refusal = refused(data)
    assert (refusal.code, refusal.facts["entry"]) == ("FHIR_NO_RESOURCE", 2)
    data["entry"][1] = entry(temperature(), method="DELETE")
    assert refused(data).code == "FHIR_NO_RESOURCE"
    data["entry"][1] = {"resource": {"resourceType": "../etc", "id": "1"}}
    assert refused(data).code == "FHIR_NO_RESOURCE"


OLDER_OR_NEWER: list[dict[str, Any]] = [
    fever(clinicalStatus="active"),
    fever(context={"reference": "Encounter/1"}),
    temperature(comment="taken twice"),
    temperature(meta={"profile": ["http://hl7.org/fhir/3.0/StructureDefinition/Observation"]}),
    {"resourceType": "MedicationOrder", "id": "1"},
    {"resourceType": "ProcedureRequest", "id": "1"},
    {"resourceType": "Encounter", "id": "1", "class": "ambulatory"},
    {"resourceType": "Encounter", "id": "1", "class": [{"coding": [{"code": "AMB"}]}]},
    {"resourceType": "Encounter", "id": "1", "actualPeriod": {"start": "2024-01-01"}},
    {"resourceType": "MedicationRequest", "id": "1", "medication": {"concept": {"text": "Aspirin"}}},
    {"resourceType": "Immunization", "id": "1", "date": "2014-01-01", "wasNotGiven": False},
    {"resourceType": "Goal", "id": "1", "status": "in-progress"},
    {"resourceType": "Transport", "id": "1"},
    patient(careProvider=[]),
]


@pytest.mark.parametrize("resource", OLDER_OR_NEWER, ids=lambda r: f"{r['resourceType']}: {', '.join(r)}"[:60])
def test_other_versions_of_fhir_are_recognised_by_their_shapes(resource):
    assert refused(bundle(patient(), resource)).code == "FHIR_WRONG_VERSION"


def test_a_bundle_that_declares_another_version_is_refused():
    assert refused(bundle(patient(), fhirVersion="3.0.2")).code == "FHIR_WRONG_VERSION"
    profiled = bundle(patient(), meta={"profile": ["http://hl7.org/fhir/5.0/StructureDefinition/Bundle"]})
    assert refused(profiled).code == "FHIR_WRONG_VERSION"


def test_a_file_is_about_exactly_one_patient():
    assert refused(bundle({"resourceType": "Organization", "id": "1"})).code == "FHIR_NO_PATIENT"
    assert refused(bundle()).code == "FHIR_NO_PATIENT"
    assert refused(bundle(patient(), patient(id="another"))).code == "FHIR_TWO_PATIENTS"


@pytest.mark.parametrize("other", ["https://elsewhere.example/fhir/Patient/9", "Patient?identifier=mrn|9"])
def test_a_resource_about_somebody_who_is_not_in_the_file_is_a_second_patient(other):
    refusal = refused(bundle(patient(), temperature(subject={"reference": other})))
    assert (refusal.code, refusal.facts["entry"]) == ("FHIR_TWO_PATIENTS", 2)


@pytest.mark.parametrize("broken", ["urn:uuid:0000", "Encounter/77", "#missing"])
def test_a_reference_that_leads_nowhere_is_refused(broken):
    refusal = refused(bundle(patient(), temperature(encounter={"reference": broken})))
    assert (refusal.code, refusal.facts["entry"]) == ("FHIR_BROKEN_REFERENCE", 2)


def test_two_things_under_one_name_are_refused():
    assert refused(bundle(patient(), temperature(), temperature())).code == "FHIR_DUPLICATE_ID"
    twice = bundle(patient(), temperature(), fever())
    twice["entry"][2]["fullUrl"] = twice["entry"][1]["fullUrl"]
    assert refused(twice).code == "FHIR_DUPLICATE_ID"


@pytest.mark.parametrize(
    ("element", "date"),
    [("birthDate", "0203-05-01"), ("birthDate", "2999-01-01"), ("birthDate", "9999-12-31"), ("birthDate", "1985-02-30"),
     ("birthDate", "10 December 1985"), ("deceasedDateTime", "9999-12-31T00:00:00Z")],
)  # fmt: skip
def test_dates_that_cannot_be_right_are_refused(element, date):
    refusal = refused(bundle(patient(**{element: date})))
    assert (refusal.code, refusal.facts["element"]) == ("FHIR_ABSURD_DATE", f"Patient.{element}")
    assert date not in str(refusal)


def test_what_has_happened_did_not_happen_in_the_future_but_a_plan_may_end_there():
    assert refused(bundle(patient(), temperature(effectiveDateTime="2099-01-01"))).code == "FHIR_ABSURD_DATE"
    plan = {"resourceType": "CarePlan", "id": "1", "subject": {"reference": f"urn:uuid:{making.ADA}"},
            "period": {"start": "2020-01-01", "end": "2040-01-01"}}  # fmt: skip
    assert len(surveyed(bundle(patient(), plan)).entries) == 2


@pytest.mark.parametrize("raw", ["{}".encode("utf-16"), json.dumps(good()).encode("utf-16")])
def test_another_encoding_is_refused(raw):
    assert refused(raw).code in ("FHIR_NOT_UTF8", "FHIR_NOT_JSON")


def test_a_letter_in_latin_1_is_refused_and_so_is_half_a_character():
    spoiled = json.dumps(bundle(patient(name=[{"family": "Núñez"}])), ensure_ascii=False).encode("latin-1")
    assert refused(spoiled).code == "FHIR_NOT_UTF8"
    half = json.dumps(bundle(patient(name=[{"family": "\ud83d"}]))).encode()
    assert refused(half).code == "FHIR_NOT_UTF8"


def test_a_byte_order_mark_is_harmless():
    assert len(surveyed(b"\xef\xbb\xbf" + json.dumps(good()).encode()).entries) == 3


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_a_bomb_of_nesting_is_refused_before_it_is_parsed(opening):
    inside = b'{"resourceType":"Bundle","type":"transaction","entry":[{"resource":' + opening * 500_000
    assert refused(inside).code == "FHIR_TOO_DEEP"
    assert refused(opening * 500_000).code == "FHIR_TOO_DEEP"


def test_a_bomb_of_empty_lists_is_refused_before_it_is_parsed():
    bomb = b'{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"a":[' + b"[]," * 1_000_000
    assert refused(bomb).code == "FHIR_TOO_LARGE"


def test_a_number_too_long_to_be_one_is_not_json():
    data = json.dumps(bundle(patient(), temperature())).replace("38.5", "9" * 6000).encode()
    assert refused(data).code == "FHIR_NOT_JSON"


class Endless:
    """A source of a hundred megabytes that is never in memory as a whole."""

    name = "big.json"

    def __init__(self, start: bytes, filler: bytes) -> None:
        self._start, self._filler = start, filler

    def open(self):
        source = self

        class Stream:
            left = 100 * MEGABYTE

            def __enter__(self):
                return self

            def __exit__(self, *_):
                return None

            def read(self, size):
                piece = source._start if self.left == 100 * MEGABYTE else source._filler * (size // len(source._filler))
                self.left -= len(piece)
                return piece

        return Stream()


@pytest.mark.parametrize(
    ("start", "filler"),
    [(b'{"resourceType":"Bundle","type":"transaction","entry":[', json.dumps(entry(patient())).encode() + b","),
     (b'{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"id":"', b"a" * 64),
     (b'{"resourceType":"Bundle","note":"', b"a" * 64), (b"   ", b" " * 64)],
)  # fmt: skip
def test_a_hundred_megabytes_are_refused_without_holding_them(start, filler):
    tracemalloc.start()
    with pytest.raises(Refusal) as refusal:
        read(Endless(start, filler))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refusal.value.code == "FHIR_TOO_LARGE"
    assert peak < 80 * MEGABYTE


def test_too_many_entries_are_refused():
    assert refused(good(), Limits(entries=2)).code == "FHIR_TOO_LARGE"


def test_a_folder_a_pipe_and_a_device_are_not_files(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert refused_path(tmp_path) == "FHIR_NOT_A_FILE"
    assert refused_path(tmp_path / "pipe") == "FHIR_NOT_A_FILE"
    assert refused_path(Path("/dev/zero")) == "FHIR_NOT_A_FILE"


def test_what_cannot_be_opened_says_so(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert refused_path(tmp_path / "missing.json") == "FHIR_UNREADABLE"
    assert refused_path(tmp_path / "loop") == "FHIR_UNREADABLE"
    assert refused_path(tmp_path / ("x" * 300)) == "FHIR_UNREADABLE"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_this_account_may_not_read_says_so(tmp_path):
    locked = tmp_path / "locked.json"
    locked.write_text("{}")
    locked.chmod(0)
    assert refused_path(locked) == "FHIR_UNREADABLE"


def test_a_file_that_changes_between_the_two_readings_is_refused():
    first = json.dumps(good()).encode()
    source = BytesSource("test.json", first)
    survey = read(source)
    object.__setattr__(source, "data", first.replace(b"38.5", b"39.5"))
    with pytest.raises(Refusal) as refusal:
        list(survey.received())
    assert refusal.value.code == "FHIR_CHANGED_WHILE_READ"
