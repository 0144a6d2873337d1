"""The pages about patients: what they show to whom, what they record, and that nothing typed is lost."""

from __future__ import annotations

from uuid import UUID

import pytest

from keepwell.access import actions as access
from keepwell.base.actor import Actor, Role
from keepwell.ledger.doorway import present
from keepwell.patients import lists
from keepwell.patients.tests.people import entries, looks_after
from keepwell.vault.phi import PhiClass
from tests.browse import ask, text
from tests.cast import Clinic


def test_my_patients_are_those_i_look_after(willow: Clinic, imani: Actor, ada: UUID, li: UUID):
    assert "Nobody is in your care yet" in text(ask(imani, "/patients/"))
    looks_after(willow, imani, ada)
    page = text(ask(imani, "/patients/?show=mine"))
    assert "Ada Lovelace" in page
    assert "Bo Li" not in page


def test_today_lists_who_was_registered_or_changed_today(rosa: Actor, ada: UUID, li: UUID):
    page = text(ask(rosa, "/patients/?show=today"))
    assert page.index("Bo Li") < page.index("Ada Lovelace")


def test_recently_opened_lists_whom_i_opened_and_not_whom_i_only_listed(rosa: Actor, ada: UUID, li: UUID):
    ask(rosa, "/patients/?show=today")
    assert "You have not opened anybody yet" in text(ask(rosa, "/patients/?show=recent"))
    ask(rosa, f"/patients/{li}/about/")
    page = text(ask(rosa, "/patients/?show=recent"))
    assert "Bo Li" in page
    assert "Ada Lovelace" not in page


@pytest.mark.parametrize("page", ["0", "-1", "x", "٣", "99999999999999999999", "2"])
def test_a_page_number_that_is_none_breaks_nothing(rosa: Actor, ada: UUID, page: str):
    assert ask(rosa, f"/patients/?show=today&page={page}").status_code == 200


def test_a_list_is_turned_page_by_page_and_never_counted(
    rosa: Actor, ada: UUID, li: UUID, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(lists, "PAGE", 1)
    first = text(ask(rosa, "/patients/?show=today"))
    assert ("Bo Li" in first, "Ada Lovelace" in first, "page=2" in first) == (True, False, True)
    second = text(ask(rosa, "/patients/?show=today&page=2"))
    assert ("Bo Li" in second, "Ada Lovelace" in second, "page=1" in second, "page=3" in second) == (
        False, True, True, False,
    )  # fmt: skip


def test_a_search_is_posted_so_that_its_words_stand_in_no_address(rosa: Actor, ada: UUID):
    assert "Ada Lovelace" in text(ask(rosa, "/patients/", {"words": "lovelace ada"}))
    assert "Ada Lovelace" not in text(ask(rosa, "/patients/?words=lovelace"))


def test_a_mistyped_search_says_that_these_are_only_close(rosa: Actor, ada: UUID):
    assert "These are close" in text(ask(rosa, "/patients/", {"words": "lovelcae"}))
    assert "These are close" not in text(ask(rosa, "/patients/", {"words": "lovelace"}))


def test_a_search_for_nobody_offers_to_register(rosa: Actor, theo: Actor, ada: UUID):
    page = text(ask(rosa, "/patients/", {"words": "zzyzx"}))
    assert "Nobody found" in page
    assert page.count("/patients/register/") == 2
    assert "/patients/register/" not in text(ask(theo, "/patients/", {"words": "zzyzx"}))


@pytest.mark.parametrize("words", ["", "li", "31 Jan 1970", "x"])
def test_too_little_to_search_by_is_refused_and_kept_in_the_field(rosa: Actor, ada: UUID, words: str):
    answer = ask(rosa, "/patients/", {"words": words})
    assert answer.status_code == 422
    assert "too little to search by" in text(answer)
    assert f'value="{words}"' in text(answer)


def test_the_page_of_a_patient_says_how_to_reach_them(rosa: Actor, li: UUID):
    page = text(ask(rosa, f"/patients/{li}/about/"))
    for words in ("Bo Li", "Mei Chen", "Mother", "(617) 555-0177", "Nothing on record", "Lives in"):
        assert words in page


def test_what_a_role_may_not_see_is_a_closed_bar(theo: Actor, ada: UUID):
    page = text(ask(theo, f"/patients/{ada}/about/"))
    assert "(617) 555-0143" in page
    assert "Coverage: protected" in page
    assert "/edit/" not in page


def test_what_the_patient_restricted_is_a_closed_bar(willow: Clinic, rosa: Actor, ada: UUID):
    with present(willow.system) as by:
        access.restrict(ada, [PhiClass.CONTACT], by=by, role=Role.FRONT_DESK)
    page = text(ask(rosa, f"/patients/{ada}/about/"))
    assert "Ada Lovelace" in page
    assert "The patient restricted this" in page
    assert "555-0143" not in page


def test_whom_the_patient_shut_out_sees_nothing_of_her(willow: Clinic, rosa: Actor, ada: UUID):
    with present(willow.system) as by:
        access.restrict(ada, [], by=by, member=rosa.id)
    answer = ask(rosa, f"/patients/{ada}/about/")
    assert (answer.status_code, "RESTRICTION_BLOCK" in text(answer)) == (403, True)


def test_a_page_is_one_opening_of_what_it_shows(rosa: Actor, ada: UUID):
    ask(rosa, f"/patients/{ada}/about/")
    ((_, _, classes, subjects, listed, _),) = entries(rosa, "kind = 'open' AND actor_id = %s", rosa.id)
    assert (sorted(classes), subjects, listed) == (["contact", "coverage", "identity"], [ada], False)


@pytest.mark.parametrize("name", ["sam", "pat"])
def test_who_has_no_business_with_patients_does_not_get_in(name: str, ada: UUID, request: pytest.FixtureRequest):
    actor = request.getfixturevalue(name)
    for path in ("/patients/", f"/patients/{ada}/about/", "/patients/register/", f"/patients/{ada}/about/edit/"):
        assert "ACCESS_DENIED" in text(ask(actor, path)), path


def test_another_practice_sees_nothing_of_her(olu: Actor, ada: UUID):
    answer = ask(olu, f"/patients/{ada}/about/")
    assert (answer.status_code, "NOT_FOUND" in text(answer)) == (404, True)
    assert "Lovelace" not in text(ask(olu, "/patients/", {"words": "lovelace"}))


def test_strangers_are_sent_to_sign_in(ada: UUID):
    assert ask(None, "/patients/").status_code == 302
