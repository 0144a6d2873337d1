"""The weekly review: everything is in it, the riskiest first; an outcome and a line, by somebody else."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from keepwell import charts
from keepwell.access import actions as access
from keepwell.access import reviewing
from keepwell.access.models import EmergencyAccess, Notice
from keepwell.access.tests.test_actions import verbs
from keepwell.access.tests.test_emergency import LINE, WRITTEN, again, begins, later, told
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.compliance import reviews
from keepwell.ledger import reasons
from keepwell.ledger.doorway import present
from keepwell.ledger.looks import Looked
from keepwell.patients.excerpts import NameTag
from tests.browse import ask, text
from tests.cast import Clinic

FINE = {"outcome": "appropriate", "comment": "Spoke with her, the ambulance log agrees"}
ZONE = "America/New_York"


def judged(by: Actor, one: EmergencyAccess, **asked: str) -> Any:
    return ask(by, f"/reviews/{one.id}/", FINE | asked)


def refusal(by: Actor, one: EmergencyAccess) -> str:
    with present(again(by)) as here, pytest.raises(Refusal) as raised:
        reviewing.decide(reviewing.found(one.id), "appropriate", FINE["comment"], by=here)
    return raised.value.code


def test_every_emergency_waits_until_an_officer_has_looked(willow: Clinic, imani: Actor, theo: Actor, ada: UUID):
    began = begins(imani, ada)
    page = text(ask(theo, "/reviews/"))
    for words in ("Imani", "Ada Lovelace", "without a visit", "7 days left"):
        assert words in page, words
    assert LINE in text(ask(theo, f"/reviews/{began.id}/"))
    assert judged(theo, began).status_code == 302
    assert verbs(willow)[-1] == "access.reviewed"
    page = text(ask(theo, "/reviews/"))
    assert "Nothing waits for a review" in page
    assert "Appropriate" in page
    with present(theo) as by:
        row = EmergencyAccess.objects.get()
        assert (row.outcome, row.reviewer_id) == ("appropriate", theo.id)
        assert reasons.read([row.comment], by) == {row.comment: FINE["comment"]}


@pytest.mark.parametrize("asked", [{"outcome": ""}, {"outcome": "fine"}, {"comment": ""}, {"comment": "ok"}])
def test_a_review_needs_an_outcome_and_a_line(imani: Actor, theo: Actor, ada: UUID, asked: dict[str, str]):
    began = begins(imani, ada)
    assert judged(theo, began, **asked).status_code == 422
    with present(again(theo)) as by:
        row = reviewing.found(began.id)
        assert row.outcome == ""
        said = FINE | asked
        with pytest.raises(Refusal) as raised:
            reviewing.decide(row, said["outcome"], said["comment"], by=by)
    assert raised.value.code == "REVIEW_OUTCOME_REQUIRED"


def test_nobody_reviews_their_own_in_whichever_role(willow: Clinic, imani: Actor, ada: UUID):
    began = begins(imani, ada)
    with present(willow.system) as by:
        hat = access.join(willow.members["imani"].person, Role.PRIVACY_OFFICER, by=by)
    officer = Actor(hat.id, willow.practice.id, Role.PRIVACY_OFFICER, Purpose.HCOMPL)
    assert refusal(officer, began) == "REVIEW_OWN_ACTIVITY"
    assert "REVIEW_OWN_ACTIVITY" in text(judged(officer, began))
    assert "This is your own" in text(ask(officer, f"/reviews/{began.id}/"))


def test_only_officers_have_the_list(imani: Actor, rosa: Actor, pat: Actor, sam: Actor, ada: UUID):
    began = begins(imani, ada)
    for by in (imani, rosa, pat):
        assert ask(by, "/reviews/").status_code == 403
        assert judged(by, began).status_code == 403
    page = text(ask(sam, "/reviews/"))
    assert "Imani" in page
    assert "Lovelace" not in page


def test_what_needs_explaining_goes_to_the_person_and_comes_back(
    willow: Clinic, imani: Actor, cleo: Actor, theo: Actor, ada: UUID
):
    began = begins(imani, ada)
    assert judged(theo, began, outcome="unexplained", comment="Which hospital asked you?").status_code == 302
    assert told(willow, imani) == ["review.asked"]
    assert "Asked, no answer yet" in text(ask(theo, "/reviews/"))
    assert ask(cleo, f"/emergency/{began.id}/").status_code == 404
    assert "Which hospital asked you?" in text(ask(imani, f"/emergency/{began.id}/"))
    assert ask(imani, f"/emergency/{began.id}/", {"answer": "no"}).status_code == 422
    assert ask(imani, f"/emergency/{began.id}/", {"answer": "Saint Elsewhere, Dr. Chu"}).status_code == 302
    assert verbs(willow)[-1] == "emergency_access.explained"
    assert "Explained" in text(ask(theo, "/reviews/"))
    assert "Saint Elsewhere" in text(ask(theo, f"/reviews/{began.id}/"))
    assert ask(imani, f"/emergency/{began.id}/", {"answer": "Once more, unasked"}).status_code == 404


def test_what_was_not_appropriate_is_referred_to_every_other_officer(
    willow: Clinic, imani: Actor, theo: Actor, sam: Actor, ada: UUID
):
    began = begins(imani, ada)
    judged(theo, began, outcome="referred", comment="Her neighbor, no emergency")
    assert told(willow, sam)[-1] == "review.referred"
    assert "review.referred" not in told(willow, theo)
    with present(sam):
        assert Notice.objects.get(kind="review.referred").about == began.id


def scores(by: Actor) -> dict[UUID, int]:
    with present(again(by)) as here:
        return {one.row.id: one.score for one in reviews.waiting(ZONE, here)}


def test_the_riskiest_stands_first(willow: Clinic, imani: Actor, cleo: Actor, theo: Actor, ada: UUID, bo: UUID):
    plain = begins(cleo, bo)
    grave = begins(imani, ada, part2=WRITTEN)
    ranked = scores(theo)
    assert list(ranked) == [grave.id, plain.id]
    assert ranked[grave.id] > ranked[plain.id]


def test_work_that_came_later_counts_for_the_member(willow: Clinic, imani: Actor, theo: Actor, ada: UUID):
    began = begins(imani, ada)
    before = scores(theo)[began.id]
    with present(willow.system) as by:
        access.relate(ada, by=by, member=imani.id)
    assert scores(theo)[began.id] == before - 2


def test_what_was_opened_is_counted_and_what_others_opened_is_not(imani: Actor, rosa: Actor, theo: Actor, ada: UUID):
    began = begins(imani, ada)
    for by in (again(imani, Purpose.BTG), again(imani, Purpose.BTG), again(rosa)):
        with present(by) as here:
            charts.open(ada, NameTag, by=here)
    with present(again(theo)) as by:
        (one,) = reviews.waiting(ZONE, by)
    assert (one.row.id, one.looked.entries, one.looked.classes) == (began.id, 2, ("identity",))


def test_the_hour_counts_where_the_practice_is():
    looked = Looked(1)
    noon = dt.datetime(2026, 11, 23, 17, 0, tzinfo=dt.UTC)
    assert reviews._common(noon, ZONE, looked) == []
    assert reviews._common(noon, "Asia/Tokyo", looked) != []
    assert reviews._common(noon - dt.timedelta(days=1), ZONE, looked) != []


def test_twenty_are_shown_and_the_rest_on_request(
    willow: Clinic, imani: Actor, theo: Actor, ada: UUID, monkeypatch: pytest.MonkeyPatch
):
    for _ in range(21):
        begins(imani, new_id())
    page = text(ask(theo, "/reviews/"))
    assert page.count('class="row-link"') == 20
    assert "Show all 21" in page
    assert text(ask(theo, "/reviews/?all=1")).count('class="row-link"') == 21


def test_after_a_week_it_is_overdue(imani: Actor, theo: Actor, ada: UUID, monkeypatch: pytest.MonkeyPatch):
    begins(imani, ada)
    with later(monkeypatch, days=9):
        assert "2 days overdue" in text(ask(theo, "/reviews/"))


def test_another_practices_review_is_not_found(imani: Actor, oak: Clinic, ada: UUID):
    began = begins(imani, ada)
    nia = oak.employs("nia", Role.PRIVACY_OFFICER, Purpose.HCOMPL)
    assert ask(nia, f"/reviews/{began.id}/").status_code == 404
    with present(again(nia)), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM access_operatoraccess")
        assert cursor.fetchone() == (0,)
