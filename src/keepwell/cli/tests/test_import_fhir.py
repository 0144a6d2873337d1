"""`keepwell import-fhir`: every file by itself, a report of each, and an exit code that tells."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from keepwell.access import actions as access
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.cli.commands import import_fhir
from keepwell.cli.tests.conftest import WHO
from keepwell.fhir import files
from keepwell.fhir.sources import BytesSource
from keepwell.fhir.tests.making import NOTE, bundle, fever, good, patient, temperature
from keepwell.ledger import wire
from keepwell.ledger.doorway import present
from keepwell.patients.models import Patient
from tests.cast import Clinic


def command(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    import_fhir.add(parser)
    return parser.parse_args([*words, *WHO])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.json").write_text(json.dumps(good()))
    (tmp_path / "bad.json").write_text("{")
    return tmp_path


def test_one_bad_file_costs_the_others_nothing(willow: Clinic, folder: Path, capsys: pytest.CaptureFixture[str]):
    paths = [str(folder / name) for name in ("bad.json", "good.json", "missing.json", "")]
    assert import_fhir.run(command(*paths, "--practice", willow.practice.slug)) == 1
    told = capsys.readouterr()
    for words in (
        "REFUSED FHIR_NOT_JSON",
        "REFUSED FHIR_UNREADABLE",
        "REFUSED FHIR_NOT_A_FILE",
        "new patient",
        "new 3: ",
    ):
        assert words in told.out, words
    assert "1 files came in, 3 were refused" in told.err
    assert "4/4" in told.err
    with present(willow.system):
        assert Patient.objects.count() == 1


def reported(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    (one,) = json.loads(capsys.readouterr().out)["files"]
    found: dict[str, Any] = one
    return found


def test_the_report_is_json_when_asked_for_and_a_second_run_changes_nothing(
    willow: Clinic, folder: Path, capsys: pytest.CaptureFixture[str]
):
    words = (str(folder / "good.json"), "--practice", willow.practice.slug, "--json")
    assert import_fhir.run(command(*words)) == 0
    first = reported(capsys)
    assert import_fhir.run(command(*words)) == 0
    again = reported(capsys)
    assert (first["ok"], first["registered"], first["new"]) == (
        True,
        True,
        {"Patient": 1, "Observation": 1, "Condition": 1},
    )
    assert (again["registered"], again["new"], sum(again["unchanged"].values())) == (False, {}, 3)
    assert again["patient"] == first["patient"]


def test_what_is_left_out_is_said_with_its_reason(willow: Clinic, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "note.json"
    path.write_text(json.dumps(bundle(patient(), temperature(), fever(meta=NOTE))))
    assert import_fhir.run(command(str(path), "--practice", willow.practice.slug, "--json")) == 0
    (skipped,) = reported(capsys)["skipped"]
    assert (skipped["entry"], skipped["code"]) == (3, "FHIR_PSYCHOTHERAPY_NOTE")
    assert import_fhir.run(command(str(path), "--practice", willow.practice.slug)) == 0
    assert "left out: Entry 3 is a psychotherapy note" in capsys.readouterr().out


def test_the_ledger_names_the_member_for_whom_records_came_in(willow: Clinic, pat: Actor, folder: Path):
    email = willow.members["pat"].person.email
    assert email is not None
    assert import_fhir.run(command(str(folder / "good.json"), "--as", email)) == 0
    with present(willow.system):
        asked = (
            "SELECT count(*) FROM custody.entry WHERE verb = 'resources.imported' AND kind = 'action' AND actor_id = %s"
        )
        assert wire.rows("default", asked, pat.id) == [(1,)]


def test_somebody_who_may_not_import_and_somebody_unknown_are_refused(willow: Clinic, rosa: Actor, folder: Path):
    for email in (willow.members["rosa"].person.email or "", "nobody@example.org"):
        with pytest.raises(Refusal, match="ACCESS_DENIED"):
            import_fhir.run(command(str(folder / "good.json"), "--as", email))


def test_which_practice_must_be_clear(willow: Clinic, oak: Clinic, folder: Path):
    with pytest.raises(Refusal, match="PRACTICE_UNCLEAR"):
        import_fhir.run(command(str(folder / "good.json")))
    with pytest.raises(Refusal, match="PRACTICE_UNKNOWN"):
        import_fhir.run(command(str(folder / "good.json"), "--practice", "elsewhere"))


def test_a_care_team_can_be_named_and_must_exist(willow: Clinic, imani: Actor, folder: Path):
    with present(willow.system) as by:
        access.form_team("Blue", [willow.members["imani"]], by=by)
    words = (str(folder / "good.json"), "--practice", willow.practice.slug)
    assert import_fhir.run(command(*words, "--care-team", "Blue")) == 0
    with pytest.raises(Refusal, match="NOT_FOUND"):
        import_fhir.run(command(*words, "--care-team", "Red"))


def test_a_failure_of_ours_has_a_name_too_and_leaves_nothing(willow: Clinic, monkeypatch: pytest.MonkeyPatch):
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError("Lovelace")

    monkeypatch.setattr(files, "bring_in", fails)
    report = files.import_file(
        BytesSource("ada.json", json.dumps(good()).encode()), files.importing(willow.practice.id)
    )
    assert report.refusal is not None
    assert report.refusal.code == "FHIR_IMPORT_FAILED"
    assert "Lovelace" not in str(report.facts())
