"""Looking at pages as a role, on made-up patients: nothing real is reached from there, and nothing is sent."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.urls import get_resolver, get_script_prefix, reverse

from config.preview import BESIDE
from config.shell import PLACES
from keepwell.access import custom_roles, policy
from keepwell.access.models import Membership
from keepwell.access.policy import MAY_GROW
from keepwell.access.tests.somebody import Somebody
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.ids import new_id
from keepwell.cli.demo import made_up
from keepwell.ledger import wire
from keepwell.ledger.doorway import present
from keepwell.patients.models import Patient
from tests.cast import Clinic

RAIL = tuple(place[0] for place in PLACES)
BESIDE_IT = ("notices", "my-activity", "people", "roles")


@pytest.fixture
def pat(willow: Clinic) -> Somebody:
    return Somebody.at(willow, Role.ADMINISTRATOR).signs_in()


def get(who: Somebody, path: str) -> tuple[int, str]:
    answer = who.browser.get(path)
    return answer.status_code, answer.content.decode()


def entries(clinic: Clinic, verb: str) -> int:
    with present(clinic.system) as by:
        rows = wire.rows(
            "default", "SELECT count(*) FROM custody.entry WHERE practice_id = %s AND verb = %s", by.practice, verb
        )
    return int(rows[0][0])


def made_up_patient() -> UUID:
    made_up.members()
    with present(Actor(new_id(), made_up.PRACTICE, Role.SYSTEM, Purpose.HSYSADMIN)):
        found = Patient.objects.order_by("id").values_list("id", flat=True).first()
    assert found is not None
    return found


def test_each_role_is_seen_as_it_is_and_no_real_patient_or_colleague_with_it(pat: Somebody, willow: Clinic, ada: UUID):
    before = entries(willow, "chart.opened")
    for role in MAY_GROW:
        seen = {}
        for name in (*RAIL, *BESIDE_IT):
            page = reverse(name).removeprefix("/")
            status, said = get(pat, f"/preview/{role}/{page}")
            assert status in (200, 403), f"{role} {page}: {status}"
            assert "Nothing here is real" in said, f"{role} {page}"
            for real in ("Lovelace", willow.practice.slug, str(ada), pat.email, str(pat.membership.id)):
                assert real not in said, f"{role} {page}: {real}"
            seen[name] = status
        assert seen["today"] == 200
        assert (seen["activity"] == 200) == policy.may(role, policy.Can.READ_LEDGER)
    assert entries(willow, "chart.opened") == before


def test_a_made_up_chart_opens_and_stays_in_the_preview(pat: Somebody):
    patient = made_up_patient()
    status, said = get(pat, f"/preview/practitioner/patients/{patient}/")
    assert status == 200
    assert f'href="/preview/practitioner/patients/{patient}/about/"' in said
    assert 'href="/patients/' not in said
    assert get_script_prefix() == "/"
    assert get(pat, "/settings/roles/practitioner/")[0] == 200


def test_a_real_patient_is_not_there(pat: Somebody, willow: Clinic, ada: UUID):
    before = entries(willow, "chart.opened"), entries(willow, "page.opened")
    for role in ("practitioner", "coordinator", "privacy_officer"):
        for page in (f"patients/{ada}/", f"patients/{ada}/about/", f"patients/{ada}/why/"):
            status, said = get(pat, f"/preview/{role}/{page}")
            assert (status, "Lovelace" in said) == (404, False), f"{role} {page}"
    assert (entries(willow, "chart.opened"), entries(willow, "page.opened")) == before


def test_a_made_up_patient_is_in_no_real_practice(imani: Actor):
    patient = made_up_patient()
    with present(imani):
        assert not Patient.objects.filter(id=patient).exists()


def test_nothing_is_sent(pat: Somebody):
    for method in ("post", "put", "patch", "delete"):
        for page in ("", "tasks/add/", "patients/register/", "sign-out/", "preferences/", "lock/"):
            answer = getattr(pat.browser, method)(f"/preview/front_desk/{page}", {"title": "x"})
            assert (answer.status_code, "PREVIEW_READS_ONLY" in answer.content.decode()) == (403, True), page
    assert pat.is_in()


def test_what_is_set_for_real_is_not_part_of_it(pat: Somebody):
    for page in ("your-factors/", "your-sign-in/", "this-device/", "programs/", "support-access/", "sign-in/",
                 "people/invite/", "activity/exports/"):  # fmt: skip
        status, said = get(pat, f"/preview/security_officer/{page}")
        assert (status, "PREVIEW_NOT_HERE" in said) == (403, True), page


def test_an_address_that_is_none_leads_nowhere(pat: Somebody):
    for address in ("", "system/", "owner/", "front_desk", f"{new_id()}/", "front_desk/preview/practitioner/",
                    "front_desk//preview/practitioner/", "front_desk/../activity/", "FRONT_DESK/"):  # fmt: skip
        assert get(pat, f"/preview/{address}")[0] == 404, address


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.AUDITOR])
def test_who_does_not_approve_access_looks_as_nobody(willow: Clinic, role: Role):
    who = Somebody.at(willow, role).signs_in()
    status, said = get(who, "/preview/practitioner/patients/")
    assert (status, "ACCESS_DENIED" in said) == (403, True)
    assert entries(willow, "page.opened") == 1


def test_who_is_not_signed_in_signs_in_first(willow: Clinic):
    who = Somebody.at(willow, Role.ADMINISTRATOR)
    answer = who.browser.get("/preview/practitioner/patients/")
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/sign-in/")


def test_a_role_of_ones_own_is_seen_with_its_difference_and_only_in_its_own_practice(
    pat: Somebody, oak: Clinic, willow: Clinic
):
    with present(willow.system) as by:
        own = custom_roles.make(Role.FRONT_DESK, "Greeter", [], [policy.Can.FIND_PATIENTS], by=by)
    status, said = get(pat, f"/preview/{own.id}/")
    assert (status, "Preview as Greeter" in said) == (200, True)
    assert get(pat, f"/preview/{own.id}/patients/")[0] == 403
    assert get(pat, "/preview/front_desk/patients/")[0] == 200
    kit = Somebody.at(oak, Role.ADMINISTRATOR).signs_in()
    assert get(kit, f"/preview/{own.id}/")[0] == 404
    with present(willow.system) as by:
        custom_roles.retire(own, by=by)
    assert get(pat, f"/preview/{own.id}/")[0] == 404


def test_nobody_made_up_can_sign_in(database: None):
    made_up.members()
    with present(Actor(new_id(), made_up.PRACTICE, Role.SYSTEM, Purpose.HSYSADMIN)):
        people = [member.person for member in Membership.objects.select_related("person")]
    assert len(people) == len(made_up.CLINIC.staff)
    assert not any(person.has_usable_password() for person in people)


def test_every_page_of_a_preview_has_an_address():
    assert {name for name in get_resolver().reverse_dict if isinstance(name, str)} >= BESIDE
