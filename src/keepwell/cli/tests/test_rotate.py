"""Rotation and reconciliation from the command line."""

from __future__ import annotations

import argparse
from uuid import UUID

import psycopg
import pytest
from django.conf import settings

from keepwell import charts
from keepwell.access import actions as access
from keepwell.access import maintenance
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.cli import operators
from keepwell.cli.commands import reconcile, rotate
from keepwell.cli.tests.conftest import WHO
from keepwell.ledger import house, practice_keys
from keepwell.ledger.doorway import present
from keepwell.operations import schema
from keepwell.patients.excerpts import NameTag
from keepwell.vault import roots
from tests.cast import Clinic


def name_of(clinic: Clinic, patient: UUID) -> str:
    with present(access.system_actor(clinic.practice.id, Purpose.HOPERAT)) as by:
        return charts.open(patient, NameTag, by=by).one(NameTag).given_name


def arguments(**given: object) -> argparse.Namespace:
    usual = {"slug": "", "resume": False, "destroy_old": False, "who": WHO[1], "why": WHO[3]}
    return argparse.Namespace(**(usual | given))


def test_one_practice_is_renewed_and_stays_readable(willow: Clinic, ada: UUID, owner_sql: psycopg.Connection):
    args = arguments(slug=willow.practice.slug, destroy_old=True)
    rotate._practices(args, operators.ask(args, "rotate practice"))
    owner_sql.execute("SET ROLE keepwell_custodian")
    left = owner_sql.execute(
        "SELECT epoch FROM custody.practice_key WHERE practice_id = %s AND kind = 'wrap'", [willow.practice.id]
    ).fetchall()
    assert left == [(2,)]
    practice_keys.forget()
    assert name_of(willow, ada) == "Ada"


def test_an_unknown_practice_is_refused_by_name(willow: Clinic):
    with pytest.raises(Refusal) as refused:
        maintenance.practices("elsewhere")
    assert refused.value.code == "PRACTICE_UNKNOWN"
    assert willow.practice.slug in {p.slug for p in maintenance.practices()}


def test_a_root_key_kept_by_a_service_is_rotated_there():
    with pytest.raises(Refusal) as refused:
        roots.new_version("awskms:alias/keepwell")
    assert refused.value.code == "ROOT_ROTATES_ELSEWHERE"


def test_a_new_root_version_wraps_from_then_on(willow: Clinic):
    before = house.root().current()
    roots.new_version(settings.KEEPWELL_ROOT)
    assert house.root().current() != before


def test_reconciling_one_practice_finds_what_was_planted(
    willow: Clinic, ada: UUID, rig, owner_sql: psycopg.Connection, capsys: pytest.CaptureFixture[str], monkeypatch
):
    monkeypatch.setattr(schema, "database_up", lambda places, say: present_database())
    assert reconcile.run(arguments(slug=willow.practice.slug)) == 0
    with rig.admin(owner_sql.info.dbname) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE patients_patient SET state = given_name WHERE id = %s", [ada])
    assert reconcile.run(arguments(slug=willow.practice.slug)) == 1
    assert f"patients_patient.state  {ada}" in capsys.readouterr().out


def present_database():
    import contextlib

    return contextlib.nullcontext()
