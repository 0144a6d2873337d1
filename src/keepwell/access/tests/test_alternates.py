"""Nobody looks at their own case, whichever hat they wear; and somebody always can, once an alternate is named."""

from __future__ import annotations

import pytest

from keepwell.access import actions, alternates
from keepwell.access.models import Alternate, Membership, Person
from keepwell.access.tests.test_actions import verbs
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from tests.browse import ask, text
from tests.cast import Clinic


def person(clinic: Clinic, who: Actor) -> Person:
    with present(clinic.system):
        return Membership.objects.select_related("person").get(id=who.id).person


def hat(clinic: Clinic, who: Actor, role: Role, purpose: Purpose = Purpose.HCOMPL) -> Actor:
    "The same person in another role."
    worn = person(clinic, who)
    with present(clinic.system) as by:
        return Actor(actions.join(worn, role, by=by).id, clinic.practice.id, role, purpose)


def reviewer(clinic: Clinic, about: Actor, office: Role | None = None):
    whose = person(clinic, about).id
    with present(clinic.system) as by:
        return getattr(alternates.reviewer_for(whose, by, office), "id", None)


def refusal(clinic: Clinic, about: Actor, by: Actor, approving: bool = False) -> str:
    whose = person(clinic, about).id
    with present(by):
        try:
            alternates.refuse_own(whose, by, approving=approving)
        except Refusal as refused:
            return refused.code
    return ""


def test_ones_own_case_is_refused_in_every_hat(willow: Clinic, theo: Actor, imani: Actor):
    doctor = hat(willow, theo, Role.PRACTITIONER)
    assert refusal(willow, theo, theo) == "REVIEW_OWN_ACTIVITY"
    assert refusal(willow, doctor, theo) == "REVIEW_OWN_ACTIVITY"
    assert refusal(willow, theo, doctor, approving=True) == "SELF_APPROVAL"
    assert refusal(willow, imani, theo) == ""
    assert refusal(willow, imani, willow.system) == ""


def test_a_case_goes_to_the_officer_and_the_officers_own_to_the_alternate(
    willow: Clinic, theo: Actor, sam: Actor, imani: Actor
):
    assert reviewer(willow, imani) == theo.id
    assert reviewer(willow, theo) is None
    with present(willow.system) as by:
        alternates.name(Role.PRIVACY_OFFICER, Membership.objects.get(id=sam.id), by=by)
    assert verbs(willow)[-1] == "alternate.named"
    assert reviewer(willow, theo) == sam.id
    assert reviewer(willow, imani) == theo.id
    with present(willow.system) as by:
        alternates.end(Alternate.objects.get(), by=by)
    assert verbs(willow)[-1] == "alternate.ended"
    assert reviewer(willow, theo) is None


def test_a_person_with_every_office_is_never_their_own_alternate(willow: Clinic, theo: Actor):
    security = hat(willow, theo, Role.SECURITY_OFFICER)
    with present(willow.system) as by, pytest.raises(Refusal) as refused:
        alternates.name(Role.PRIVACY_OFFICER, Membership.objects.get(id=security.id), by=by)
    assert refused.value.code == "ALTERNATE_UNSUITABLE"
    assert reviewer(willow, theo) is None
    assert reviewer(willow, security, Role.SECURITY_OFFICER) is None


def test_an_alternate_who_left_stands_in_no_more(willow: Clinic, theo: Actor, sam: Actor):
    with present(willow.system) as by:
        stands = Membership.objects.get(id=sam.id)
        alternates.name(Role.PRIVACY_OFFICER, stands, by=by)
        actions.leave(stands, by=by)
    assert reviewer(willow, theo) is None


def test_an_administrator_names_one_and_is_told_of_an_office_without(
    willow: Clinic, pat: Actor, theo: Actor, sam: Actor, rosa: Actor
):
    page = text(ask(pat, "/settings/alternates/"))
    assert "One person is the privacy officer and nobody stands in" in page
    asked = {"office": "privacy_officer", "member": str(theo.id)}
    wrong = ask(pat, "/settings/alternates/", asked)
    assert (wrong.status_code, "ALTERNATE_UNSUITABLE" in text(wrong)) == (422, True)
    assert ask(pat, "/settings/alternates/", asked | {"member": str(sam.id)}).status_code == 302
    page = text(ask(pat, "/settings/alternates/"))
    assert "for the privacy officer" in page
    assert "One person is the privacy officer" not in page
    with present(willow.system):
        made = Alternate.objects.get()
    assert ask(pat, f"/settings/alternates/{made.id}/end/", {}).status_code == 302
    assert ask(pat, f"/settings/alternates/{made.id}/end/", {}).status_code == 404
    assert ask(rosa, "/settings/alternates/").status_code == 403
