"""Files sent by a browser: sealed at once, brought in by a worker, reported file by file."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from keepwell.access import actions as access
from keepwell.access.models import CareTeam
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.fhir.files import importing
from keepwell.fhir.tests.making import NOTE, bundle, fever, good, patient
from keepwell.ledger import jobs
from keepwell.ledger.doorway import present
from keepwell.patients.models import Patient
from keepwell.records.arrivals import path_of
from keepwell.records.models import Arrival
from tests.browse import ask, text
from tests.cast import Clinic

HTMX: dict[str, Any] = {"HX-Request": "true"}
GOOD = json.dumps(good()).encode()


def sent(by: Actor, *files: tuple[str, bytes], **more: Any) -> str:
    """Posts the form; the address of the report."""
    uploads = [SimpleUploadedFile(name, content, "application/json") for name, content in files]
    response = ask(by, "/import/", {"files": uploads, **more})
    assert response.status_code == 302, text(response)
    return response.headers["Location"]


def work(app_sql: psycopg.Connection) -> None:
    """What a worker does."""
    asked = "SELECT id, args FROM procrastinate_jobs WHERE status = 'todo' AND args ? 'envelope' ORDER BY id"
    rows = app_sql.execute(asked).fetchall()
    for number, args in rows:
        jobs.run(args["envelope"])
        app_sql.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [number])


def arrivals(clinic: Clinic) -> list[Arrival]:
    with present(clinic.system):
        return list(Arrival.objects.order_by("number"))


def test_files_come_in_one_by_one_and_a_bad_one_costs_the_others_nothing(
    willow: Clinic, cleo: Actor, app_sql: psycopg.Connection
):
    note = json.dumps(
        bundle(patient(id="9", name=[{"family": "Byron"}]), fever(subject={"reference": "Patient/9"}, meta=NOTE))
    )
    where = sent(cleo, ("ada.json", GOOD), ("bad.json", b"{"), ("byron.json", note.encode()))
    page = text(ask(cleo, where))
    assert "0 / 3" in page
    assert "Waiting to be read" in page
    work(app_sql)
    page = text(ask(cleo, where))
    for words in (
        "3 / 3",
        "ada.json",
        "FHIR_NOT_JSON",
        "1 patient details",
        "A new patient",
        "psychotherapy note",
        "Open the chart",
    ):
        assert words in page, words
    with present(willow.system):
        assert Patient.objects.count() == 2


def test_a_file_that_waits_is_ciphertext_and_is_gone_when_it_was_read(
    willow: Clinic, cleo: Actor, app_sql: psycopg.Connection
):
    sent(cleo, ("lovelace.json", GOOD))
    (row,) = arrivals(willow)
    path = path_of(row.id)
    assert path.is_relative_to(settings.PLACES.media)
    assert path.stat().st_mode & 0o777 == 0o600
    raw = path.read_bytes()
    assert b"Lovelace" not in raw
    assert b"Bundle" not in raw
    work(app_sql)
    assert not path.exists()
    assert arrivals(willow)[0].state == Arrival.State.DONE


def test_jobs_carry_ids_only(cleo: Actor, app_sql: psycopg.Connection):
    sent(cleo, ("lovelace.json", GOOD))
    (queued,) = app_sql.execute("SELECT args::text FROM procrastinate_jobs ORDER BY id DESC LIMIT 1").fetchone() or (
        "",
    )
    assert "lovelace" not in queued.casefold()


def test_an_administrator_imports_without_seeing_anybody(willow: Clinic, pat: Actor, app_sql: psycopg.Connection):
    where = sent(pat, ("lovelace.json", GOOD))
    work(app_sql)
    page = text(ask(pat, where))
    assert "File 1" in page
    assert "lovelace" not in page.casefold()
    assert "Open the chart" not in page
    assert arrivals(willow)[0].facts["registered"]


def test_the_front_desk_does_not_import(rosa: Actor):
    assert ask(rosa, "/import/").status_code == 403


def test_no_file_is_a_field_to_fix(cleo: Actor):
    response = ask(cleo, "/import/", {"team": ""})
    assert response.status_code == 422
    assert Refusal("FILES_MISSING").message in text(response)


def test_who_is_here_already_is_pointed_at(willow: Clinic, cleo: Actor, app_sql: psycopg.Connection):
    sent(cleo, ("ada.json", GOOD))
    work(app_sql)
    elsewhere = GOOD.replace(str(UUID(int=1)).encode(), str(UUID(int=99)).encode())
    where = sent(cleo, ("again.json", elsewhere))
    work(app_sql)
    page = text(ask(cleo, where))
    assert "FHIR_PATIENT_EXISTS" in page
    with present(willow.system):
        assert f"/patients/{Patient.objects.get().id}/" in page


def test_a_chosen_team_looks_after_new_patients(willow: Clinic, cleo: Actor, imani: Actor, app_sql: psycopg.Connection):
    with present(willow.system) as by:
        team = access.form_team("Blue", [willow.members["imani"]], by=by)
    sent(cleo, ("ada.json", GOOD), team=str(team.id))
    work(app_sql)
    assert "Fever" in text(ask(imani, f"/patients/{arrivals(willow)[0].facts['patient']}/"))


def test_progress_asks_again_until_all_is_done(cleo: Actor, app_sql: psycopg.Connection):
    where = sent(cleo, ("ada.json", GOOD))
    part = ask(cleo, where, None, **HTMX)
    assert "every 1s" in text(part)
    assert "<html" not in text(part)
    work(app_sql)
    assert ask(cleo, where, None, **HTMX).headers["HX-Refresh"] == "true"


def test_a_failure_of_ours_undoes_the_file_and_is_written_down(
    willow: Clinic, cleo: Actor, app_sql: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
):
    from keepwell.fhir import files

    def half(bundle: Any, *, by: Actor, **_: Any) -> None:
        access.form_team("Half", [], by=by)
        raise ZeroDivisionError

    monkeypatch.setattr(files, "bring_in", half)
    sent(cleo, ("ada.json", GOOD))
    work(app_sql)
    assert arrivals(willow)[0].facts["refused"]["code"] == "FHIR_IMPORT_FAILED"
    with present(willow.system):
        assert not CareTeam.objects.filter(name="Half").exists()


def test_a_file_that_is_done_stays_as_it_is(willow: Clinic, cleo: Actor, app_sql: psycopg.Connection):
    sent(cleo, ("ada.json", GOOD))
    work(app_sql)
    (row,) = arrivals(willow)
    with present(importing(willow.practice.id, cleo.id)) as by:
        jobs.JOBS["import.file"](by=by, file=row.id)
    assert arrivals(willow)[0].done_at == row.done_at


def test_another_practice_sees_no_import_of_ours(cleo: Actor, ximena: Actor, olu: Actor, willow: Clinic, oak: Clinic):
    where = sent(cleo, ("ada.json", GOOD))
    with present(oak.system) as by:
        other = access.join(oak.members["olu"].person, Role.COORDINATOR, by=by)
    stranger = Actor(other.id, oak.practice.id, Role.COORDINATOR, cleo.purpose)
    assert ask(stranger, where).status_code == 404


def test_each_step_is_an_action_of_its_own(cleo: Actor, willow: Clinic, app_sql: psycopg.Connection):
    from keepwell.ledger.actions import VERBS

    assert {"import.sent", "import.opened", "import.finished"} <= VERBS.keys()
    with present(willow.system) as by, pytest.raises(Refusal, match="NOT_FOUND"):
        jobs.JOBS["import.file"](by=by, file=UUID(int=5))
