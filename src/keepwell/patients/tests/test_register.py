"""Registering a patient: sealed, indexed, checked against those already here."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from uuid import UUID

import psycopg
import pytest

from keepwell import charts
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from keepwell.patients import actions
from keepwell.patients.excerpts import Addresses, Demography, Origin, Reach, Relations, Whereabouts
from keepwell.patients.facts import Demographics
from keepwell.patients.forms_reach import RegisterForm
from keepwell.patients.reach import Contact, Home, Kin
from keepwell.patients.tests.people import ADA, again, entries, finds, registers
from tests.browse import ask, text
from tests.cast import Clinic

GRACE = Demographics(
    given_name="Grace", family_name="Hopper", middle_name="Brewster", preferred_name="Amazing",
    former_names=("Murray",), birth_date=dt.date(1946, 12, 9), gender="female", birth_sex="F", pronouns="she/her",
    language="en", state="VA", time_zone="America/New_York",
)  # fmt: skip


PHONE = Contact(system="phone", value="6175550143")


def test_what_was_said_comes_back_as_said(rosa: Actor):
    by = again(rosa)
    with present(by):
        grace = actions.register(
            GRACE, Contact(system="phone", value="(617) 555-0101"),
            Home(lines=("1 Navy Yard",), city="Boston", state="MA"),
            Kin(name="Mary Murray", relationship="mother"), by=by, identifiers=[{"system": "x", "value": "1"}],
            import_namespace="ns",
        ).id  # fmt: skip
    by = again(rosa)
    with present(by):
        chart = charts.open(grace, Demography, Whereabouts, Reach, Addresses, Relations, Origin, by=by)
        who, lives = chart.one(Demography), chart.one(Whereabouts)
        assert (who.name, who.middle_name, who.former_names) == ("Grace “Amazing” Hopper", "Brewster", ["Murray"])
        assert (who.birth_date, who.gender, who.birth_sex) == (dt.date(1946, 12, 9), "female", "F")
        assert (lives.language, lives.state, lives.time_zone) == ("en", "VA", "America/New_York")
        assert chart.one(Reach).value == "+16175550101"
        assert chart.one(Addresses).where == {"line": ["1 Navy Yard"], "city": "Boston", "state": "MA", "country": "US"}
        assert chart.one(Relations).name == "Mary Murray"
        assert chart.one(Origin).import_namespace == "ns"
        assert len(who.record_number) == 9


def test_nothing_of_it_is_in_the_clear(willow: Clinic, owner_sql: psycopg.Connection):
    grace = registers(willow, GRACE, Contact(system="email", value="grace@example.org"))
    for table, column in (("patients_patient", "id"), ("patients_contactpoint", "patient_id")):
        (row,) = owner_sql.execute(f"SELECT t::text FROM {table} t WHERE {column} = %s", [grace]).fetchall()
        for word in ("Grace", "Hopper", "Murray", "1946-12-09", "grace@example.org"):
            assert word not in row[0]
            assert word.encode().hex() not in row[0]


def test_the_ledger_says_that_somebody_was_registered(willow: Clinic, rosa: Actor):
    grace = registers(willow, GRACE)
    ((kind, _, classes, subjects, *_),) = entries(rosa, "verb = %s AND kind = 'action'", "patient.registered")
    assert (kind, sorted(classes), subjects) == ("action", ["contact", "identity"], [grace])


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"given_name": "", "family_name": " - "}, "NAME_MISSING", "family_name"),
        ({"given_name": "x" * 101}, "TEXT_TOO_LONG", "given_name"),
        ({"former_names": ("x" * 101,)}, "TEXT_TOO_LONG", "former_names"),
        ({"birth_date": dt.date(2090, 1, 1)}, "BIRTH_DATE_IMPOSSIBLE", "birth_date"),
        ({"birth_date": dt.date(1850, 1, 1)}, "BIRTH_DATE_IMPOSSIBLE", "birth_date"),
        ({"deceased_date": dt.date(1946, 12, 8)}, "DEATH_DATE_IMPOSSIBLE", "deceased_date"),
        ({"deceased_date": dt.date(2090, 1, 1)}, "DEATH_DATE_IMPOSSIBLE", "deceased_date"),
        ({"gender": "f"}, "CHOICE_UNKNOWN", "gender"),
        ({"language": "klingon"}, "CHOICE_UNKNOWN", "language"),
        ({"state": "ma"}, "CHOICE_UNKNOWN", "state"),
        ({"time_zone": "Boston"}, "CHOICE_UNKNOWN", "time_zone"),
    ],
)
def test_what_cannot_be_right_is_refused_at_its_field(rosa: Actor, changed: dict[str, object], code: str, field: str):
    by = again(rosa)
    with pytest.raises(Refusal, match=code) as refused, present(by):
        actions.register(replace(GRACE, **changed), by=by)  # type: ignore[arg-type]
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("fact", "code", "field"),
    [
        (Contact(system="phone", value="12"), "PHONE_UNREADABLE", "value"),
        (Contact(system="email", value="grace"), "EMAIL_UNREADABLE", "value"),
        (Contact(system="phone", value=" "), "FIELD_EMPTY", "value"),
        (Contact(system="telex", value="1"), "CHOICE_UNKNOWN", "system"),
        (Kin(name="Mary", relationship="mother", phone="12"), "PHONE_UNREADABLE", "phone"),
        (Kin(name="Mary", relationship="boss"), "CHOICE_UNKNOWN", "relationship"),
        (Home(), "FIELD_EMPTY", "lines"),
        (Home(city="x" * 201), "TEXT_TOO_LONG", "lines"),
    ],
)
def test_an_unreachable_way_to_reach_somebody_is_refused(rosa: Actor, fact: Contact, code: str, field: str):
    by = again(rosa)
    with pytest.raises(Refusal, match=code) as refused, present(by):
        actions.register(GRACE, fact, by=by)
    assert refused.value.field == field
    assert finds(rosa, "hopper") == []


def test_facts_do_not_print(rosa: Actor):
    for fact in (GRACE, Contact(system="phone", value="6175550101"), Kin(name="Mary", relationship="mother")):
        assert "Grace" not in repr(fact) and "617" not in str(fact) and "Mary" not in repr(fact)


def test_a_record_number_belongs_to_one_patient(willow: Clinic, oak: Clinic, rosa: Actor, ada: UUID):
    registers(willow, replace(GRACE, record_number="W-0001"))
    with pytest.raises(Refusal, match="RECORD_NUMBER_TAKEN"):
        registers(willow, Demographics(given_name="Somebody", family_name="Else", record_number="w0001"))
    registers(oak, replace(GRACE, record_number="W-0001"))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "BIRTH_DATE_MISSING"),
        ("soon", "DATE_UNREADABLE"),
        ("1/2/20", "DATE_UNCLEAR"),
        ("1/2/2120", "BIRTH_DATE_IMPOSSIBLE"),
    ],
)
def test_a_birth_date_is_one_day_that_was(typed: str, code: str):
    form = RegisterForm({"given_name": "Grace", "birth_date": typed})
    assert form.codes() == {code}


# ── In the browser ───────────────────────────────────────────────────────────────────────────────────────────────────

TYPED = {
    "given_name": "Grace", "family_name": "Hopper", "birth_date": "9 Dec 1946", "phone": "617-555-0101",
    "email": "grace@example.org", "parent_name": "Mary Murray", "parent_relationship": "mother",
    "former_names": "Murray, Roe",
}  # fmt: skip


def test_the_form_registers_and_leads_to_the_patient(rosa: Actor):
    assert "Register patient" in text(ask(rosa, "/patients/register/"))
    answer = ask(rosa, "/patients/register/", TYPED)
    assert answer.status_code == 302
    (grace,) = finds(rosa, "hopper 1946")
    assert str(grace) in answer.headers["Location"]
    assert [finds(rosa, words) for words in ("roe", "mary murray", "0101", "grace@example.org")] == [[grace]] * 4


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"given_name": "", "family_name": ""}, "needs a given name or a family name"),
        ({"birth_date": ""}, "birth date is missing"),
        ({"birth_date": "yesterday"}, "not a date we can read"),
        ({"birth_date": "02/30/1970"}, "not a date we can read"),
        ({"birth_date": "12/09/2146"}, "born on that day"),
        ({"birth_date": "12/09/1846"}, "born on that day"),
        ({"birth_date": "1/2/20"}, "more than one day"),
        ({"phone": "555"}, "not a phone number"),
        ({"email": "grace"}, "not an e-mail address"),
        ({"parent_name": "x" * 101}, "at most 100 characters"),
        ({"state": "XX"}, "not one of the available choices"),
        ({"given_name": "Gra\x00ce"}, "Null characters"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_typed_is_lost(rosa: Actor, typed: dict[str, str], said: str):
    answer = ask(rosa, "/patients/register/", TYPED | typed)
    page = text(answer)
    assert answer.status_code == 422
    assert said in page
    assert "Please fix this first" in page
    for name, value in (TYPED | typed).items():
        if value and name != "parent_relationship" and "\x00" not in value and value != "XX":
            assert value in page, name
    assert finds(rosa, "hopper") == []


def test_somebody_alike_is_shown_before_anything_is_saved(rosa: Actor, ada: UUID):
    typed = {"given_name": "Adda", "family_name": "Lovelase", "birth_date": "12/10/1985", "phone": "617-555-0199"}
    answer = ask(rosa, "/patients/register/", typed)
    page = text(answer)
    assert answer.status_code == 409
    for words in (
        "This may already be a patient",
        "Ada Lovelace",
        "(617) 555-0143",
        "Dec 10, 1985",
        'value="Lovelase"',
    ):
        assert words in page
    assert finds(rosa, "lovelase") == [ada]


def test_saving_again_says_that_they_were_compared_and_is_recorded(rosa: Actor, ada: UUID):
    typed = {"given_name": "Ada", "family_name": "Lovelace", "birth_date": "12/10/1985"}
    assert f'name="compared" value="{ada}"' in text(ask(rosa, "/patients/register/", typed))
    assert ask(rosa, "/patients/register/", typed | {"compared": str(ada)}).status_code == 302
    both = finds(rosa, "ada lovelace")
    assert len(both) == 2
    ((_, _, _, subjects, *_),) = entries(rosa, "verb = %s", "patient.told_apart")
    assert set(subjects) == set(both)


def test_comparing_with_somebody_else_is_not_enough(rosa: Actor, ada: UUID, li: UUID):
    typed = {"given_name": "Ada", "family_name": "Lovelace", "birth_date": "12/10/1985", "compared": str(li)}
    assert ask(rosa, "/patients/register/", typed).status_code == 409
    assert ask(rosa, "/patients/register/", typed | {"compared": "x"}).status_code == 409


@pytest.mark.parametrize(
    ("who", "reach", "alike"),
    [
        (replace(ADA, given_name="Adda"), (), True),
        (replace(ADA, birth_date=dt.date(1985, 10, 12)), (), True),
        (replace(ADA, birth_date=dt.date(1985, 12, 11)), (), True),
        (replace(ADA, birth_date=dt.date(1950, 5, 5)), (PHONE,), True),
        (replace(ADA, family_name="Byron"), (PHONE,), True),
        (replace(ADA, given_name="Lovelace", family_name="Ada"), (), True),
        (replace(ADA, birth_date=dt.date(1950, 5, 5)), (), False),
        (replace(ADA, family_name="Byron"), (), False),
        (replace(ADA, given_name="Grace"), (), False),
        (replace(ADA, given_name="Grace", birth_date=dt.date(2010, 1, 1)), (PHONE,), False),
    ],
)  # fmt: skip
def test_who_looks_alike(willow: Clinic, ada: UUID, who: Demographics, reach: tuple[Contact, ...], alike: bool):
    if not alike:
        assert registers(willow, who, *reach) != ada
        return
    with pytest.raises(Refusal, match="DUPLICATE_SUSPECTED") as refused:
        registers(willow, who, *reach)
    assert refused.value.facts["lookalikes"] == (ada,)


def test_alike_in_another_practice_is_nobody(oak: Clinic, ada: UUID):
    registers(oak, ADA)
