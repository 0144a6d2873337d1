"""Auditors: for a time, read-only, within what they were let in to look at. And roles that do not go together."""

from __future__ import annotations

import dataclasses
import datetime as dt
from uuid import UUID

import pytest

from keepwell.access import actions, auditors, policy, separation
from keepwell.access.models import Membership
from keepwell.access.policy import Can
from keepwell.access.tests.somebody import Somebody, refused
from keepwell.access.tests.test_actions import verbs
from keepwell.access.tests.test_alternates import hat, person
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role, Scope
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger import queries
from keepwell.ledger.asking import Question
from keepwell.ledger.doorway import present
from tests.browse import ask
from tests.cast import Clinic

DAY = dt.timedelta(days=1)


@pytest.fixture
def ansel(willow: Clinic) -> Actor:
    return willow.employs("ansel", Role.AUDITOR, Purpose.HCOMPL)


def code(act) -> str:
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value.code


@pytest.mark.parametrize("until", [None, -DAY, 91 * DAY])
def test_an_auditor_without_an_end_near_enough_is_not_let_in(willow: Clinic, until: dt.timedelta | None):
    with present(willow.system) as by:
        who = actions.add_person(f"{new_id()}@example.org", "Ansel", by=by)
        end = None if until is None else clock.now() + until
        assert code(lambda: actions.join(who, Role.AUDITOR, by=by, until=end)) == "AUDITOR_TIME_BOX"


def test_an_officer_gives_more_time_and_another_scope_and_it_holds_on_the_next_request(willow: Clinic):
    ansel = Somebody.at(willow, Role.AUDITOR).signs_in()
    assert ansel.browser.get("/activity/").status_code == 200
    patient = new_id()
    with present(willow.system) as by:
        mine = Membership.objects.get(id=ansel.membership.id)
        assert code(lambda: auditors.rescope(mine, clock.now() + 91 * DAY, Scope(), by=by)) == "AUDITOR_TIME_BOX"
        auditors.rescope(mine, clock.now() + 80 * DAY, Scope(patients=frozenset({patient})), by=by)
    assert verbs(willow)[-1] == "auditor.rescoped"
    assert ansel.browser.get(f"/activity/?patient={patient}").status_code == 200
    refused(ansel.browser.get(f"/activity/?patient={new_id()}"), "AUDITOR_SCOPE", 403)


def test_only_auditors_are_rescoped(willow: Clinic, rosa: Actor):
    with present(willow.system) as by:
        desk = Membership.objects.get(id=rosa.id)
        assert code(lambda: auditors.rescope(desk, clock.now() + DAY, Scope(), by=by)) == "NOT_FOUND"


def scoped(ansel: Actor, **scope) -> Actor:
    return dataclasses.replace(ansel, scope=Scope(**scope), request=new_id())


def seen(ansel: Actor, question: Question = Question()) -> list[str]:  # noqa: B008 - frozen
    with present(ansel) as by:
        return [row.verb for row in queries.ask(question, by).rows]


def test_days_and_patients_outside_the_scope_are_not_in_the_log(willow: Clinic, ansel: Actor, ada: UUID, bo: UUID):
    today = clock.now().astimezone(dt.UTC).date()
    assert "patient.registered" in seen(scoped(ansel))
    assert seen(scoped(ansel, until=today - DAY)) == []
    assert seen(scoped(ansel, since=today + DAY)) == []
    about_ada = scoped(ansel, patients=frozenset({ada}))
    assert set(seen(about_ada)) == {"patient.registered"}
    assert code(lambda: seen(about_ada, Question(subjects=(bo,)))) == "AUDITOR_SCOPE"


def test_an_entry_outside_the_scope_stays_closed(willow: Clinic, ansel: Actor, ada: UUID, bo: UUID):
    with present(scoped(ansel)) as by:
        entries = {row.subjects[0]: row.id for row in queries.ask(Question(verb="patient.registered"), by).rows}
    about_ada = scoped(ansel, patients=frozenset({ada}))
    with present(about_ada):
        assert queries.one(entries[ada], about_ada).row.subjects == [ada]
        assert code(lambda: queries.one(entries[bo], about_ada)) == "AUDITOR_SCOPE"
    past = scoped(ansel, until=dt.date(2020, 1, 1))
    with present(past):
        assert code(lambda: queries.one(entries[ada], past)) == "AUDITOR_SCOPE"


def test_an_auditor_without_a_scope_sees_nothing(ansel: Actor):
    without = dataclasses.replace(ansel, scope=None)
    assert code(lambda: seen(without)) == "AUDITOR_SCOPE"


def test_an_auditor_sends_nothing_even_if_their_role_grows(ansel: Actor, monkeypatch: pytest.MonkeyPatch):
    grown = policy.MAY_DO | {Role.AUDITOR: frozenset(Can)}
    monkeypatch.setattr(policy, "MAY_DO", grown)
    answer = ask(ansel, "/patients/register/", {"given_name": "Eve"})
    refused(answer, "AUDITOR_SCOPE", 403)
    assert ask(ansel, "/settings/").status_code == 200


def test_roles_that_do_not_go_together_are_refused(willow: Clinic, rosa: Actor, ansel: Actor):
    desk, auditor = person(willow, rosa), person(willow, ansel)
    soon = clock.now() + DAY
    with present(willow.system) as by:
        assert code(lambda: actions.join(desk, Role.AUDITOR, by=by, until=soon)) == "ROLE_CONFLICT"
        assert code(lambda: actions.join(auditor, Role.PRACTITIONER, by=by)) == "ROLE_CONFLICT"
        assert code(lambda: actions.join(desk, Role.PATIENT, by=by)) == "ROLE_CONFLICT"
    assert hat(willow, rosa, Role.BILLER).role == Role.BILLER


def test_separation_is_mutual():
    pairs = [(a, b) for a in Role for b in Role]
    assert all(separation.conflict(a, b) == separation.conflict(b, a) for a, b in pairs)
    assert separation.conflict(Role.PATIENT, Role.PROXY) is False
