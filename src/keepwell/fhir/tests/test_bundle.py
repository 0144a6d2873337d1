"""What a good bundle gives: every resource, exactly as it came, and where each reference leads."""

from __future__ import annotations

import json
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from keepwell.fhir.bundle import digest
from keepwell.fhir.identity import Within, resource_id
from keepwell.fhir.limits import Limits
from keepwell.fhir.slices import Slices
from keepwell.fhir.sources import BytesSource
from keepwell.fhir.tests.making import ADA, bundle, entry, fever, good, patient, surveyed, temperature

NAMESPACE = UUID(int=7)


def test_every_resource_comes_back_exactly_as_it_came():
    raw = json.dumps(good(), indent=3).encode()
    received = list(surveyed(raw).received())
    assert [r.entry.type for r in received] == ["Patient", "Observation", "Condition"]
    for one in received:
        assert one.text in raw.decode()
        assert digest(one.text) == one.entry.digest
    assert received[0].resource["name"][0]["family"] == "Lovelace"


def test_numbers_keep_the_precision_they_were_written_with():
    data = json.dumps(good()).replace("38.5", "38.50").encode()
    observation = list(surveyed(data).received())[1]
    assert str(observation.resource["valueQuantity"]["value"]) == "38.50"


def test_references_resolve_by_urn_by_id_and_by_address():
    found = surveyed(good())
    at = found.entries[1]
    assert found.resolve(f"urn:uuid:{ADA}", at) is found.patient
    assert found.resolve(f"Patient/{ADA}", at) is found.patient
    server = bundle(patient(id="1"), temperature(id="2", subject={"reference": "Patient/1"}))
    server["type"] = "searchset"
    for one, path in zip(server["entry"], ("Patient/1/_history/4", "Observation/2"), strict=True):
        one["fullUrl"] = f"https://here.example/fhir/{path}"
    found = surveyed(server)
    assert found.resolve("Patient/1", found.entries[1]) is found.patient
    assert found.resolve("https://here.example/fhir/Patient/1/_history/2", found.entries[1]) is found.patient
    assert found.resolve("Patient/2", found.entries[1]) is None


def test_references_to_other_servers_are_kept_and_counted():
    abroad = temperature(performer=[{"reference": "https://elsewhere.example/Practitioner/4"}])
    assert surveyed(bundle(patient(), abroad)).outside == 1


def test_contained_resources_are_found_within_their_own():
    inner = fever(contained=[{"resourceType": "Practitioner", "id": "dr"}], recorder={"reference": "#dr"})
    assert len(surveyed(bundle(patient(), inner)).entries) == 2


def test_a_resource_has_the_same_id_on_every_run_and_another_for_another_patient():
    first, again = surveyed(good()), surveyed(json.dumps(good(), indent=1).encode())
    ids = [resource_id(NAMESPACE, e) for e in first.entries]
    assert ids == [resource_id(NAMESPACE, e) for e in again.entries]
    assert len({*ids, *(resource_id(UUID(int=8), e) for e in first.entries)}) == 6


def test_names_of_what_is_referred_to_are_known_everywhere_in_the_file():
    data = bundle(
        patient(), temperature(), fever(), {"resourceType": "Organization", "id": "o", "name": "Willow\u200b"}
    )
    found = surveyed(data)
    place = Within(found, NAMESPACE, found.entries[1])
    assert place.name_of("Organization/o") == "Willow"
    assert place.id_of(f"urn:uuid:{ADA}") == str(resource_id(NAMESPACE, found.patient))
    assert place.id_of("urn:uuid:elsewhere") == place.name_of("") == ""


def test_a_resource_without_a_name_of_its_own_is_known_by_its_text():
    nameless = bundle(patient())
    bare = temperature()
    del bare["id"]
    nameless["entry"].append({"resource": bare})
    assert surveyed(nameless).entries[1].key == surveyed(nameless).entries[1].key
    assert surveyed(nameless).entries[1].key.startswith("sha256:")


texts = st.text(max_size=12) | st.sampled_from(['"', "\\", '\\"entry":[', "]}", '{"', "\u2028"])
values = st.recursive(
    texts | st.integers() | st.booleans() | st.none(),
    lambda v: st.lists(v, max_size=3) | st.dictionaries(texts, v, max_size=3),
    max_leaves=12,
)


@given(
    entries=st.lists(st.dictionaries(texts, values, max_size=4), max_size=5),
    around=st.dictionaries(texts.filter(lambda t: t != "entry"), values, max_size=3),
    chunk=st.integers(1, 40),
    indent=st.sampled_from([None, 1]),
    unicode=st.booleans(),
)
def test_cutting_a_file_into_entries_loses_nothing_wherever_the_chunks_fall(entries, around, chunk, indent, unicode):
    raw = json.dumps({**around, "entry": entries, "last": 1}, indent=indent, ensure_ascii=unicode).encode(
        "utf-8", "surrogatepass"
    )
    slices = Slices(BytesSource("x", raw).open(), Limits(chunk=chunk))
    found = list(slices)
    assert [json.loads(e) for _, e in found] == entries
    assert all(raw[start : start + len(e)] == e for start, e in found)
    assert json.loads(slices.skeleton) == {**around, "entry": [0] * len(entries), "last": 1}


def test_put_entries_of_a_batch_are_welcome():
    data = good() | {"type": "batch"}
    data["entry"] = [entry(patient(), method="PUT"), entry(temperature(), method="PUT")]
    assert surveyed(data).kind == "batch"
