"""The timeline speaks as a person would."""

from __future__ import annotations

import pytest

from keepwell.records import heads
from keepwell.records.sentences import measured, plain, sentence, short_number, type_name

PRESSURE = heads.Observation(
    title="Blood Pressure", code="55284-4", parts=(
        heads.Part(code="8462-4", title="Diastolic", value="79.5", unit="mm[Hg]"),
        heads.Part(code="8480-6", title="Systolic", value="120.9", unit="mm[Hg]"),
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "head", "said"),
    [("Condition", heads.Condition(title="Acute bronchitis (disorder)"), "Problem noted: Acute bronchitis"),
     ("MedicationRequest", heads.MedicationRequest(title="Aspirin"), "Prescribed: Aspirin"),
     ("AllergyIntolerance", heads.AllergyIntolerance(title="Peanut"), "Allergy recorded: Peanut"),
     ("Observation", heads.Observation(title="x", code="29463-7", value="88.512", unit="kg"), "Body weight: 88.5 kg"),
     ("Observation", heads.Observation(title="Smoking", words="Former smoker"), "Smoking: Former smoker"),
     ("Observation", heads.Observation(title="Smoking"), "Smoking"),
     ("Observation", PRESSURE, "Blood pressure: 121/80 mmHg"),
     ("Immunization", heads.Immunization(title="Td"), "Vaccine given: Td"),
     ("Immunization", heads.Immunization(title="Td", status="not-done"), "Vaccine not given: Td"),
     ("Procedure", heads.Procedure(title="Ankle X-ray"), "Procedure: Ankle X-ray"),
     ("Procedure", heads.Procedure(title="Ankle X-ray", status="not-done"), "Procedure not done: Ankle X-ray"),
     ("CarePlan", heads.CarePlan(title="Fracture care"), "Care plan started: Fracture care"),
     ("Goal", heads.Goal(title="Walk daily"), "Goal set: Walk daily"),
     ("Encounter", heads.Encounter(title="Check-up", kind="VR", practitioner="Dr. Moen"),
      "Video visit with Dr. Moen: Check-up"),
     ("Encounter", heads.Encounter(title="Check-up", kind="AMB"), "Visit: Check-up"),
     ("DiagnosticReport", heads.DiagnosticReport(title="Lipids", results=("a",)), "Report: Lipids (1 result)"),
     ("DiagnosticReport", heads.DiagnosticReport(title="Lipids", results=("a", "b")), "Report: Lipids (2 results)"),
     ("Claim", heads.Financial(title="pharmacy"), "Claim: pharmacy"),
     ("ImagingStudy", heads.Head(), "Imaging study"),
     ("NutritionOrder", heads.Head(title="Low salt"), "Nutrition order: Low salt")],
)  # fmt: skip
def test_a_resource_as_one_sentence(kind, head, said):
    assert sentence(kind, head) == said


@pytest.mark.parametrize(
    ("written", "read"),
    [("193.14510539842934", "193.1"), ("7.5161", "7.52"), ("38.50", "38.5"), ("120", "120"), ("0.43", "0.43"),
     ("100.0", "100"), ("12345.6", "12346"), ("1e400", "1e400"), ("NaN", "NaN"), ("-2.0", "-2"), ("many", "many")],
)  # fmt: skip
def test_numbers_read_as_people_read_them(written, read):
    assert short_number(written) == read


def test_percent_follows_its_number_closely_and_comparators_lead():
    assert measured(heads.Observation(value="46.2", unit="%")) == "46.2%"
    assert measured(heads.Observation(value="5", comparator="<", unit="kU/L")) == "<5 kU/L"


def test_snomed_tags_are_left_out_but_real_brackets_stay():
    assert plain("Fracture of ankle (disorder)") == "Fracture of ankle"
    assert plain("Td (adult)") == "Td (adult)"


def test_types_are_named_in_words():
    assert type_name("ExplanationOfBenefit") == "explanation of benefits"
    assert type_name("MolecularSequence") == "molecular sequence"
