"""Merging is a link: opening one record opens both, restrictions are the union, and it can be undone."""

from __future__ import annotations

import threading
from uuid import UUID

import pytest
from django.db import connections

from keepwell import charts
from keepwell.access import actions as access
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from keepwell.patients import merging
from keepwell.patients.excerpts import Header, NameTag, Reach
from keepwell.patients.facts import Demographics
from keepwell.patients.models import ContactPoint
from keepwell.patients.reach import Contact
from keepwell.patients.tests.people import again, entries, finds, looks_after, registers
from keepwell.vault.phi import PhiClass
from tests.cast import Clinic

ADDIE = Demographics(given_name="Addie", family_name="Byron", birth_date=None, record_number="OLD-0001")


@pytest.fixture
def addie(willow: Clinic) -> UUID:
    "Ada's other record, under the name she was born with."
    return registers(willow, ADDIE, Contact(system="phone", value="617 555 0199"))


def merge(by: Actor, survivor: UUID, duplicate: UUID) -> None:
    by = again(by)
    with present(by):
        merging.merge((survivor, duplicate), by=by)


def unmerge(by: Actor, survivor: UUID, duplicate: UUID) -> None:
    by = again(by)
    with present(by):
        merging.unmerge((survivor, duplicate), by=by)


def opened(by: Actor, patient: UUID) -> tuple[str, list[str]]:
    by = again(by)
    with present(by):
        chart = charts.open(patient, NameTag, Reach, by=by, listed=False)
        return chart.one(NameTag).name, sorted(r.value for r in chart.all(Reach)[patient])


def test_opening_the_survivor_opens_both_and_names_both(rosa: Actor, cleo: Actor, ada: UUID, addie: UUID):
    merge(cleo, ada, addie)
    assert opened(rosa, ada) == ("Ada Lovelace", ["+16175550143", "+16175550199"])
    ((_, _, _, subjects, listed, _),) = entries(rosa, "kind = 'open' AND actor_id = %s", rosa.id)
    assert (set(subjects), listed) == ({ada, addie}, False)


def test_opening_the_other_record_opens_both_too(rosa: Actor, cleo: Actor, ada: UUID, addie: UUID):
    merge(cleo, ada, addie)
    assert opened(rosa, addie) == ("Addie Byron", ["+16175550143", "+16175550199"])


def test_the_ledger_says_who_was_merged_and_nothing_was_sealed_anew(cleo: Actor, ada: UUID, addie: UUID):
    merge(cleo, ada, addie)
    ((kind, _, classes, subjects, *_),) = entries(cleo, "verb = %s", "patient.merged")
    assert (kind, classes, set(subjects)) == ("action", [], {ada, addie})


def test_taken_apart_again_each_record_is_as_it_was(rosa: Actor, cleo: Actor, ada: UUID, addie: UUID):
    merge(cleo, ada, addie)
    unmerge(cleo, ada, addie)
    assert opened(rosa, ada) == ("Ada Lovelace", ["+16175550143"])
    assert opened(rosa, addie) == ("Addie Byron", ["+16175550199"])
    assert len(entries(cleo, "verb = %s", "patient.unmerged")) == 1
    merge(cleo, addie, ada)
    assert opened(rosa, addie)[0] == "Addie Byron"


def test_a_restriction_of_one_record_binds_both(willow: Clinic, rosa: Actor, cleo: Actor, ada: UUID, addie: UUID):
    with present(willow.system) as by:
        access.restrict(addie, [PhiClass.CONTACT], by=by, member=rosa.id)
    opened(rosa, ada)
    merge(cleo, ada, addie)
    with pytest.raises(Refusal, match="RESTRICTION_BLOCK"):
        opened(rosa, ada)
    unmerge(cleo, ada, addie)
    opened(rosa, ada)


def test_whoever_looks_after_one_record_looks_after_the_person(
    willow: Clinic, imani: Actor, cleo: Actor, ada: UUID, addie: UUID
):
    looks_after(willow, imani, ada)
    with present(willow.system) as by:
        access.restrict(addie, [PhiClass.CLINICAL], by=by)
    merge(cleo, ada, addie)
    by = again(imani)
    with present(by):
        assert charts.open(addie, Header, by=by).one(Header).name == "Addie Byron"


def test_a_search_by_either_name_finds_the_record_that_stands(rosa: Actor, cleo: Actor, ada: UUID, addie: UUID):
    assert finds(rosa, "byron") == [addie]
    merge(cleo, ada, addie)
    assert finds(rosa, "byron") == finds(rosa, "lovelace") == finds(rosa, "OLD-0001") == [ada]
    unmerge(cleo, ada, addie)
    assert finds(rosa, "byron") == [addie]


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        (("ada", "addie"), ("ada", "addie"), "ALREADY_MERGED"),
        (("ada", "addie"), ("addie", "ada"), "ALREADY_MERGED"),
        (("ada", "addie"), ("li", "addie"), "ALREADY_MERGED"),
        (("ada", "addie"), ("li", "ada"), "ALREADY_MERGED"),
        (("ada", "addie"), ("addie", "li"), "ALREADY_MERGED"),
        (None, ("ada", "ada"), "MERGE_WITH_ITSELF"),
        (None, ("ada", "stranger"), "NOT_FOUND"),
    ],
)
def test_records_are_merged_once_and_with_another(
    oak: Clinic,
    cleo: Actor,
    ada: UUID,
    li: UUID,
    addie: UUID,
    first: tuple[str, str] | None,
    second: tuple[str, str],
    code: str,
):
    who = {"ada": ada, "li": li, "addie": addie, "stranger": registers(oak, ADDIE)}
    if first:
        merge(cleo, *(who[n] for n in first))
    with pytest.raises(Refusal, match=code):
        merge(cleo, *(who[n] for n in second))


def test_a_third_record_joins_the_one_that_stands(rosa: Actor, cleo: Actor, ada: UUID, li: UUID, addie: UUID):
    merge(cleo, ada, addie)
    merge(cleo, ada, li)
    by = again(rosa)
    with present(by):
        chart = charts.open([li], Reach, by=by)
        assert set(chart.all(Reach)) == {li}
        assert {r.patient for r in chart.all(Reach)[li]} == {ada, addie}


def test_what_is_not_merged_cannot_be_taken_apart(cleo: Actor, ada: UUID, addie: UUID):
    with pytest.raises(Refusal, match="NOT_MERGED"):
        unmerge(cleo, ada, addie)
    merge(cleo, ada, addie)
    with pytest.raises(Refusal, match="NOT_MERGED"):
        unmerge(cleo, addie, ada)


def test_two_merges_at_once_do_not_make_a_circle(cleo: Actor, ada: UUID, addie: UUID):
    outcomes: list[str] = []

    def one(survivor: UUID, duplicate: UUID) -> None:
        try:
            merge(cleo, survivor, duplicate)
            outcomes.append("merged")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=pair) for pair in ((ada, addie), (addie, ada))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["ALREADY_MERGED", "merged"]


def test_rows_stay_with_their_own_record(rosa: Actor, cleo: Actor, ada: UUID, addie: UUID):
    merge(cleo, ada, addie)
    by = again(rosa, Purpose.HOPERAT)
    with present(by):
        assert list(ContactPoint.objects.filter(patient_id=addie).values_list("patient_id", flat=True)) == [addie]
