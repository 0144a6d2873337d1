"""Somebody comes to work here: asked, approved by another, identity and clearance checked, invited, accepted."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from keepwell.access import actions as access
from keepwell.access import clearance, grants, invitations
from keepwell.access.grants import Asked
from keepwell.access.models import Grant, Membership, Notice, Person
from keepwell.access.tests.somebody import PASSWORD, Somebody, entries, refused
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from tests.cast import Clinic


def wants(email: str = "", role: Role = Role.FRONT_DESK, name: str = "Bo Nguyen", **more) -> Asked:
    return Asked(email or f"bo.{clock.microseconds()}@example.org", name, role, "employee", clock.now(), **more)


def asked(by: Actor, what: Asked) -> Grant:
    with present(Actor(by.id, by.practice, by.role, by.purpose)) as who:
        return grants.ask(what, by=who)


def cleared(grant: Grant, by: Actor) -> Grant:
    "Identity and every item, looked up."
    with present(Actor(by.id, by.practice, by.role, by.purpose)) as who:
        grants.prove(grant, "in_person", by=who)
        for item in clearance.needed(grant.role):
            grants.check(grant, item, True, "agency", by=who)
    return grant


def link_for(grant: Grant, by: Actor) -> str:
    with present(Actor(by.id, by.practice, by.role, by.purpose)) as who:
        return invitations.path(grants.invite(grant, by=who))


def code(caught: pytest.ExceptionInfo[Refusal]) -> str:
    return caught.value.code


def test_somebody_new_is_invited_sets_up_their_own_sign_in_and_accepts(willow: Clinic, pat: Actor):
    grant = cleared(asked(pat, wants()), pat)
    link, browser = link_for(grant, pat), Client()
    assert "Willow" in browser.get(link).content.decode()
    assert browser.post(link, {"step": "new"})["Location"] == "/sign-in/password/"
    browser.post("/sign-in/password/", {"password": "three otters in the rain"})
    shown = browser.get("/sign-in/authenticator/").content.decode()
    found = re.search(r'class="key">([A-Z2-7 ]+)<', shown)
    assert found
    bo = Somebody(willow, Person.objects.get(email=grant.email), None, found[1].replace(" ", ""))  # type: ignore[arg-type]
    browser.post("/sign-in/authenticator/", {"code": bo.next_code()})
    refused(browser.post("/sign-in/place/"), "ACCOUNT_ORPHANED", 403)
    assert browser.post(link, {"step": "accept"}).status_code == 422
    assert browser.post(link, {"step": "accept", "agreed": "on"})["Location"] == "/"
    assert browser.get("/your-sign-in/").status_code == 200
    with present(willow.system):
        member = Membership.objects.get(person=bo.person)
        assert (member.role, member.accepted_at is None) == (Role.FRONT_DESK, False)
        assert Grant.objects.get(id=grant.id).outcome == "taken_up"
    for verb in ("grant.asked", "grant.approved", "grant.identity_checked", "clearance.checked", "invitation.made"):
        assert [grant.id] in [e["subjects"] for e in entries(verb, willow.system)], verb
    for verb in ("grant.begun", "grant.taken_up"):
        assert [e["subjects"] for e in entries(verb, willow.system)] == [[grant.id]], verb
    refused(Client().get(link), "LINK_REFUSED", 410)


def test_somebody_of_another_practice_accepts_with_the_factors_they_have(willow: Clinic, oak: Clinic, pat: Actor):
    ada = Somebody.at(oak)
    grant = cleared(asked(pat, wants(ada.email, name="Ada")), pat)
    link = link_for(grant, pat)
    refused(Client().post(link, {"step": "new"}), "SIGN_IN_FIRST", 409)
    where = ada.browser.post(link, {"step": "sign_in"})["Location"]
    assert where.startswith("/sign-in/?next=")
    ada.gives_password(PASSWORD, next=link)
    assert ada.gives_code()["Location"] == link
    assert ada.browser.post(link, {"step": "accept", "agreed": "on"})["Location"] == "/"
    assert "Willow" in ada.browser.get("/settings/").content.decode()
    ada.person.refresh_from_db()
    assert ada.person.check_password(PASSWORD)


def test_an_invitation_is_for_the_person_invited_alone(willow: Clinic, pat: Actor):
    mallory = Somebody.at(willow).signs_in()
    link = link_for(cleared(asked(pat, wants()), pat), pat)
    refused(mallory.browser.post(link, {"step": "accept", "agreed": "on"}), "INVITATION_FOR_ANOTHER", 403)


def test_asking_says_the_same_whoever_knows_the_address_elsewhere(willow: Clinic, oak: Clinic, pat: Actor):
    known, new = asked(pat, wants(Somebody.at(oak).email)), asked(pat, wants())
    same = {f.attname for f in Grant._meta.fields if getattr(known, f.attname) == getattr(new, f.attname)}
    assert {"role", "kind", "membership_id", "proof", "outcome", "approved_by_id"} <= same
    assert len(entries("person.added", willow.system)) == 1, "pat alone"


@pytest.mark.parametrize("email", ["frontdesk@example.org", "billing2@example.org", "info+x@example.org"])
def test_a_desk_gets_no_account(email: str, pat: Actor):
    with pytest.raises(Refusal) as caught:
        asked(pat, wants(email))
    assert code(caught) == "SHARED_ACCOUNT_FORBIDDEN"


def test_an_address_of_somebody_who_left_is_not_given_to_another(willow: Clinic, pat: Actor, rosa: Actor):
    with present(willow.system) as by:
        member = Membership.objects.select_related("person").get(id=rosa.id)
        access.leave(member, by=by)
    with pytest.raises(Refusal) as caught:
        asked(pat, wants(member.person.email or "", name="Another Person"))
    assert code(caught) == "USER_ID_REUSED"
    assert asked(pat, wants(member.person.email or "", name="Rosa")).name == "Rosa"


def test_who_works_here_is_not_invited_again(willow: Clinic, pat: Actor, rosa: Actor):
    with present(willow.system):
        email = Membership.objects.select_related("person").get(id=rosa.id).person.email or ""
    with pytest.raises(Refusal) as caught:
        asked(pat, wants(email, Role.BILLER, "Rosa"))
    assert code(caught) == "WORKS_HERE_ALREADY"
    what = wants()
    asked(pat, what)
    with pytest.raises(Refusal) as caught:
        asked(pat, what)
    assert code(caught) == "ASKED_ALREADY"


def test_a_privileged_role_waits_for_a_second_person(willow: Clinic, pat: Actor, theo: Actor):
    grant = cleared(asked(pat, wants(role=Role.ADMINISTRATOR)), pat)
    with pytest.raises(Refusal) as caught:
        link_for(grant, pat)
    assert code(caught) == "ACCESS_NOT_APPROVED"
    with present(willow.system):
        assert Notice.objects.filter(member_id=theo.id, about=grant.id, kind="grant.waits").exists()
    with pytest.raises(Refusal) as caught, present(pat) as by:
        grants.approve(grant, by=by)
    assert code(caught) == "SELF_APPROVAL"
    with present(theo) as by:
        grants.approve(grant, by=by)
    assert link_for(grant, pat)


def test_nobody_approves_their_own_new_role(willow: Clinic, pat: Actor, theo: Actor):
    with present(willow.system):
        own = Membership.objects.select_related("person").get(id=theo.id)
    grant = asked(pat, wants(own.person.email or "", Role.ADMINISTRATOR, "Theo", replaces=own))
    with pytest.raises(Refusal) as caught, present(theo) as by:
        grants.approve(grant, by=by)
    assert code(caught) == "SELF_APPROVAL"


def test_no_link_before_identity_and_clearance(pat: Actor):
    grant = asked(pat, wants(role=Role.PRACTITIONER))
    with pytest.raises(Refusal) as caught:
        link_for(grant, pat)
    assert code(caught) == "IDENTITY_NOT_CHECKED"
    with present(pat) as by:
        grants.prove(grant, "by_video", by=by)
        grants.check(grant, "background", True, "agency", by=by)
        grants.check(grant, "exclusion", True, "oig", by=by)
        grants.check(grant, "license", False, "board", by=by)
    with pytest.raises(Refusal) as caught:
        link_for(grant, pat)
    assert code(caught) == "CLEARANCE_INCOMPLETE"
    assert "License" in caught.value.message
    with present(Actor(pat.id, pat.practice, pat.role, pat.purpose)) as by:
        grants.check(grant, "license", True, "board", by=by)
    assert link_for(grant, pat)


def test_a_role_that_does_not_go_with_theirs_is_refused(willow: Clinic, pat: Actor, rosa: Actor):
    with present(willow.system):
        rosas = Membership.objects.select_related("person").get(id=rosa.id)
    with present(willow.system) as by:
        also = access.join(rosas.person, Role.BILLER, by=by)
    until = clock.now() + dt.timedelta(days=30)
    for ends, said in ((until, "ROLE_CONFLICT"), (None, "ROLE_CONFLICT")):
        with pytest.raises(Refusal) as caught:
            asked(pat, wants(rosas.person.email or "", Role.AUDITOR, "Rosa", replaces=also, until=ends))
        assert code(caught) == said
    with pytest.raises(Refusal) as caught:
        asked(pat, wants(role=Role.AUDITOR))
    assert code(caught) == "AUDITOR_TIME_BOX"
    assert asked(pat, wants(role=Role.AUDITOR, until=until)).until == until


def test_a_withdrawn_invitation_and_an_older_link_are_closed(willow: Clinic, pat: Actor):
    grant = cleared(asked(pat, wants()), pat)
    older, newer = link_for(grant, pat), link_for(grant, pat)
    refused(Client().get(older), "LINK_REFUSED", 410)
    assert Client().get(newer).status_code == 200
    with present(Actor(pat.id, pat.practice, pat.role, pat.purpose)) as by:
        grants.withdraw(grant, by=by)
    refused(Client().get(newer), "LINK_REFUSED", 410)
    assert entries("grant.withdrawn", willow.system)[-1]["subjects"] == [grant.id]
    refused(Client().get("/invited/nonsense/"), "LINK_REFUSED", 410)


def test_a_new_role_begins_and_the_old_one_ends_at_once(willow: Clinic, pat: Actor):
    rosa = Somebody.at(willow, Role.FRONT_DESK).signs_in()
    grant = asked(pat, wants(rosa.email, Role.BILLER, "Rosa", replaces=rosa.membership))
    cleared(grant, pat)
    with present(Actor(pat.id, pat.practice, pat.role, pat.purpose)) as by:
        grants.change_role(Grant.objects.select_related("replaces__person").get(id=grant.id), by=by)
    refused(rosa.browser.get("/your-sign-in/"), "TERMINATED_USER", 401)
    with present(willow.system):
        roles = Membership.objects.filter(person=rosa.person).order_by("starts_at").values_list("role", "ended_because")
        assert list(roles) == [("front_desk", "role_change"), ("biller", "")]
