"""Care teams, cover, supervision and on call: what each gives, for how long, and that nobody gives it to themselves."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from keepwell.access import actions, policy, relations, teams
from keepwell.access.models import CareTeam, CareTeamMember, Duty, Membership
from keepwell.access.tests.test_actions import codes, verbs
from keepwell.access.tests.test_alternates import hat
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from tests.browse import ask, text
from tests.cast import Clinic

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def dee(willow: Clinic) -> Actor:
    return willow.employs("dee", Role.PRACTITIONER, Purpose.TREAT)


@pytest.fixture
def jun(willow: Clinic) -> Actor:
    return willow.employs("jun", Role.TRAINEE, Purpose.TREAT)


def of(who: Actor) -> Membership:
    return Membership.objects.get(id=who.id)


def stand_in(clinic: Clinic, kind: str, who: Actor, for_whom: Actor | None = None, **more: Any) -> Duty:
    with present(clinic.system) as by:
        whom = of(for_whom) if for_whom else None
        return teams.stand_in(kind, of(who), by=by, of=whom, **{"ends": clock.now() + HOUR} | more)


def team_of(clinic: Clinic, patient: UUID, *members: Actor) -> CareTeam:
    with present(clinic.system) as by:
        team = actions.form_team("Day", [of(m) for m in members], by=by)
        actions.relate(patient, team=team.id, by=by)
    return team


def ways(clinic: Clinic, patient: UUID) -> list[relations.Path]:
    with present(clinic.system):
        return relations.paths([patient])


def test_cover_gives_the_colleagues_patients_meanwhile(willow: Clinic, imani: Actor, dee: Actor, ada: UUID, bo: UUID):
    team_of(willow, ada, imani)
    with present(willow.system) as by:
        relations.by_work(bo, imani.id, "visit", clock.now(), clock.now() + HOUR, by=by)
    assert codes(dee, ada) == codes(dee, bo) == ["POLICY_DENY"]
    duty = stand_in(willow, "cover", dee, imani)
    assert verbs(willow)[-1] == "duty.began"
    assert codes(dee, ada) == codes(dee, bo) == []
    with present(willow.system) as by:
        teams.stand_down(duty, by=by)
    assert verbs(willow)[-1] == "duty.ended"
    assert codes(dee, ada) == codes(dee, bo) == ["POLICY_DENY"]


def test_what_begins_later_gives_nothing_yet(willow: Clinic, imani: Actor, dee: Actor, ada: UUID):
    team_of(willow, ada, imani)
    stand_in(willow, "cover", dee, imani, starts=clock.now() + HOUR, ends=clock.now() + 2 * HOUR)
    assert codes(dee, ada) == ["POLICY_DENY"]


def test_cover_of_cover_is_nobodys(willow: Clinic, imani: Actor, dee: Actor, cleo: Actor, ada: UUID):
    with present(willow.system) as by:
        actions.relate(ada, member=imani.id, by=by)
    stand_in(willow, "cover", dee, imani)
    stand_in(willow, "cover", cleo, dee)
    assert (codes(dee, ada), codes(cleo, ada)) == ([], ["POLICY_DENY"])


def test_a_supervisor_sees_the_trainees_patients_and_not_the_other_way(
    willow: Clinic, imani: Actor, jun: Actor, ada: UUID, bo: UUID
):
    with present(willow.system) as by:
        actions.relate(ada, member=jun.id, by=by)
        actions.relate(bo, member=imani.id, by=by)
    stand_in(willow, "supervision", imani, jun, ends=None)
    assert codes(imani, ada) == []
    assert codes(jun, bo) == ["POLICY_DENY"]


def test_on_call_is_for_a_team(willow: Clinic, imani: Actor, dee: Actor, ada: UUID):
    team = team_of(willow, ada, imani)
    stand_in(willow, "on_call", dee, team=team)
    assert codes(dee, ada) == []
    (path,) = [each for each in ways(willow, ada) if each.member == dee.id]
    assert (path.duty, path.team, path.basis_word) == ("on_call", "Day", "care team")


def test_all_of_it_is_one_statement(willow: Clinic, dee: Actor, imani: Actor, ada: UUID):
    team = team_of(willow, ada, imani)
    stand_in(willow, "on_call", dee, team=team)
    with present(dee) as by, CaptureQueriesContext(connections["default"]) as asked:
        assert policy.cared_for(by, [ada]) == {ada}
        assert policy.cared_for(by) == {ada}
    assert len(asked) == 2
    with present(willow.system), CaptureQueriesContext(connections["default"]) as asked:
        relations.paths([ada])
    assert len(asked) <= 4


def test_the_ways_say_since_when_and_until_when(willow: Clinic, imani: Actor, dee: Actor, ada: UUID):
    until = clock.now() + 3 * HOUR
    with present(willow.system) as by:
        relations.by_work(ada, imani.id, "visit", clock.now() - HOUR, until, by=by)
    duty = stand_in(willow, "cover", dee, imani)
    own, covered = ways(willow, ada)
    assert (own.member, own.until, own.basis_word) == (imani.id, until, "a visit")
    assert (covered.member, covered.of, covered.until, covered.since) == (
        dee.id, imani.id, duty.ends_at, duty.starts_at
    )  # fmt: skip


def test_a_basis_nobody_named_makes_no_relation(willow: Clinic, imani: Actor, ada: UUID):
    with present(willow.system) as by, pytest.raises(KeyError):
        relations.by_work(ada, imani.id, "whim", clock.now(), None, by=by)


def test_a_team_is_renamed_joined_left_and_ended(willow: Clinic, imani: Actor, dee: Actor, ada: UUID):
    team = team_of(willow, ada, imani)
    with present(willow.system) as by:
        teams.rename(team, "  Night   shift ", by=by)
        place = teams.add(team, of(dee), by=by)
    assert team.name == "Night shift"
    assert verbs(willow)[-2:] == ["care_team.renamed", "care_team.joined"]
    assert codes(dee, ada) == []
    with present(willow.system) as by:
        teams.remove(place, by=by)
    assert verbs(willow)[-1] == "care_team.left"
    assert codes(dee, ada) == ["POLICY_DENY"]
    stand_in(willow, "on_call", dee, team=team)
    with present(willow.system) as by:
        teams.end(team, by=by)
    assert verbs(willow)[-1] == "care_team.ended"
    assert codes(imani, ada) == codes(dee, ada) == ["POLICY_DENY"]


def test_what_makes_no_sense_is_refused_by_name(willow: Clinic, imani: Actor, dee: Actor, rosa: Actor, jun: Actor):
    def code(kind: str, who: Actor, for_whom: Actor | None = None, **more: Any) -> str:
        with pytest.raises(Refusal) as refused:
            stand_in(willow, kind, who, for_whom, **more)
        return refused.value.code

    assert code("cover", imani, imani) == "DUTY_UNSUITABLE"
    assert code("supervision", imani, dee) == "DUTY_UNSUITABLE"
    assert code("on_call", imani, dee) == "DUTY_UNSUITABLE"
    assert code("cover", rosa, imani) == "ROLE_WITHOUT_PATIENTS"
    assert code("supervision", jun, jun) == "ROLE_WITHOUT_PATIENTS"
    assert code("cover", dee, imani, ends=None) == "DATES_CROSSED"
    assert code("cover", dee, imani, ends=clock.now() - HOUR) == "DATES_CROSSED"
    with present(willow.system) as by:
        actions.form_team("Day", [], by=by)
        with pytest.raises(Refusal) as refused:
            actions.form_team("day", [], by=by)
    assert refused.value.code == "TEAM_NAME_TAKEN"


def test_nobody_puts_themselves_where_patients_are_while_another_could(willow: Clinic, pat: Actor, ada: UUID):
    doctor = hat(willow, pat, Role.PRACTITIONER, Purpose.TREAT)
    with present(pat) as by:
        team = actions.form_team("Day", [], by=by)
        teams.add(team, of(doctor), by=by)
    other = willow.employs("ann", Role.ADMINISTRATOR, Purpose.HSYSADMIN)
    mine = Actor(pat.id, pat.practice, pat.role, pat.purpose)
    with present(mine) as by:
        for act in (
            lambda: teams.add(team, of(doctor), by=by),
            lambda: actions.form_team("Night", [of(doctor)], by=by),
            lambda: teams.stand_in("on_call", of(doctor), by=by, team=team, ends=clock.now() + HOUR),
        ):
            with pytest.raises(Refusal) as refused:
                act()
            assert refused.value.code == "SELF_APPROVAL"
    with present(other) as by:
        teams.add(team, of(doctor), by=by)


def test_the_pages_form_a_team_fill_it_and_name_who_is_on_call(willow: Clinic, pat: Actor, imani: Actor, rosa: Actor):
    assert ask(pat, "/settings/care-teams/", {"name": "Day"}).status_code == 302
    again = ask(pat, "/settings/care-teams/", {"name": "Day"})
    assert (again.status_code, "TEAM_NAME_TAKEN" in text(again)) == (422, True)
    with present(willow.system):
        team = CareTeam.objects.get()
    here = f"/settings/care-teams/{team.id}/"
    assert ask(pat, here, {"member": str(imani.id), "starts": "", "ends": ""}).status_code == 302
    assert "Imani · provider" in text(ask(pat, here))
    assert ask(pat, here, {"name": "Night"}).status_code == 302
    soon = f"{clock.now() + dt.timedelta(days=2):%Y-%m-%dT%H:%M}"
    said = {"member": str(imani.id), "of": str(team.id), "starts": "", "ends": soon}
    wrong = ask(pat, "/settings/stand-in/on_call/add/", said | {"ends": ""})
    assert (wrong.status_code, "DATES_CROSSED" in text(wrong)) == (422, True)
    assert ask(pat, "/settings/stand-in/on_call/add/", said).status_code == 302
    assert "Imani for Night" in text(ask(pat, "/settings/care-teams/"))
    with present(willow.system):
        duty, place = Duty.objects.get(), CareTeamMember.objects.get()
    assert ask(pat, f"/settings/stand-in/{duty.id}/end/", {}).status_code == 302
    assert ask(pat, f"{here}{place.id}/end/", {}).status_code == 302
    assert ask(pat, f"{here}end/", {}).status_code == 302
    assert ask(pat, here).status_code == 404
    assert ask(pat, "/settings/stand-in/nonsense/add/").status_code == 404
    assert ask(rosa, "/settings/care-teams/").status_code == 403
