"""Roles of a practice's own: a difference from a base, within its ceiling, decided with on the very next request."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

import keepwell
from keepwell.access import custom_roles, policy
from keepwell.access.models import CustomRole, Membership
from keepwell.access.policy import MAY_GROW, MAY_SEE, Can
from keepwell.access.tests.somebody import Somebody, refused
from keepwell.access.tests.test_actions import verbs
from keepwell.base.actor import Actor, Custom, Role
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from keepwell.vault.phi import PhiClass
from tests.browse import ask, text
from tests.cast import Clinic

FINDS = Can.FIND_PATIENTS.value


def make(clinic: Clinic, base: Role, name: str = "Greeter", adds: tuple[str, ...] = (), drops: tuple[str, ...] = ()):
    with present(clinic.system) as by:
        return custom_roles.make(base, name, adds, drops, by=by)


def worn(who: Actor, adds: tuple[str, ...] = (), drops: tuple[str, ...] = ()) -> Actor:
    return dataclasses.replace(who, custom=Custom(new_id(), "Own", frozenset(adds), frozenset(drops)))


def test_two_browsers_a_role_given_changes_the_very_next_request(willow: Clinic, pat: Actor):
    rosa = Somebody.at(willow, Role.FRONT_DESK).signs_in()
    assert rosa.browser.get("/patients/").status_code == 200
    role = make(willow, Role.FRONT_DESK, drops=(FINDS,))
    assert verbs(willow)[-1] == "role.made"
    give = f"/settings/own-roles/{role.id}/{rosa.membership.id}/"
    assert ask(pat, give, {"give": "on"}).status_code == 302
    assert verbs(willow)[-1] == "role.given"
    refused(rosa.browser.get("/patients/"), "ACCESS_DENIED", 403)
    assert "Greeter" in rosa.browser.get("/").content.decode()
    assert ask(pat, give, {"give": "off"}).status_code == 302
    assert rosa.browser.get("/patients/").status_code == 200


def test_the_ledger_keeps_the_base_and_names_the_role(willow: Clinic, pat: Actor):
    rosa = Somebody.at(willow, Role.FRONT_DESK).signs_in()
    role = make(willow, Role.FRONT_DESK, adds=(Can.MERGE_PATIENTS.value,))
    ask(pat, f"/settings/own-roles/{role.id}/{rosa.membership.id}/", {"give": "on"})
    rosa.browser.get("/activity/")
    (entry,) = rosa.entries("page.opened")
    assert str(role.id) in entry["detail"]


def test_a_difference_is_less_or_a_little_more(rosa: Actor, theo: Actor):
    assert not policy.may(worn(rosa, drops=(FINDS,)), Can.FIND_PATIENTS)
    assert policy.may(worn(rosa, adds=(Can.MERGE_PATIENTS.value,)), Can.MERGE_PATIENTS)
    assert PhiClass.COVERAGE not in policy.visible(worn(rosa, drops=("coverage",)))
    assert PhiClass.COVERAGE in policy.visible(worn(theo, adds=("coverage",)))


def test_the_ceiling_holds_whatever_a_row_says(rosa: Actor, imani: Actor):
    everything = tuple(Can) + tuple(PhiClass)
    assert policy.visible(worn(rosa, adds=everything)) == policy.visible(rosa)
    assert not policy.may(worn(rosa, adds=everything), Can.MANAGE_ACCESS)
    assert PhiClass.PSYCHOTHERAPY not in policy.visible(worn(imani, adds=everything))


def test_no_ceiling_opens_what_it_must_not():
    for role, more in MAY_GROW.items():
        assert PhiClass.PSYCHOTHERAPY not in more
        assert not more & {Can.MANAGE_ACCESS, Can.READ_LEDGER, Can.APPROVE_ACCESS, Can.REVIEW_ACCESS}, role
        if not any(PhiClass.CLINICAL in seen for (each, _), seen in MAY_SEE.items() if each == role):
            assert not more & policy.NEEDS_RELATION, role
    assert {Role.SYSTEM, Role.PATIENT, Role.PROXY, Role.SUPPORT}.isdisjoint(MAY_GROW)


@pytest.mark.parametrize(
    ("base", "adds", "drops"),
    [
        (Role.FRONT_DESK, ("clinical",), ()),
        (Role.PRACTITIONER, ("psychotherapy",), ()),
        (Role.SECURITY_OFFICER, (Can.MERGE_PATIENTS.value,), ()),
        (Role.FRONT_DESK, (), (Can.MANAGE_OWN_SIGN_IN.value,)),
        (Role.SYSTEM, (), ()),
    ],
)
def test_beyond_the_floor_is_refused(willow: Clinic, base: Role, adds: tuple[str, ...], drops: tuple[str, ...]):
    with pytest.raises(Refusal) as said:
        make(willow, base, adds=adds, drops=drops)
    assert said.value.code == "SAFEGUARD_FLOOR"


def test_nobody_changes_their_own_role_and_a_role_in_use_stays(willow: Clinic, pat: Actor, rosa: Actor):
    role = make(willow, Role.ADMINISTRATOR, drops=(Can.IMPORT_RECORDS.value,))
    with present(pat) as by:
        mine, desk = Membership.objects.get(id=pat.id), Membership.objects.get(id=rosa.id)
        for act, code in (
            (lambda: custom_roles.give(mine, role, by=by), "SELF_APPROVAL"),
            (lambda: custom_roles.give(desk, role, by=by), "SAFEGUARD_FLOOR"),
        ):
            with pytest.raises(Refusal) as said:
                act()
            assert said.value.code == code
    with present(willow.system) as by:
        custom_roles.give(mine, role, by=by)
        with pytest.raises(Refusal) as said:
            custom_roles.retire(role, by=by)
    assert said.value.code == "ROLE_IN_USE"
    again = dataclasses.replace(pat, request=new_id())
    with present(again) as by, pytest.raises(Refusal) as said:
        custom_roles.change(role, [], [], by=by)
    assert said.value.code == "SELF_APPROVAL"
    with present(willow.system) as by:
        custom_roles.give(mine, None, by=by)
        custom_roles.retire(role, by=by)
    assert verbs(willow)[-1] == "role.retired"


def test_the_pages_show_the_table_and_make_a_role(willow: Clinic, pat: Actor, rosa: Actor, imani: Actor):
    page = text(ask(rosa, "/settings/roles/"))
    assert "What a role sees, by purpose" in page
    assert "substance use program records*" in page
    desk = text(ask(rosa, "/settings/roles/front_desk/"))
    assert "register and edit patients" in desk
    assert "Make a role of our own" not in desk
    assert ask(rosa, "/settings/roles/front_desk/", {"name": "X"}).status_code == 403
    assert ask(rosa, "/settings/roles/system/").status_code == 404
    made = ask(pat, "/settings/roles/front_desk/", {"name": "Greeter", "drops": [FINDS]})
    assert made.status_code == 302
    taken = ask(pat, "/settings/roles/front_desk/", {"name": "greeter"})
    assert (taken.status_code, "ROLE_NAME_TAKEN" in text(taken)) == (422, True)
    with present(willow.system):
        role = CustomRole.objects.get()
    here = f"/settings/own-roles/{role.id}/"
    assert ask(pat, here, {"drops": ["coverage"]}).status_code == 302
    assert verbs(willow)[-1] == "role.changed"
    assert "Made from front desk" in text(ask(pat, here))
    assert ask(pat, f"{here}{new_id()}/", {"give": "on"}).status_code == 404
    assert ask(pat, f"{here}retire/", {}).status_code == 302
    assert ask(pat, here).status_code == 404


def test_the_policy_is_asked_with_the_actor_so_that_a_practices_own_role_counts():
    asked = re.compile(r"\bmay\((?!self\b)[\w.()]*\.role,")  # a program has no hats
    top = Path(keepwell.__file__).parents[2]
    files = [f for part in ("src", "config") for f in (top / part).rglob("*.py") if "/tests/" not in str(f)]
    assert files
    assert [str(f) for f in files if asked.search(f.read_text(encoding="utf-8"))] == []
