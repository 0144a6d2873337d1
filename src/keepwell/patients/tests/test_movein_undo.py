"""Doubtful rows and what is chosen for them; a whole list taken back and brought back."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import psycopg
import pytest

from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from keepwell.ledger.reconcile import reconcile
from keepwell.patients import actions as patients
from keepwell.patients.models import MoveIn, Patient
from keepwell.patients.movein import actions
from keepwell.patients.reach import Contact
from keepwell.patients.tests import lists
from keepwell.patients.tests.lists import GRACE, JOAN, again, checked, made, moved
from keepwell.patients.tests.people import entries, finds
from tests.browse import ask, text
from tests.cast import Clinic

Sql = psycopg.Connection
ADA_ALMOST = tuple(
    "Lovelace,Adah,12/10/1985,617 555 0199,ada@example.org,1 Main St,Boston,MA,02110,Aetna,W9".split(",")
)


def chosen(by: Actor, willow: Clinic, where: str, choice: str) -> None:
    (row,) = [r for r in lists.rows(willow, where) if r.verdict == "doubtful"]
    assert ask(again(by), f"{where}choices/", {f"row-{row.id}": choice}).status_code == 302
    lists.does(by, where, "start")


def test_a_doubtful_row_is_shown_beside_the_patient_and_left_out_until_decided(
    willow: Clinic, cleo: Actor, ada: UUID, app_sql: Sql
):
    where = checked(cleo, made([ADA_ALMOST, GRACE]), app_sql)
    page = text(ask(again(cleo), where))
    for words in ("Perhaps here already", "Adah", "Ada Lovelace", "Somebody else: register"):
        assert words in page, words
    lists.does(cleo, where, "start")
    lists.work(app_sql)
    assert lists.standing(willow) == 2, "Ada and Grace"


def test_registering_a_doubtful_row_anyway_makes_a_patient_of_their_own(
    willow: Clinic, cleo: Actor, ada: UUID, app_sql: Sql
):
    where = checked(cleo, made([ADA_ALMOST]), app_sql)
    chosen(cleo, willow, where, "register")
    lists.work(app_sql)
    assert lists.rows(willow, where)[0].outcome == "registered"
    assert lists.standing(willow) == 2


def test_adding_a_doubtful_row_to_the_patient_fills_in_what_was_not_known(
    willow: Clinic, cleo: Actor, ada: UUID, app_sql: Sql
):
    where = checked(cleo, made([ADA_ALMOST]), app_sql)
    chosen(cleo, willow, where, "add")
    lists.work(app_sql)
    assert lists.standing(willow) == 1
    page = text(ask(again(cleo), f"/patients/{ada}/about/"))
    for words in ("(617) 555-0199", "ada@example.org", "1 Main St", "Aetna", "Ada Lovelace"):
        assert words in page, words
    assert finds(cleo, "617 555 0199") == [ada]
    (entry,) = entries(cleo, "verb = 'patient.filled_in' AND kind = 'action'")
    assert entry[3] == [ada]


def test_somebody_registered_between_check_and_start_is_not_doubled(willow: Clinic, cleo: Actor, app_sql: Sql):
    one, other = (checked(again(cleo), made([GRACE]), app_sql) for _ in range(2))
    for where in (one, other):
        lists.does(cleo, where, "start")
    lists.work(app_sql)
    assert lists.standing(willow) == 1
    assert sorted(r.verdict for w in (one, other) for r in lists.rows(willow, w)) == ["new", "same"]


def test_an_undone_list_is_found_listed_and_opened_by_nobody_and_the_ledger_stays(
    willow: Clinic, cleo: Actor, app_sql: Sql
):
    where = moved(cleo, made([GRACE, JOAN]), app_sql)
    grace = lists.rows(willow, where)[0].patient_id
    assert finds(cleo, "Hopper")
    lists.does(cleo, where, "undo")
    lists.work(app_sql)
    assert lists.standing(willow) == 0
    assert not finds(cleo, "Hopper")
    assert not finds(cleo, "617 555 0101")
    for path in (f"/patients/{grace}/about/", f"/patients/{grace}/", f"/patients/{grace}/about/edit/"):
        assert ask(again(cleo), path).status_code == Refusal("PATIENT_WITHDRAWN").status, path
    assert "Hopper" not in text(ask(again(cleo), "/patients/?show=today"))
    (entry,) = entries(cleo, "verb = 'patients.withdrawn' AND kind = 'action'")
    assert grace in entry[3]
    with present(willow.system) as by:
        assert reconcile(by) == []


def test_whom_somebody_opened_or_changed_stays_and_is_listed(willow: Clinic, cleo: Actor, rosa: Actor, app_sql: Sql):
    where = moved(cleo, made([GRACE, JOAN, *lists.people(2)]), app_sql)
    grace, joan, *_ = (row.patient_id for row in lists.rows(willow, where))
    assert ask(rosa, f"/patients/{grace}/about/").status_code == 200
    assert joan is not None
    with present(again(rosa)) as by:
        patients.add_contact(joan, Contact(system="phone", value="617 555 0190"), by=by)
    finds(cleo, "Hopper")
    lists.does(cleo, where, "undo")
    lists.work(app_sql)
    assert [r.outcome for r in lists.rows(willow, where)] == ["kept", "kept", "withdrawn", "withdrawn"]
    page = text(ask(again(cleo), where))
    assert "Kept, because somebody opened or changed them" in page
    assert "Grace Hopper" in page
    assert lists.standing(willow) == 2


def test_an_undone_list_comes_back_but_for_those_who_were_registered_again(willow: Clinic, cleo: Actor, app_sql: Sql):
    where = moved(cleo, made([GRACE, JOAN]), app_sql)
    lists.does(cleo, where, "undo")
    lists.work(app_sql)
    moved(again(cleo), made([GRACE]), app_sql)
    lists.does(cleo, where, "redo")
    lists.work(app_sql)
    assert [r.outcome for r in lists.rows(willow, where)] == ["withdrawn", "registered"]
    assert lists.standing(willow) == 2
    assert len(finds(cleo, "Hopper")) == len(finds(cleo, "Clarke")) == 1
    (entry,) = entries(cleo, "verb = 'patients.restored' AND kind = 'action'")
    assert len(entry[3]) == 1


def test_after_thirty_days_a_list_is_not_undone_any_more(
    willow: Clinic, cleo: Actor, app_sql: Sql, monkeypatch: pytest.MonkeyPatch
):
    where = moved(cleo, made([GRACE]), app_sql)
    later = clock.now() + dt.timedelta(days=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(Refusal, match="MOVEIN_UNDO_OVER"), present(again(cleo)) as by:
        actions.undo(lists.run_of(where), by=by)


def test_a_patient_is_withdrawn_by_no_other_way(willow: Clinic, cleo: Actor, ada: UUID):
    with present(again(cleo)), pytest.raises(Exception, match="outside any action"):
        Patient.objects.filter(id=ada).update(withdrawn_at=clock.now())


def test_a_job_for_a_list_that_is_not_there_says_so(willow: Clinic):
    from keepwell.patients.movein.steps import step

    system = Actor(willow.system.id, willow.practice.id, willow.system.role, Purpose.HOPERAT)
    with present(system) as by, pytest.raises(Refusal, match="NOT_FOUND"):
        step(by=by, run=UUID(int=5))
    with present(again(system)):
        assert not MoveIn.objects.exists()
