"""Contacts, addresses, coverage and related persons: added, replaced and ended; the index follows."""

from __future__ import annotations

import datetime as dt
import re
from uuid import UUID

import pytest

from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from keepwell.patients import actions
from keepwell.patients.models import ContactPoint
from keepwell.patients.reach import Contact, Payer
from keepwell.patients.tests.people import again, entries, finds
from tests.browse import ask, text

ADD = "/patients/{}/about/{}/add/"
TYPED = {
    "contact": {"system": "email", "value": "Ada@example.org", "use": "home", "rank": "1"},
    "address": {"line": "1 Navy Yard", "line2": "Unit 2", "city": "Boston", "state": "MA", "postal_code": "02129",
                "use": "home"},
    "coverage": {"payer": "Acme Health", "plan": "Gold", "member_number": "XZ-1", "relationship": "self", "rank": "1",
                 "starts_on": "1/1/2025", "ends_on": "12/31/2030"},
    "related": {"name": "William King", "relationship": "spouse", "phone": "617 555 0188", "in_emergency": "on"},
}  # fmt: skip
SHOWN = {"contact": "Ada@example.org", "address": "1 Navy Yard, Unit 2, Boston, MA, 02129",
         "coverage": "Acme Health, Gold", "related": "William King"}  # fmt: skip
ADDED = {
    "contact": "contact.added",
    "address": "address.added",
    "coverage": "coverage.added",
    "related": "related_person.added",
}
ENDED = {
    "contact": "contact.ended",
    "address": "address.ended",
    "coverage": "coverage.ended",
    "related": "related_person.ended",
}
KINDS = pytest.mark.parametrize("kind", list(TYPED))


def links(page: str, verb: str, kind: str) -> list[str]:
    return re.findall(rf'"(/patients/[^"]*/{kind}/[^"]*/{verb}/)"', page)


@KINDS
def test_a_fact_is_added_changed_and_ended(rosa: Actor, li: UUID, kind: str):
    before = len(links(text(ask(rosa, f"/patients/{li}/about/")), "change", kind))
    assert "Bo Li" in text(ask(rosa, ADD.format(li, kind)))
    assert ask(rosa, ADD.format(li, kind), TYPED[kind]).status_code == 302
    page = text(ask(rosa, f"/patients/{li}/about/"))
    assert SHOWN[kind] in page
    change = links(page, "change", kind)[-1]
    start = text(ask(rosa, change))
    assert all(value in start for value in TYPED[kind].values() if value not in ("on", "617 555 0188", "1/1/2025"))
    assert ask(rosa, change, TYPED[kind]).status_code == 302
    page = text(ask(rosa, f"/patients/{li}/about/"))
    assert len(links(page, "change", kind)) == before + 1
    assert ask(rosa, links(page, "end", kind)[-1], {}).status_code == 302
    assert SHOWN[kind] not in text(ask(rosa, f"/patients/{li}/about/"))
    assert len(entries(rosa, "verb = %s AND kind = 'action'", ADDED[kind])) == 2
    assert len(entries(rosa, "verb = %s AND kind = 'action'", ENDED[kind])) == 1


def test_every_kind_has_its_verbs():
    assert {*ADDED.values(), *ENDED.values()} == {
        "contact.added", "contact.ended", "address.added", "address.ended", "coverage.added", "coverage.ended",
        "related_person.added", "related_person.ended",
    }  # fmt: skip


def test_a_phone_finds_its_patient_while_it_holds(rosa: Actor, ada: UUID):
    ask(rosa, ADD.format(ada, "contact"), {"system": "phone", "value": "617 555 0166", "use": "work", "rank": "2"})
    assert finds(rosa, "617-555-0166") == [ada]
    page = text(ask(rosa, f"/patients/{ada}/about/"))
    ask(rosa, links(page, "end", "contact")[-1], {})
    assert finds(rosa, "617-555-0166") == []
    assert finds(rosa, "617-555-0143") == [ada]


def test_a_parent_finds_the_child_and_an_uncle_does_not(rosa: Actor, li: UUID):
    assert finds(rosa, "mei chen") == [li]
    ask(rosa, ADD.format(li, "related"), {"name": "Wei Zhang", "relationship": "relative"})
    assert finds(rosa, "wei zhang") == []


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("contact", {"value": ""}, "This is empty"),
        ("contact", {"value": "ada"}, "not an e-mail address"),
        ("contact", {"system": "phone", "value": "12"}, "not a phone number"),
        ("contact", {"system": "fax"}, "not one of the available choices"),
        ("address", {"line": " "}, "This is empty"),
        ("address", {"state": "XX"}, "not one of the available choices"),
        ("coverage", {"member_number": ""}, "This is empty"),
        ("coverage", {"ends_on": "12/31/2024"}, "ends before it starts"),
        ("coverage", {"ends_on": "soon"}, "not a date we can read"),
        ("coverage", {"starts_on": "1/2/20"}, "more than one day"),
        ("related", {"name": ""}, "This is empty"),
        ("related", {"phone": "12"}, "not a phone number"),
        ("related", {"email": "w"}, "not an e-mail address"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_typed_is_lost(
    rosa: Actor, ada: UUID, kind: str, typed: dict[str, str], said: str
):
    answer = ask(rosa, ADD.format(ada, kind), TYPED[kind] | typed)
    assert (answer.status_code, said in text(answer)) == (422, True)
    kept = [v for k, v in (TYPED[kind] | typed).items() if v.strip() and v not in ("fax", "XX", "on")]
    assert [value for value in kept if value not in text(answer)] == []
    assert SHOWN[kind] not in text(ask(rosa, f"/patients/{ada}/about/"))


def test_coverage_that_ends_first_is_refused_by_name(rosa: Actor, ada: UUID):
    by = again(rosa)
    payer = Payer(payer="Acme", member_number="1", starts_on=dt.date(2025, 1, 1), ends_on=dt.date(2024, 1, 1))
    with pytest.raises(Refusal, match="COVERAGE_ENDS_FIRST"), present(by):
        actions.add_coverage(ada, payer, by=by)


def test_a_fact_ends_once(rosa: Actor, ada: UUID):
    (end,) = links(text(ask(rosa, f"/patients/{ada}/about/")), "end", "contact")
    ask(rosa, end, {})
    assert "STALE_VERSION" in text(ask(rosa, end, {}))
    assert "NOT_FOUND" in text(ask(rosa, end.replace("/end/", "/change/")))


def test_a_fact_of_one_patient_is_not_ended_through_another(rosa: Actor, ada: UUID, li: UUID):
    (end,) = links(text(ask(rosa, f"/patients/{ada}/about/")), "end", "contact")
    assert "STALE_VERSION" in text(ask(rosa, end.replace(str(ada), str(li)), {}))
    by = again(rosa)
    with present(by):
        assert ContactPoint.objects.get(patient_id=ada).ended_at is None


def test_a_patient_of_another_practice_gets_nothing_added(olu: Actor, ada: UUID):
    assert "NOT_FOUND" in text(ask(olu, ADD.format(ada, "contact"), TYPED["contact"]))
    by = again(olu)
    with pytest.raises(Refusal, match="NOT_FOUND"), present(by):
        actions.add_contact(ada, Contact(system="phone", value="6175550166"), by=by)


def test_only_who_registers_may_change(bea: Actor, ada: UUID):
    for path in (ADD.format(ada, "contact"), f"/patients/{ada}/about/edit/"):
        assert "ACCESS_DENIED" in text(ask(bea, path))


def test_an_address_of_no_kind_leads_nowhere(rosa: Actor, ada: UUID):
    from django.urls import Resolver404

    with pytest.raises(Resolver404):
        ask(rosa, ADD.format(ada, "wallet"))
