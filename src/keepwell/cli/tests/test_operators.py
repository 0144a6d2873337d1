"""Whoever is at the machine says who and why first; it is on record in the house and in each practice, and reviewed."""

from __future__ import annotations

import argparse
import contextlib
import io
from uuid import UUID

import psycopg
import pytest

from keepwell import charts
from keepwell.access import operators as access
from keepwell.access import support
from keepwell.access.models import Membership, OperatorAccess
from keepwell.access.operators import Operator
from keepwell.access.tests.somebody import entries
from keepwell.access.tests.test_actions import verbs
from keepwell.access.tests.test_setup import seals_a_kit
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.cli import main, operators
from keepwell.cli.commands import console, reconcile
from keepwell.cli.tests.conftest import WHO
from keepwell.ledger import reasons
from keepwell.ledger.doorway import present
from keepwell.operations import schema
from keepwell.patients.excerpts import NameTag
from keepwell.patients.models import Patient
from tests.browse import ask, text
from tests.cast import Clinic

TESS = Operator("root", WHO[1], WHO[3], "console")
ASKING = ("console", "import-fhir", "ledger", "reconcile", "recovery-kit", "rotate", "sign-in-link", "update")


@pytest.fixture(autouse=True)
def database_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "database_up", lambda places, say: contextlib.nullcontext())


def reconciles(clinic: Clinic, *words: str) -> int:
    parser = argparse.ArgumentParser()
    reconcile.add(parser)
    return reconcile.run(parser.parse_args([clinic.practice.slug, *words]))


@pytest.mark.parametrize("words", [(), ("--who", "Tess"), ("--why", "I want to look"), ("--who", "T", *WHO[2:])])
def test_without_a_name_and_a_reason_nothing_is_done(willow: Clinic, words: tuple[str, ...]):
    with pytest.raises(Refusal) as refused:
        reconciles(willow, *words)
    assert refused.value.code == "OPERATOR_UNNAMED"
    assert entries("ledger.reconciled", willow.system) == []


def test_every_command_that_touches_practice_data_asks(capsys: pytest.CaptureFixture[str]):
    for name in ASKING:
        words = ["ledger", "export"] if name == "ledger" else [name]
        with pytest.raises(SystemExit):
            main.main([*words, "--help"])
        assert "--who" in capsys.readouterr().out, name


def test_it_is_on_record_before_it_is_done_in_the_house_and_in_the_practice(
    willow: Clinic, theo: Actor, owner_sql: psycopg.Connection
):
    assert reconciles(willow, *WHO) == 0
    assert [v for v in verbs(willow) if v.startswith("operator")] == ["operator.entered", "operator.left"]
    with present(theo) as by:
        row = OperatorAccess.objects.get()
        assert (row.named, row.command, row.ended_at is None) == ("Tess Tester", "reconcile", False)
        assert reasons.read([row.said], by)[row.said] == "Tess Tester: a test of the command line"
    owner_sql.execute("SET ROLE keepwell_custodian")
    told = owner_sql.execute(
        "SELECT practice_id, min(at) FROM custody.entry WHERE verb = 'operator.asked' AND detail LIKE '%reconcile%'"
        " GROUP BY practice_id ORDER BY 2 DESC LIMIT 2"
    ).fetchall()
    assert {practice for practice, _at in told} == {UUID(int=0), willow.practice.id}
    asked = "SELECT at FROM custody.entry WHERE verb = 'ledger.reconciled' ORDER BY at DESC"
    done = owner_sql.execute(asked).fetchone()
    assert done is not None
    assert all(at < done[0] for _practice, at in told)


def test_the_console_begins_with_nothing_open(willow: Clinic, ada: UUID):
    enter = console.opened(TESS)["enter"]
    with pytest.raises(Refusal) as refused:
        Patient.objects.create()
    assert refused.value.code == "NOBODY_PRESENT"
    assert Patient.objects.count() == 0
    with enter(willow.practice.slug) as by:
        assert Patient.objects.count() == 1
        with pytest.raises(Refusal) as refused:
            charts.open(ada, NameTag, by=by)
        assert refused.value.code == "POLICY_DENY"
    with enter(willow.practice.slug, "HOPERAT") as by:
        assert charts.open(ada, NameTag, by=by).one(NameTag).given_name == "Ada"
    assert Patient.objects.count() == 0


def test_an_operator_stands_in_the_weekly_review_with_what_was_opened(willow: Clinic, theo: Actor, ada: UUID):
    with console.opened(TESS)["enter"](willow.practice.slug, "HOPERAT") as by:
        charts.open(ada, NameTag, by=by)
    page = text(ask(theo, "/reviews/"))
    for words in ("Tess Tester", "Operator, console", "opened protected values"):
        assert words in page, words
    with present(theo):
        access_ = OperatorAccess.objects.get()
    page = text(ask(theo, f"/reviews/{access_.id}/"))
    assert "Tess Tester: a test of the command line" in page
    assert "1 time: name and birth date" in page
    assert "Tess Tester, operator" in text(ask(theo, f"/activity/?session={access_.id}"))
    found = {"outcome": "appropriate", "comment": "Announced beforehand"}
    assert ask(theo, f"/reviews/{access_.id}/", found).status_code == 302


def test_an_operator_who_is_an_officer_here_does_not_review_themself(willow: Clinic, theo: Actor):
    with present(willow.system):
        email = willow.members["theo"].person.email or ""
    with console.opened(Operator("root", email, WHO[3], "console"))["enter"](willow.practice.slug):
        pass
    with present(theo):
        access_ = OperatorAccess.objects.get()
    answer = ask(theo, f"/reviews/{access_.id}/", {"outcome": "appropriate", "comment": "it was myself"})
    assert "REVIEW_OWN_ACTIVITY" in text(answer)


def enters(clinic: Clinic) -> str:
    """The code with which an operator is refused, or nothing."""
    try:
        with access.working(clinic.practice.id, "Willow", TESS):
            return ""
    except Refusal as refusal:
        return refusal.code


def test_where_a_practice_asks_for_it_operators_need_an_approved_time(willow: Clinic, oak: Clinic, pat: Actor):
    assert enters(willow) == ""
    assert ask(pat, "/support-access/", {"do": "require"}).status_code == 302
    assert enters(willow) == "SUPPORT_NOT_APPROVED"
    assert entries("page.opened", willow.system)[-1]["outcome"] == "SUPPORT_NOT_APPROVED"
    assert enters(oak) == ""
    assert ask(pat, "/support-access/", {"do": "approve", "hours": "4"}).status_code == 302
    assert "Approved until" in text(ask(pat, "/support-access/"))
    assert enters(willow) == ""
    ask(pat, "/support-access/", {"do": "close"})
    assert enters(willow) == "SUPPORT_NOT_APPROVED"
    ask(pat, "/support-access/", {"do": "waive"})
    assert enters(willow) == ""
    expected = ["support.approval_required", "support.window_approved", "support.window_closed"]
    assert [v for v in verbs(willow) if v.startswith("support")] == [*expected, "support.approval_waived"]


def test_only_administrators_approve_and_only_hours_there_are(pat: Actor, theo: Actor, imani: Actor):
    for by in (theo, imani):
        assert ask(by, "/support-access/", {"do": "waive"}).status_code == 403
    assert ask(pat, "/support-access/", {"do": "approve", "hours": "900"}).status_code == 422
    assert ask(pat, "/support-access/", {"do": "anything"}).status_code == 422
    with present(pat) as by, pytest.raises(Refusal) as refused:
        support.approve(5, by=by)
    assert refused.value.code == "CHOICE_UNKNOWN"


def test_what_is_typed_at_the_terminal_counts_as_well(monkeypatch: pytest.MonkeyPatch, willow: Clinic):
    typed = iter(["Tess Tester\n", "asked at the terminal\n"])
    monkeypatch.setattr("sys.stdin", argparse.Namespace(isatty=lambda: True, readline=lambda: next(typed)))
    operator = operators.ask(argparse.Namespace(who="", why=""), "console")
    assert operator.words == "Tess Tester: asked at the terminal"


def test_the_recovery_kit_is_used_at_the_machine_too(
    willow: Clinic, pat: Actor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    code = seals_a_kit(pat)
    with present(willow.system):
        email = Membership.objects.select_related("person").get(id=pat.id).person.email
    for typed, expected in ((code[::-1], "KIT_MISTYPED"), (code, ""), (code, "KIT_REFUSED")):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))
        done = main.main(["recovery-kit", str(email), *WHO, "--site", "https://willow.example"])
        said = capsys.readouterr()
        assert (expected in said.err) if expected else (done == 0)
        assert expected or "https://willow.example/sign-in/link/" in said.out
        assert code not in said.out + said.err
