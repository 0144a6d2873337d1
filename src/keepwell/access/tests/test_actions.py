"""What happens to practices, people and the facts that decide access, and what it does to the very next decision."""

from __future__ import annotations

from uuid import UUID

from keepwell.access import actions as access
from keepwell.access import policy
from keepwell.access.models import CareRelation, Membership, Practice, Restriction
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.ledger import wire
from keepwell.ledger.doorway import present
from keepwell.vault.phi import PhiClass
from tests.cast import Clinic

CLINICAL = frozenset({PhiClass.CLINICAL})


def verbs(clinic: Clinic) -> list[str]:
    "What the ledger of a clinic says happened."
    with present(clinic.system):
        rows = wire.rows("default", "SELECT verb FROM custody.entry WHERE kind = 'action' ORDER BY at")
    return [verb for (verb,) in rows]


def codes(actor: Actor, patient: UUID, classes: frozenset[PhiClass] = CLINICAL) -> list[str]:
    "Why `actor` may not open `patient` now."
    again = Actor(actor.id, actor.practice, actor.role, actor.purpose)
    with present(again):
        return [refusal.code for refusal in policy.refused(again, classes, [patient]).values()]


def test_a_practice_begins_with_itself_and_its_keys(willow: Clinic):
    assert verbs(willow) == ["practice.opened"]
    with present(willow.system):
        assert Practice.objects.get().state == "MA"


def test_somebody_is_added_and_joins(willow: Clinic, rosa: Actor):
    assert verbs(willow) == ["practice.opened", "person.added", "membership.started"]
    with present(willow.system):
        assert Membership.objects.get().role == Role.FRONT_DESK


def test_somebody_leaves(willow: Clinic, rosa: Actor):
    with present(willow.system) as by:
        access.leave(Membership.objects.get(id=rosa.id), by=by)
    assert verbs(willow)[-1] == "membership.ended"
    with present(willow.system):
        assert Membership.objects.get(id=rosa.id).ends_at is not None


def test_a_care_relation_opens_the_chart_and_its_end_closes_it(willow: Clinic, imani: Actor, ada: UUID):
    assert codes(imani, ada) == ["POLICY_DENY"]
    with present(willow.system) as by:
        access.relate(ada, member=imani.id, by=by)
    assert verbs(willow)[-1] == "care_relation.began"
    assert codes(imani, ada) == []
    with present(willow.system) as by:
        access.unrelate(CareRelation.objects.get(), by=by)
    assert verbs(willow)[-1] == "care_relation.ended"
    assert codes(imani, ada) == ["POLICY_DENY"]


def test_a_care_team_shares_its_relations(willow: Clinic, imani: Actor, cleo: Actor, ada: UUID):
    with present(willow.system) as by:
        team = access.form_team("Day", [Membership.objects.get(id=imani.id)], by=by)
        access.relate(ada, team=team.id, by=by)
    assert "care_team.formed" in verbs(willow)
    assert codes(imani, ada) == []
    assert codes(cleo, ada) == ["POLICY_DENY"]


def test_a_restriction_binds_until_it_is_lifted(willow: Clinic, rosa: Actor, ada: UUID):
    names = frozenset({PhiClass.IDENTITY})
    assert codes(rosa, ada, names) == []
    with present(willow.system) as by:
        access.restrict(ada, names, by=by, role=Role.FRONT_DESK)
    assert verbs(willow)[-1] == "restriction.agreed"
    assert codes(rosa, ada, names) == ["RESTRICTION_BLOCK"]
    with present(willow.system) as by:
        access.lift(Restriction.objects.get(), by=by)
    assert verbs(willow)[-1] == "restriction.ended"
    assert codes(rosa, ada, names) == []


def test_a_restriction_for_nobody_in_particular_leaves_those_who_care(
    willow: Clinic, rosa: Actor, imani: Actor, ada: UUID
):
    names = frozenset({PhiClass.IDENTITY})
    with present(willow.system) as by:
        access.restrict(ada, names, by=by)
        access.relate(ada, member=imani.id, by=by)
    assert codes(imani, ada, names) == []
    assert codes(rosa, ada, names) == ["RESTRICTION_BLOCK"]


def test_a_role_sees_what_the_table_says_and_no_more(bea: Actor, theo: Actor, ada: UUID):
    assert codes(bea, ada, frozenset({PhiClass.COVERAGE})) == []
    assert codes(theo, ada, frozenset({PhiClass.COVERAGE})) == ["POLICY_DENY"]
    assert codes(bea, ada) == ["POLICY_DENY"]


def test_a_page_is_opened_for_its_purpose_or_for_the_roles_own():
    assert policy.purpose_of(Role.PRACTITIONER, Purpose.TREAT) == Purpose.TREAT
    assert policy.purpose_of(Role.BILLER, Purpose.TREAT) == Purpose.HPAYMT
    assert policy.purpose_of(Role.PRIVACY_OFFICER, Purpose.TREAT) == Purpose.HCOMPL
