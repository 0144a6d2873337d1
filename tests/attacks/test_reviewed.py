"""What a review by attack found, each as the attack that worked. See docs/decisions/0013."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from keepwell import charts
from keepwell.access import actions as access
from keepwell.access.models import PatientLink
from keepwell.base.actor import Actor, Purpose
from keepwell.ledger import tokens
from keepwell.ledger.doorway import present
from keepwell.patients import actions as patients
from keepwell.patients import merging
from keepwell.patients.facts import Demographics
from keepwell.patients.models import Coverage
from keepwell.patients.reach import Payer
from keepwell.patients.tests.people import again, looks_after, registers
from keepwell.records.excerpts import HEADS
from keepwell.vault import uploads
from keepwell.vault.phi import PhiClass
from tests.browse import ask
from tests.cast import Clinic

ZED = Demographics(given_name="Zed", family_name="Underhill", birth_date=dt.date(1990, 1, 1))


def kept_from(clinic: Clinic, patient: UUID, member: Actor, *classes: PhiClass) -> None:
    "The patient asked that this one member see none of it, or nothing of theirs, and the practice agreed."
    with present(clinic.system) as by:
        access.restrict(patient, classes, by=by, member=member.id)


def links(by: Actor) -> int:
    with present(again(by)):
        return PatientLink.objects.filter(ended_at=None).count()


# ── Forms posted by somebody who may not open the page they stand on ───────────────────────────────────────────────


@pytest.mark.parametrize("classes", [(), (PhiClass.COVERAGE,)])
def test_a_fact_of_a_patient_one_is_kept_from_cannot_be_ended(
    classes: tuple[PhiClass, ...], willow: Clinic, rosa: Actor, ada: UUID
):
    desk = access.system_actor(willow.practice.id, Purpose.HOPERAT)
    with present(desk):
        row = patients.add_coverage(ada, Payer(payer="Acme", member_number="1"), by=desk)
    kept_from(willow, ada, rosa, *classes)
    assert ask(rosa, f"/patients/{ada}/about/coverage/{row.id}/end/", {}).status_code == 403
    with present(again(rosa)):
        assert Coverage.objects.get(id=row.id).ended_at is None


def test_a_patient_one_is_kept_from_cannot_be_merged(willow: Clinic, cleo: Actor, ada: UUID, bo: UUID):
    kept_from(willow, ada, cleo)
    for one, other in ((ada, bo), (bo, ada)):
        assert ask(cleo, f"/patients/{one}/merge/{other}/", {"keep": str(bo)}).status_code == 403
    assert links(cleo) == 0


def test_a_patient_one_is_kept_from_cannot_be_taken_apart(willow: Clinic, cleo: Actor, ada: UUID, bo: UUID):
    with present(willow.system) as by:
        merging.merge((ada, bo), by=by)
    kept_from(willow, bo, cleo)
    assert ask(cleo, f"/patients/{ada}/unmerge/{bo}/", {}).status_code == 403
    assert links(cleo) == 1


# ── Merging one's way into a chart ─────────────────────────────────────────────────────────────────────────────────


def opens_the_chart(by: Actor, patient: UUID) -> bool:
    by = again(by)
    with present(by):
        return not charts.open([patient], HEADS[PhiClass.CLINICAL], by=by, partly=True).refused


@pytest.mark.parametrize("keep", ["victim", "own"])
def test_nobody_merges_a_stranger_with_a_patient_of_their_own(keep: str, willow: Clinic, cleo: Actor, ada: UUID):
    own = registers(willow, ZED)
    looks_after(willow, cleo, own)
    assert not opens_the_chart(cleo, ada)
    kept = {"victim": ada, "own": own}[keep]
    assert ask(cleo, f"/patients/{ada}/merge/{own}/", {"keep": str(kept)}).status_code == 403
    assert not opens_the_chart(cleo, ada)


def test_a_colleague_who_looks_after_neither_merges_them(willow: Clinic, cleo: Actor, theo: Actor, ada: UUID):
    own = registers(willow, ZED)
    looks_after(willow, cleo, own)
    assert ask(theo, f"/patients/{ada}/merge/{own}/", {"keep": str(ada)}).status_code == 302
    assert opens_the_chart(cleo, ada)


def test_who_looks_after_both_merges_them(willow: Clinic, cleo: Actor, ada: UUID):
    own = registers(willow, ZED)
    for patient in (own, ada):
        looks_after(willow, cleo, patient)
    assert ask(cleo, f"/patients/{ada}/merge/{own}/", {"keep": str(ada)}).status_code == 302


# ── Files from strangers ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def spooled(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    "How many spools were made on disk."
    made: list[int] = []
    begin: Callable[[Any], None] = uploads.Spool.__init__

    def begun(self: uploads.Spool) -> None:
        made.append(1)
        begin(self)

    monkeypatch.setattr(uploads.Spool, "__init__", begun)
    return made


@pytest.mark.parametrize("page", ["/sign-in/", "/import/", "/preferences/"])
def test_a_strangers_files_never_reach_the_disk(page: str, database: None, spooled: list[int]):
    "The check of the form's token reads the form, files and all, before anybody is asked who they are."
    client = Client(enforce_csrf_checks=True)
    client.get("/sign-in/")
    client.post(page, {"files": [SimpleUploadedFile(f"{n}.json", b"x" * 100_000) for n in range(3)]})
    assert spooled == []


# ── Odd questions ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("asked", ["NULL, '{}'", "'{}', NULL", "NULL, NULL"])
def test_a_search_for_nothing_lists_nobody(asked: str, rosa: Actor, ada: UUID, app_sql: psycopg.Connection):
    with pytest.raises(psycopg.Error) as refused:
        app_sql.execute(
            f"SELECT * FROM custody.find(%s, gen_random_uuid(), {asked}, NULL, '{{}}', '')", [tokens.sign(rosa)]
        )
    assert refused.value.sqlstate == "KW403"


def test_a_page_number_of_five_thousand_digits_is_a_page_number(rosa: Actor, ada: UUID):
    assert ask(rosa, "/patients/?show=today&page=" + "1" * 5000).status_code == 200
