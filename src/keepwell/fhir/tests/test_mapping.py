"""FHIR resources become what lists and charts need, and nothing in a strange shape stops a file."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepwell.fhir.mapping import head
from keepwell.fhir.mapping.patient import Address, demographics
from keepwell.fhir.mapping.reading import Reading
from keepwell.fhir.tests.making import fever, patient, temperature
from keepwell.records import heads

NAMES = {"Practitioner/1": "Dr. Grace Hopper", "Condition/1": "Acute bronchitis", "Medication/1": "Aspirin 81 mg"}


class Known:
    """A place in which every reference leads to its own text."""

    def id_of(self, reference: str) -> str:
        return reference

    def name_of(self, reference: str) -> str:
        return NAMES.get(reference, "")


def mapped(resource: dict[str, Any]) -> heads.Head:
    found = head(json.loads(json.dumps(resource), parse_float=Decimal), Known())
    assert heads.unpack(resource["resourceType"], json.loads(json.dumps(found.pack()))) == found
    return found


def test_an_observation_keeps_value_unit_range_and_flag():
    observation = mapped(
        temperature(
            category=[{"coding": [{"code": "vital-signs"}]}],
            encounter={"reference": "Encounter/1"},
            interpretation=[{"coding": [{"code": "H"}]}],
            referenceRange=[{"low": {"value": 36.5}, "high": {"value": 37.30}, "text": "36.5 to 37.3"}],
        )
    )
    assert observation == heads.Observation(
        title="Body temperature", code="8310-5", system="http://loinc.org", when="2020-02-01T10:00:00-05:00",
        status="final", value="38.5", unit="Cel", category="vital-signs", encounter="Encounter/1", low="36.5",
        high="37.3", range="36.5 to 37.3", flag="H",
    )  # fmt: skip


def test_the_two_halves_of_a_blood_pressure_are_its_parts():
    halves = [("8480-6", "Systolic", 121), ("8462-4", "Diastolic", 79)]
    component = [{"code": {"coding": [{"code": c}], "text": t}, "valueQuantity": {"value": v, "unit": "mm[Hg]"}}
                 for c, t, v in halves]  # fmt: skip
    observation = temperature(component=component)
    del observation["valueQuantity"]
    found = mapped(observation)
    assert isinstance(found, heads.Observation)
    assert [(p.code, p.value, p.unit) for p in found.parts] == [("8480-6", "121", "mm[Hg]"), ("8462-4", "79", "mm[Hg]")]


@pytest.mark.parametrize(
    ("value", "said"),
    [({"valueCodeableConcept": {"text": "Former smoker"}}, "Former smoker"), ({"valueString": "clear"}, "clear"),
     ({"valueBoolean": False}, "no"), ({"valueDateTime": "2020"}, "2020"),
     ({"dataAbsentReason": {"coding": [{"code": "asked-declined"}]}}, "asked-declined"),
     ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}}, "1 : 128")],
)  # fmt: skip
def test_answers_that_are_not_numbers_become_words(value, said):
    observation = temperature(**value)
    del observation["valueQuantity"]
    found = mapped(observation)
    assert isinstance(found, heads.Observation)
    assert (found.words, found.value) == (said, "")


def test_a_condition_knows_when_it_began_and_ended():
    found = mapped(fever(abatementDateTime="2020-02-05", clinicalStatus={"coding": [{"code": "resolved"}]}))
    assert found == heads.Condition(title="Fever (finding)", when="2020-02-01", until="2020-02-05", status="resolved")


def test_a_prescription_says_what_how_why_and_by_whom():
    found = mapped({
        "resourceType": "MedicationRequest", "id": "1", "status": "active", "intent": "order",
        "authoredOn": "2020-01-01",
        "medicationReference": {"reference": "Medication/1"}, "requester": {"reference": "Practitioner/1"},
        "reasonReference": [{"reference": "Condition/1"}, {"reference": "Condition/1"}],
        "dosageInstruction": [{"timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
                               "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}],
    })  # fmt: skip
    assert found == heads.MedicationRequest(
        title="Aspirin 81 mg", when="2020-01-01", status="active", intent="order", requester="Dr. Grace Hopper",
        dosage="1 tablet, 2 times every day", reason="Acute bronchitis",
    )  # fmt: skip


def test_an_allergy_says_what_happens():
    found = mapped({
        "resourceType": "AllergyIntolerance", "id": "1", "code": {"text": "Peanut"}, "type": "allergy",
        "category": ["food"], "criticality": "high", "recordedDate": "2015",
        "reaction": [{"manifestation": [{"text": "Hives"}, {"text": "Hives"}]}],
    })  # fmt: skip
    assert found == heads.AllergyIntolerance(title="Peanut", when="2015", kind="allergy", categories=("food",),
                                             criticality="high", reactions=("Hives",))  # fmt: skip


def test_a_claim_is_a_matter_of_money():
    found = mapped({"resourceType": "Claim", "id": "1", "type": {"coding": [{"code": "pharmacy"}]}, "use": "claim",
                    "created": "2020-01-01", "total": {"value": 129.16, "currency": "USD"}})  # fmt: skip
    assert found == heads.Financial(title="pharmacy", code="pharmacy", when="2020-01-01", use="claim", amount="129.16",
                                    currency="USD")  # fmt: skip


def test_a_type_without_a_rule_still_has_a_name_and_a_date():
    found = mapped({"resourceType": "ImagingStudy", "id": "1", "started": "2020-01-01",
                    "series": [{"modality": {"display": "MRI"}, "bodySite": {"display": "Knee"}}]})  # fmt: skip
    assert (found.title, found.when) == ("MRI, Knee", "2020-01-01")
    assert mapped({"resourceType": "Basic", "id": "1"}) == heads.Head()


def test_a_patient_becomes_plain_values():
    core = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race"
    person = demographics(Reading(patient(
        name=[{"use": "maiden", "family": "Byron"}, {"use": "official", "family": "Lovelace", "given": ["Ada", "K."]}],
        telecom=[{"system": "phone", "value": "555-0100", "use": "home"}, {"system": "email"}],
        address=[{"line": ["1 Elm St"], "city": "Boston", "state": "MA", "postalCode": "02101", "country": "US"}],
        identifier=[{"system": "urn:x", "value": "77", "type": {"coding": [{"code": "MR"}]}}],
        extension=[{"url": core, "extension": [{"url": "text", "valueString": "White"}]}],
        contact=[{"relationship": [{"text": "Mother"}], "name": {"family": "Milbanke"}}],
        communication=[{"language": {"text": "English"}}],
    ), Known()))  # fmt: skip
    assert (person.name.family, person.name.given, person.birth_date) == ("Lovelace", ("Ada", "K."), "1985-12-10")
    assert [t.value for t in person.telecoms] == ["555-0100"]
    assert person.addresses == (Address(("1 Elm St",), "Boston", "MA", "02101", "US"),)
    assert person.identifier("MR").value == "77"  # type: ignore[union-attr]
    assert person.identifier("SS") is None
    assert (person.race, person.languages, person.contacts[0].name.family) == ("White", ("English",), "Milbanke")


INNER = ("coding", "text", "code", "reference", "value", "start", "display", "low")
strange = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.decimals(),
    lambda v: st.lists(v, max_size=2) | st.dictionaries(st.sampled_from(INNER), v, max_size=3),
    max_leaves=6,
)
ELEMENTS = (
    "code", "category", "component", "valueQuantity", "referenceRange", "interpretation", "effectiveDateTime",
    "reaction", "activity", "participant", "type", "period", "total", "insurance", "series", "name", "telecom",
    "result", "dosageInstruction", "contained", "medicationReference", "reasonCode", "target", "doseQuantity",
)  # fmt: skip


@given(kind=st.sampled_from([*heads.KINDS, "Claim", "Basic", "Patient"]),
       elements=st.dictionaries(st.sampled_from(ELEMENTS), strange, max_size=5))  # fmt: skip
def test_no_shape_however_strange_stops_the_mapping(kind, elements):
    found = head({"resourceType": kind, **elements}, Known())
    assert heads.unpack(kind, json.loads(json.dumps(found.pack()))) == found
    demographics(Reading(elements, Known()))
