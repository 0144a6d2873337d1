"""A file comes in whole or not at all, and the same file again changes nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import psycopg
import pytest

from keepwell import charts
from keepwell.access import actions as access
from keepwell.access.models import CareRelation
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.fhir.importer import Outcome, bring_in
from keepwell.fhir.sources import BytesSource, FileSource, Source
from keepwell.fhir.survey import read
from keepwell.fhir.tests.making import ADA, LABEL, NOTE, SYNTHEA, bundle, fever, good, patient, temperature
from keepwell.ledger.doorway import present
from keepwell.patients import finder
from keepwell.patients.excerpts import Addresses, Demography, Origin, Reach, Relations, Whereabouts
from keepwell.patients.models import Patient
from keepwell.records import actions as records
from keepwell.records.excerpts import ClinicalBody, ClinicalHead, FinancialHead, Part2Head
from keepwell.records.models import ClinicalResource
from keepwell.vault.marks import Marker
from tests.cast import Clinic

FILES = sorted(SYNTHEA.glob("*.json")) if SYNTHEA.is_dir() else []
synthea = pytest.mark.skipif(
    not FILES, reason="the Synthea bundles are not here: they belong in ../shared/data/synthea"
)


def sent(data: dict[str, Any]) -> Source:
    return BytesSource("ada.json", json.dumps(data).encode())


def imported(
    clinic: Clinic, source: Source | dict[str, Any], despite: Iterable[UUID] = (), team: UUID | None = None
) -> Outcome:
    found = read(sent(source) if isinstance(source, dict) else source)
    with present(access.system_actor(clinic.practice.id, Purpose.HOPERAT)) as by:
        return bring_in(found, by=by, despite=despite, team=team)


def refused(clinic: Clinic, data: dict[str, Any]) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        imported(clinic, data)
    return refusal.value


def rows(clinic: Clinic) -> tuple[int, int]:
    with present(clinic.system):
        return Patient.objects.count(), ClinicalResource.objects.count()


def looked_after(clinic: Clinic, who: Actor, whom: UUID) -> None:
    with present(clinic.system) as by:
        access.relate(whom, by=by, member=who.id)


def test_a_file_becomes_a_patient_and_everything_about_them(willow: Clinic, imani: Actor):
    outcome = imported(willow, good())
    assert outcome.registered
    assert outcome.new == Counter(Patient=1, Observation=1, Condition=1)
    looked_after(willow, imani, outcome.patient)
    with present(imani):
        chart = charts.open(outcome.patient, Demography, ClinicalHead, ClinicalBody, by=imani)
        assert chart.one(Demography).name == "Ada Lovelace"
        bodies = {row.type: json.loads(row.body) for row in chart.all(ClinicalBody)[outcome.patient]}
        assert bodies["Observation"] == temperature()
        assert {row.head["title"] for row in chart.all(ClinicalHead)[outcome.patient]} >= {"Fever (finding)"}


def test_the_front_desk_finds_who_was_imported(willow: Clinic, rosa: Actor):
    outcome = imported(willow, good())
    with present(rosa):
        assert [hit.patient for hit in finder.search("lovelase 12/10/1985", by=rosa).hits] == [outcome.patient]


def test_all_that_a_patient_resource_says_finds_its_place(willow: Clinic, cleo: Actor):
    outcome = imported(willow, bundle(patient(
        name=[{"use": "official", "family": "King", "given": ["Ada", "Augusta"]},
              {"use": "nickname", "given": ["Addie"]}, {"use": "maiden", "family": "Byron", "given": ["Ada"]}],
        telecom=[{"system": "phone", "value": "617-555-0143"}, {"system": "email", "value": "nonsense"}],
        address=[{"line": ["1 Elm St"], "city": "Boston", "state": "Massachusetts", "postalCode": "02101"}],
        identifier=[{"system": "urn:x", "value": "MRN-77", "type": {"coding": [{"code": "MR"}]}}],
        communication=[{"language": {"coding": [{"code": "es-US"}]}}],
        contact=[{"relationship": [{"text": "Mother"}], "name": {"family": "Milbanke", "given": ["Anne"]}}],
    )))  # fmt: skip
    with present(cleo):
        chart = charts.open(outcome.patient, Demography, Whereabouts, Origin, Reach, Addresses, Relations, by=cleo)
        who, where = chart.one(Demography), chart.one(Whereabouts)
        assert (who.given_name, who.middle_name, who.family_name) == ("Ada", "Augusta", "King")
        assert (who.preferred_name, who.former_names, who.record_number) == ("Addie", ["Ada Byron"], "MRN-77")
        assert (where.language, where.state) == ("es", "MA")
        assert chart.one(Origin).identifiers == [{"system": "urn:x", "value": "MRN-77", "type": "MR"}]
        assert [(r.system, r.value) for r in chart.all(Reach)[outcome.patient]] == [
            ("phone", "+16175550143"),
            ("other", "nonsense"),
        ]
        assert chart.one(Addresses).where["city"] == "Boston"
        assert (chart.one(Relations).name, chart.one(Relations).relationship) == ("Anne Milbanke", "mother")


def test_the_same_file_again_doubles_nothing(willow: Clinic):
    first = imported(willow, good())
    before = rows(willow)
    again = imported(willow, good())
    assert (again.patient, again.registered) == (first.patient, False)
    assert (again.same.total(), again.new.total(), again.changed.total()) == (3, 0, 0)
    assert rows(willow) == before == (1, 2 + 1)


def test_what_changed_is_replaced_and_what_is_new_is_added(willow: Clinic, imani: Actor):
    outcome = imported(willow, good())
    visit = {"resourceType": "Encounter", "id": "e", "status": "finished", "class": {"code": "AMB"},
             "subject": {"reference": f"urn:uuid:{ADA}"}}  # fmt: skip
    later = imported(
        willow, bundle(patient(), temperature(valueQuantity={"value": 37.1, "unit": "Cel"}), fever(), visit)
    )
    assert (later.new, later.changed) == (Counter(Encounter=1), Counter(Observation=1))
    looked_after(willow, imani, outcome.patient)
    with present(imani):
        chart = charts.open(outcome.patient, ClinicalHead, by=imani)
        values = [row.head["value"] for row in chart.all(ClinicalHead)[outcome.patient] if row.type == "Observation"]
        assert values == ["37.1"]


def test_a_patient_whose_facts_changed_is_corrected_and_keeps_what_was_written_here(willow: Clinic, cleo: Actor):
    outcome = imported(willow, good())
    with present(cleo):
        chart = charts.open(outcome.patient, Demography, by=cleo)
        assert chart.one(Demography).version == 1
    changed = patient(
        name=[{"family": "King", "given": ["Ada"]}], telecom=[{"system": "phone", "value": "617-555-0143"}]
    )
    imported(willow, bundle(changed, temperature(), fever()))
    imported(willow, bundle(changed | {"maritalStatus": {"text": "M"}}, temperature(), fever()))
    with present(Actor(cleo.id, cleo.practice, cleo.role, cleo.purpose)) as by:
        chart = charts.open(outcome.patient, Demography, Reach, by=by)
        assert (chart.one(Demography).family_name, chart.one(Demography).version) == ("King", 2)
        assert len(chart.all(Reach)[outcome.patient]) == 1


def test_somebody_who_is_here_already_from_elsewhere_is_refused_with_a_pointer(willow: Clinic):
    first = imported(willow, good())
    elsewhere = json.loads(json.dumps(good()).replace(ADA, str(UUID(int=99))))
    refusal = refused(willow, elsewhere)
    assert refusal.code == "FHIR_PATIENT_EXISTS"
    assert refusal.facts["lookalikes"] == (first.patient,)
    assert "Lovelace" not in str(refusal)
    assert rows(willow)[0] == 1


def test_somebody_compared_and_found_to_be_another_is_brought_in(willow: Clinic):
    first = imported(willow, good())
    elsewhere = json.loads(json.dumps(good()).replace(ADA, str(UUID(int=99))))
    second = imported(willow, elsewhere, despite=[first.patient])
    assert second.patient != first.patient
    assert rows(willow)[0] == 2


def test_two_practices_hold_the_same_file_apart(willow: Clinic, oak: Clinic):
    assert imported(willow, good()).patient != imported(oak, good()).patient


def test_a_care_team_named_at_the_import_looks_after_the_patient(willow: Clinic, imani: Actor):
    with present(willow.system) as by:
        team = access.form_team("Blue", [willow.members["imani"]], by=by)
    outcome = imported(willow, good(), team=team.id)
    with present(imani):
        assert charts.open(outcome.patient, ClinicalHead, by=imani).all(ClinicalHead)
    with present(willow.system):
        assert CareRelation.objects.get(patient_id=outcome.patient).basis == "import"


def test_records_of_a_part_2_program_are_sealed_apart(willow: Clinic, imani: Actor, cleo: Actor):
    outcome = imported(willow, bundle(patient(), temperature(), fever(meta=LABEL)))
    looked_after(willow, imani, outcome.patient)
    looked_after(willow, cleo, outcome.patient)
    with present(imani):
        chart = charts.open(outcome.patient, Part2Head, ClinicalHead, by=imani)
        assert chart.one(Part2Head).head["title"] == "Fever (finding)"
        assert {row.type for row in chart.all(ClinicalHead)[outcome.patient]} == {"Patient", "Observation"}
    with present(cleo), pytest.raises(Refusal, match="POLICY_DENY"):
        charts.open(outcome.patient, Part2Head, by=cleo)


def test_a_file_labelled_as_a_whole_labels_all_of_it(willow: Clinic):
    outcome = imported(willow, good() | {"meta": LABEL})
    assert rows(willow) == (1, 0)
    assert outcome.new.total() == 3


def test_a_psychotherapy_note_is_left_out_and_named(willow: Clinic):
    outcome = imported(willow, bundle(patient(), temperature(), fever(meta=NOTE)))
    assert outcome.skipped == [(3, "FHIR_PSYCHOTHERAPY_NOTE")]
    assert outcome.new.total() == 2


def test_a_crash_in_the_middle_leaves_nothing_of_the_file(willow: Clinic, monkeypatch: pytest.MonkeyPatch):
    kept = Marker.mark

    def crash(self: Marker, content: bytes) -> bytes:
        if b"Fever" in content:
            raise MemoryError
        return kept(self, content)

    monkeypatch.setattr(Marker, "mark", crash)
    monkeypatch.setattr(records, "BATCH", 1)
    with pytest.raises(MemoryError):
        imported(willow, good())
    monkeypatch.undo()
    assert rows(willow) == (0, 0)
    assert imported(willow, good()).registered


def test_a_file_that_changes_in_the_middle_leaves_nothing(willow: Clinic):
    source = sent(good())
    found = read(source)
    object.__setattr__(source, "data", json.dumps(good()).replace("38.5", "39.5").encode())
    system = access.system_actor(willow.practice.id, Purpose.HOPERAT)
    with pytest.raises(Refusal, match="FHIR_CHANGED_WHILE_READ"), present(system) as by:
        bring_in(found, by=by)
    assert rows(willow) == (0, 0)


def test_nothing_protected_stands_in_the_clear(willow: Clinic, owner_sql: psycopg.Connection):
    imported(willow, good())
    tables = owner_sql.execute(
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind = 'r' AND (c.relname ~ '^(records|patients)_')"
    ).fetchall()
    owner_sql.execute("SET ROLE keepwell_custodian")
    owner_sql.execute("RESET ROLE")
    for (table,) in tables:
        owner_sql.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        text = "".join(str(row) for row in owner_sql.execute(f"SELECT * FROM {table}").fetchall())
        owner_sql.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        for word in ("Lovelace", "Fever", "38.5", "1985-12-10", "2020-02-01", ADA):
            assert word not in text, table


@synthea
def test_all_thirty_files_come_in_and_a_second_run_changes_nothing(willow: Clinic, bea: Actor):
    first = [imported(willow, FileSource(path)) for path in FILES]
    assert sum((o.new for o in first), Counter()).total() == 6611
    again = [imported(willow, FileSource(path)) for path in FILES]
    assert [o.patient for o in again] == [o.patient for o in first]
    assert sum(o.same.total() for o in again) == 6611
    assert not any(o.new or o.changed or o.registered for o in again)
    assert rows(willow)[0] == 30
    with present(bea):
        whose = charts.open([o.patient for o in first], FinancialHead, by=bea)
        assert sum(map(len, whose.all(FinancialHead).values())) == 740 + 607
