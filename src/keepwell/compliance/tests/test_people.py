"""The People pages: the list with its chips, one person's page, and inviting somebody step by step."""

from __future__ import annotations

import re

from keepwell.access.models import Grant, Membership
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from tests.browse import ask, text
from tests.cast import Clinic


def invited(pat: Actor, **more: str) -> str:
    "The page of a grant, asked for through the form."
    typed = {"name": "Bo Nguyen", "email": "bo.nguyen@example.org", "role": "practitioner", "kind": "employee"}
    return str(ask(pat, "/people/invite/", typed | more)["Location"])


def test_everybody_is_listed_and_chips_narrow_the_list(willow: Clinic, pat: Actor, rosa: Actor, theo: Actor):
    page = text(ask(pat, "/people/"))
    assert all(name in page for name in ("Pat", "Rosa", "Theo"))
    page = text(ask(theo, "/people/?role=front_desk"))
    assert "Rosa" in page
    assert f"/people/{pat.id}/" not in page
    assert "/people/invite/" not in page


def test_only_who_may_see_people_sees_them(rosa: Actor):
    assert ask(rosa, "/people/").status_code == 403
    assert ask(rosa, f"/people/{rosa.id}/").status_code == 403
    assert ask(rosa, "/people/invite/").status_code == 403


def test_one_persons_page_has_their_role_permissions_and_history(willow: Clinic, pat: Actor, rosa: Actor):
    page = text(ask(pat, f"/people/{rosa.id}/"))
    assert "front desk" in page
    assert "register and edit patients" in page
    assert "gave a role here" in page
    assert ask(pat, f"/people/{willow.practice.id}/").status_code == 404


def test_nobody_of_another_practice_is_shown(pat: Actor, ximena: Actor):
    assert ask(pat, f"/people/{ximena.id}/").status_code == 404
    assert "Ximena" not in text(ask(pat, "/people/"))


def test_an_invitation_goes_step_by_step_to_a_link_shown_once(willow: Clinic, pat: Actor):
    where = invited(pat)
    assert "Bo Nguyen" in text(ask(pat, "/people/?show=invited"))
    assert "IDENTITY_NOT_CHECKED" in text(ask(pat, f"{where}hand-over/", {}))
    ask(pat, f"{where}identity/", {"proof": "in_person"})
    for item in ("exclusion", "background", "license"):
        answer = ask(pat, f"{where}clearance/", {"item": item, "source": "board", "result": "passed"})
        assert answer.status_code == 302
    page = text(ask(pat, f"{where}hand-over/", {}))
    link = re.search(r"http://testserver(/invited/[\w-]+/)", page)
    assert link
    assert "<svg" in page
    assert "/invited/" not in text(ask(pat, where))


def test_what_is_wrong_stands_at_its_field(pat: Actor):
    answer = ask(pat, "/people/invite/", {"name": "Desk", "email": "frontdesk@example.org", "role": "biller"})
    assert answer.status_code == 422
    typed = {"name": "Desk", "email": "frontdesk@example.org", "role": "biller", "kind": "employee"}
    answer = ask(pat, "/people/invite/", typed)
    assert answer.status_code == Refusal("SHARED_ACCOUNT_FORBIDDEN").status
    assert "address of a desk" in text(answer)


def test_a_role_change_is_asked_approved_and_effective(willow: Clinic, pat: Actor, theo: Actor, rosa: Actor):
    where = str(ask(pat, f"/people/{rosa.id}/role/", {"role": "security_officer"})["Location"])
    assert "SELF_APPROVAL" in text(ask(pat, f"{where}approve/", {}))
    assert ask(theo, f"{where}approve/", {}).status_code == 302
    for item in ("exclusion", "background"):
        ask(pat, f"{where}clearance/", {"item": item, "source": "agency", "result": "passed"})
    answer = ask(pat, f"{where}hand-over/", {})
    assert answer.status_code == 302
    with present(willow.system):
        assert [m.role for m in Membership.objects.filter(name="Rosa", ends_at=None)] == ["security_officer"]
        assert Grant.objects.get().outcome == "taken_up"


def test_a_withdrawn_grant_is_left_alone(pat: Actor):
    where = invited(pat)
    assert ask(pat, f"{where}withdraw/", {}).status_code == 302
    assert "STALE_VERSION" in text(ask(pat, f"{where}identity/", {"proof": "in_person"}))
