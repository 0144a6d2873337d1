"""Entries of the activity log taken out as a file: what is in it, whose it is, how long it is there, who is told."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import json
from uuid import UUID

import psycopg
import pytest

from keepwell.access import auditors
from keepwell.access.models import Membership, Notice
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role, Scope
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.compliance.exports import actions, shapes
from keepwell.compliance.exports.files import folder_of
from keepwell.compliance.models import LogExport
from keepwell.compliance.tests.test_asking import opens
from keepwell.ledger import queries
from keepwell.ledger.asking import Question
from keepwell.ledger.doorway import present
from keepwell.ledger.reconcile import reconcile
from keepwell.patients.tests.lists import work
from tests.browse import ask, text
from tests.cast import Clinic

Sql = psycopg.Connection


def again(who: Actor) -> Actor:
    """The same person, as far as they were let in, with a new request."""
    return dataclasses.replace(who, request=new_id())


def exports(who: Actor, query: str = "", form: str = "csv") -> str:
    """Posts the form; where the export is."""
    answer = ask(again(who), f"/activity/exports/?{query}", {"form": form})
    assert answer.status_code == 302, text(answer)
    return answer.headers["Location"]


def file(who: Actor, where: str) -> str:
    answer = ask(again(who), f"{where}file/")
    assert answer.status_code == 200, text(answer)
    return answer.content.decode("utf-8-sig")


def rows(who: Actor, where: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file(who, where), newline="")))


def id_of(where: str) -> UUID:
    return UUID(where.split("/")[3])


def stands(clinic: Clinic, where: str) -> LogExport:
    with present(clinic.system):
        return LogExport.objects.get(id=id_of(where))


def test_what_a_question_finds_is_made_into_a_file_and_nothing_else(
    theo: Actor, rosa: Actor, ada: UUID, bo: UUID, app_sql: Sql
):
    for patient in (ada, bo):
        opens(rosa, patient)
    where = exports(theo, f"patient={bo}&kind=open&who={rosa.id}")
    opens(rosa, bo)
    work(app_sql)
    (row,) = rows(theo, where)
    assert (row["verb"], row["actor"], row["subjects"]) == ("chart.opened", str(rosa.id), str(bo))


def test_a_file_is_made_piece_by_piece_and_every_entry_is_in_it_once(
    willow: Clinic, theo: Actor, rosa: Actor, ada: UUID, app_sql: Sql, monkeypatch: pytest.MonkeyPatch
):
    for _ in range(5):
        opens(rosa, ada)
    monkeypatch.setattr("keepwell.compliance.exports.steps.PIECE", 2)
    monkeypatch.setattr(actions, "PIECE", 2)
    made = {form: exports(theo, f"who={rosa.id}&kind=open", form) for form in shapes.FORMS}
    assert "Entries written" in text(ask(again(theo), made["csv"]))
    work(app_sql)
    assert (stands(willow, made["csv"]).pieces, stands(willow, made["csv"]).done) == (3, 5)
    ids = [row["id"] for row in rows(theo, made["csv"])]
    assert len(set(ids)) == 5
    assert [one["id"] for one in json.loads(file(theo, made["json"]))] == ids
    bundle = json.loads(file(theo, made["fhir"]))
    assert [one["resource"]["id"] for one in bundle["entry"]] == ids
    assert {one["resource"]["resourceType"] for one in bundle["entry"]} == {"AuditEvent"}


def test_an_answer_without_entries_is_still_a_whole_file(theo: Actor, app_sql: Sql):
    made = {form: exports(theo, f"request={new_id()}", form) for form in shapes.FORMS}
    work(app_sql)
    assert file(theo, made["csv"]).strip() == ",".join(shapes.HEADERS)
    assert json.loads(file(theo, made["json"])) == []
    assert json.loads(file(theo, made["fhir"]))["entry"] == []


def test_a_file_holds_ids_and_no_name_and_waits_as_ciphertext(theo: Actor, rosa: Actor, ada: UUID, app_sql: Sql):
    opens(rosa, ada)
    made = [exports(theo, f"patient={ada}", form) for form in shapes.FORMS]
    work(app_sql)
    for where in made:
        said = file(theo, where)
        assert str(ada) in said
        for name in ("Ada", "Lovelace", "Rosa"):
            assert name not in said
        (piece,) = folder_of(id_of(where)).iterdir()
        assert str(ada).encode() not in piece.read_bytes()
        assert piece.stat().st_mode & 0o777 == 0o600
    queued = app_sql.execute("SELECT string_agg(args::text, ' ') FROM procrastinate_jobs").fetchone()
    assert queued is not None
    assert str(ada) not in queued[0]


def test_a_formula_in_an_entry_is_text_in_the_table(theo: Actor, ada: UUID):
    with present(again(theo)) as by:
        (row, *_) = queries.all_of(Question(), by, 10)
    wrong = dataclasses.replace(row, verb="=HYPERLINK(1)", outcome="@x")
    said = shapes.FORMS["csv"].piece([wrong], theo.practice).decode()
    assert "'=HYPERLINK(1)" in said
    assert "'@x" in said


def test_asking_making_and_downloading_are_each_on_record(
    willow: Clinic, theo: Actor, rosa: Actor, ada: UUID, app_sql: Sql
):
    where = exports(theo, f"patient={ada}")
    work(app_sql)
    taken = rows(theo, where)
    with present(again(theo)) as by:
        found = queries.all_of(Question(actor=theo.id), by, 100)
    said = {(row.kind, row.verb) for row in found}
    for verb in ("activity.export_asked", "activity.exported", "activity.export_taken"):
        assert ("action", verb) in said
    for verb in ("activity.exported", "activity.export_taken"):
        assert ("open", verb) in said
    read = [row.detail for row in found if row.verb == "ledger.read" and row.detail.get("exported")]
    assert read[0]["found"] == len(taken) > 0
    assert "subjects" in read[0]["asked"]
    with present(willow.system) as by:
        assert reconcile(by) == []


def test_who_asked_is_told_when_it_is_done(theo: Actor, ada: UUID, app_sql: Sql):
    where = exports(theo)
    with present(again(theo)):
        assert not Notice.objects.filter(member_id=theo.id, kind=actions.READY).exists()
    work(app_sql)
    with present(again(theo)):
        assert Notice.objects.get(member_id=theo.id, kind=actions.READY).about == id_of(where)
    assert f'href="{where}file/"' in text(ask(again(theo), where))


def test_only_whoever_asked_downloads_it(willow: Clinic, theo: Actor, ada: UUID, app_sql: Sql):
    where = exports(theo)
    work(app_sql)
    other = willow.employs("sena", Role.SECURITY_OFFICER, Purpose.HCOMPL)
    for path in (where, f"{where}file/"):
        assert ask(again(other), path).status_code == 404
    assert id_of(where).hex not in text(ask(again(other), "/activity/exports/")).replace("-", "")


def test_a_day_later_it_is_gone(willow: Clinic, theo: Actor, ada: UUID, app_sql: Sql, monkeypatch: pytest.MonkeyPatch):
    where = exports(theo)
    work(app_sql)
    later = clock.now() + actions.KEPT
    monkeypatch.setattr(clock, "now", lambda: later)
    answer = ask(again(theo), f"{where}file/")
    assert (answer.status_code, Refusal("EXPORT_EXPIRED").message in text(answer)) == (410, True)
    assert Refusal("EXPORT_EXPIRED").message in text(ask(again(theo), where))
    with present(willow.system) as by:
        assert actions.expire(by=by) == 1
    assert stands(willow, where).state == "gone"
    assert not folder_of(id_of(where)).exists()
    with present(again(theo)) as by:
        assert queries.all_of(Question(verb="activity.exports_expired"), by, 5)


def test_more_than_a_file_holds_is_refused_before_anything_is_made(
    willow: Clinic, theo: Actor, ada: UUID, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(actions, "MOST", 1)
    answer = ask(again(theo), "/activity/exports/", {"form": "csv"})
    assert answer.status_code == 422
    assert Refusal("EXPORT_TOO_LARGE", most=1).message in text(answer)
    assert ask(again(theo), "/activity/exports/", {"form": "pdf"}).status_code == 422
    with present(willow.system):
        assert not LogExport.objects.exists()


def auditor(clinic: Clinic, **limits) -> Actor:
    """An auditor let in to look at this."""
    ansel = clinic.employs("ansel", Role.AUDITOR, Purpose.HCOMPL)
    return limited(clinic, ansel, **limits)


def limited(clinic: Clinic, ansel: Actor, **limits) -> Actor:
    with present(clinic.system) as by:
        mine = Membership.objects.get(id=ansel.id)
        auditors.rescope(mine, clock.now() + dt.timedelta(days=9), Scope(**limits), by=by)
    return dataclasses.replace(again(ansel), scope=Scope(**limits))


def test_an_auditor_exports_what_they_were_let_in_to_look_at(
    willow: Clinic, rosa: Actor, ada: UUID, bo: UUID, app_sql: Sql
):
    ansel = auditor(willow, patients=frozenset({ada}))
    where = exports(ansel)
    work(app_sql)
    found = rows(ansel, where)
    assert found
    assert all(str(ada) in row["subjects"] for row in found)
    assert ask(again(ansel), f"/activity/exports/?patient={bo}", {"form": "csv"}).status_code == 403


def test_an_auditor_who_was_given_another_scope_downloads_nothing_made_before(
    willow: Clinic, ada: UUID, bo: UUID, app_sql: Sql
):
    ansel = auditor(willow, patients=frozenset({ada}))
    made, waiting = exports(ansel), None
    work(app_sql)
    waiting = exports(ansel)
    ansel = limited(willow, ansel, patients=frozenset({bo}))
    answer = ask(again(ansel), f"{made}file/")
    assert (answer.status_code, Refusal("AUDITOR_SCOPE").message in text(answer)) == (403, True)
    work(app_sql)
    assert stands(willow, waiting).state == "stopped"
    assert not folder_of(id_of(waiting)).exists()
    assert "was stopped" in text(ask(again(ansel), waiting))
    with present(again(willow.system)) as by:
        assert queries.all_of(Question(verb="activity.export_stopped"), by, 5)


def test_the_log_leads_to_its_export_with_its_filters(theo: Actor, rosa: Actor, ada: UUID):
    opens(rosa, ada)
    page = text(ask(again(theo), f"/activity/?kind=open&patient={ada}"))
    assert f"/activity/exports/?patient={ada}&amp;kind=open" in page
    form = text(ask(again(theo), f"/activity/exports/?kind=open&patient={ada}"))
    assert f'action="/activity/exports/?patient={ada}&amp;kind=open"' in form
    assert "/activity/exports/" not in text(ask(again(rosa), "/my-activity/"))
    assert ask(again(rosa), "/activity/exports/").status_code == 403
