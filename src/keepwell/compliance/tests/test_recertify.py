"""Access reviews: managers confirm, ask for a change or end; what nobody confirms ends; nobody confirms their own."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from uuid import UUID

import pytest

from keepwell.access import actions as access
from keepwell.access import custom_roles
from keepwell.access.models import AccessReview, Attestation, Departure, Membership, Notice
from keepwell.access.policy import Can
from keepwell.access.tests.somebody import Somebody, entries, refused
from keepwell.base import clock
from keepwell.base.actor import Actor, Custom, Purpose, Role
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.compliance.people import recertify
from keepwell.ledger.doorway import present
from tests.browse import ask, text
from tests.cast import Clinic


def again(by: Actor) -> Actor:
    return Actor(by.id, by.practice, by.role, by.purpose)


def started(by: Actor, days: int = 14) -> AccessReview:
    with present(again(by)) as actor:
        return recertify.start(days, by=actor)


def of(member: UUID, clinic: Clinic) -> Attestation:
    with present(clinic.system):
        near = ("review", "member__person", "reviewer")
        return Attestation.objects.select_related(*near).get(member_id=member)


def decides(by: Actor, member: UUID, outcome: str, clinic: Clinic) -> Attestation:
    one = of(member, clinic)
    with present(again(by)) as actor:
        return recertify.decide(one, outcome, by=actor)


def managed(clinic: Clinic, member: UUID, boss: UUID) -> None:
    with present(clinic.system) as by:
        person = Membership.objects.select_related("person").get(id=member).person
        access.join(person, Role.BILLER, by=by, manager=Membership.objects.get(id=boss))


def told(member: UUID, kind: str, clinic: Clinic) -> int:
    with present(clinic.system):
        return Notice.objects.filter(member_id=member, kind=kind).count()


@pytest.fixture
def billing(willow: Clinic, rosa: Actor, imani: Actor) -> UUID:
    """rosa's second place, whose manager is imani."""
    managed(willow, rosa.id, imani.id)
    with present(willow.system):
        return Membership.objects.get(person__name="Rosa", role=Role.BILLER).id


def test_everybody_is_listed_with_their_manager_or_an_officers_reviewer(
    willow: Clinic, pat: Actor, sam: Actor, imani: Actor, billing: UUID
):
    started(pat)
    assert of(billing, willow).reviewer_id == imani.id
    assert of(imani.id, willow).reviewer_id == pat.id
    assert of(pat.id, willow).reviewer_id == sam.id, "nobody looks at their own"
    assert told(imani.id, recertify.ASKED, willow) == 1
    for verb in ("access_review.started", "access_review.listed"):
        assert entries(verb, willow.system), verb
    with pytest.raises(Refusal) as caught:
        started(pat)
    assert caught.value.code == "REVIEW_UNDER_WAY"


def test_a_manager_sees_what_each_may_do_and_keeps_it(willow: Clinic, pat: Actor, imani: Actor, billing: UUID):
    with present(again(pat)) as by:
        own = custom_roles.make(Role.BILLER, "Claims only", [], [Can.READ_CHARTS], by=by)
        custom_roles.give(Membership.objects.get(id=billing), own, by=by)
    review = started(pat)
    page = text(ask(imani, f"/people/reviews/{review.id}/mine/"))
    assert all(words in page for words in ("Rosa", "Claims only", "find patients", "nothing set up yet", "1 / 4"))
    assert "read charts" not in page, "the practice's own role takes it away"
    assert "Keep: Rosa, Claims only" in page
    assert "Keep: Imani" not in page
    answer = ask(imani, f"/people/reviews/decide/{of(billing, willow).id}/", {"outcome": "keep"})
    assert answer.status_code == 302
    assert of(billing, willow).outcome == "keep"
    assert [e["subjects"] for e in entries("access.attested", willow.system)] == [[billing]]
    assert "1 kept" in text(ask(pat, f"/people/reviews/{review.id}/"))


def test_what_a_manager_ends_has_ended_with_the_next_request(willow: Clinic, pat: Actor, theo: Actor):
    ada = Somebody.at(willow, Role.FRONT_DESK).signs_in()
    started(pat)
    decides(pat, ada.membership.id, "remove", willow)
    assert not ada.is_in()
    with present(willow.system):
        gone = Membership.objects.get(id=ada.membership.id)
        assert gone.ended_because == "removed"
        assert Departure.objects.get(member=gone).done_at is not None, "it was their last place here"
    with pytest.raises(Refusal) as caught:
        decides(pat, ada.membership.id, "keep", willow)
    assert caught.value.code == "STALE_VERSION"


def test_a_change_is_asked_of_those_who_manage_access(willow: Clinic, pat: Actor, imani: Actor, billing: UUID):
    started(pat)
    decides(imani, billing, "change", willow)
    assert told(pat.id, recertify.CHANGE, willow) == 1


def test_nobody_confirms_their_own_access(willow: Clinic, pat: Actor, sam: Actor):
    started(pat)
    with pytest.raises(Refusal) as caught:
        decides(pat, pat.id, "keep", willow)
    assert caught.value.code == "REVIEW_OWN_ACTIVITY"
    assert of(pat.id, willow).outcome == ""
    decides(sam, pat.id, "keep", willow)


def test_only_the_manager_or_an_officer_decides(willow: Clinic, pat: Actor, bea: Actor, imani: Actor, billing: UUID):
    review = started(pat)
    one = of(billing, willow)
    assert ask(bea, f"/people/reviews/decide/{one.id}/", {"outcome": "keep"}).status_code == 404
    assert "Rosa" not in text(ask(bea, f"/people/reviews/{review.id}/mine/"))
    assert ask(bea, "/people/reviews/").status_code == 403
    assert of(billing, willow).outcome == ""


def test_the_last_of_an_office_is_not_ended(willow: Clinic, pat: Actor, sam: Actor):
    started(pat)
    with pytest.raises(Refusal) as caught:
        decides(sam, pat.id, "remove", willow)
    assert caught.value.code == "LAST_OF_OFFICE"
    answer = ask(sam, f"/people/reviews/decide/{of(pat.id, willow).id}/", {"outcome": "remove"})
    assert answer.status_code == 409
    assert "LAST_OF_OFFICE" in text(answer)


def test_what_nobody_confirms_ends_after_its_grace(
    willow: Clinic, pat: Actor, sam: Actor, monkeypatch: pytest.MonkeyPatch
):
    ada = Somebody.at(willow, Role.FRONT_DESK)
    began = clock.now()
    review = started(pat, 7)

    def night(days: int) -> int:
        monkeypatch.setattr(clock, "now", lambda: began + dt.timedelta(days=days))
        with present(willow.system) as by:
            ended = recertify.overdue(by=by)
        monkeypatch.undo()
        return ended

    assert [night(day) for day in (6, 8, 9)] == [0, 0, 0]
    assert told(pat.id, recertify.LATE, willow) == 1, "once"
    assert entries("access_review.reminded", willow.system)
    assert ada.signs_in().is_in()
    assert (night(15), night(16)) == (1, 0), "ada; pat and sam are the last of their offices"
    one = of(ada.membership.id, willow)
    assert (one.outcome, one.member.ended_because) == ("lapsed", recertify.LAPSED)
    assert of(pat.id, willow).outcome == ""
    assert [e["subjects"] for e in entries("access.lapsed", willow.system)] == [[ada.membership.id]]
    assert "lapsed" in text(ask(pat, f"/people/reviews/{review.id}/"))


def test_who_lapsed_is_told_why_at_the_door(willow: Clinic, pat: Actor, monkeypatch: pytest.MonkeyPatch):
    ada = Somebody.at(willow, Role.FRONT_DESK)
    long_ago = clock.now() - dt.timedelta(days=20)
    with monkeypatch.context() as then:
        then.setattr(clock, "now", lambda: long_ago)
        started(pat, 7)
    with present(willow.system) as by:
        assert recertify.overdue(by=by) == 1
    ada.gives_password()
    refused(ada.gives_code(), "RECERT_OVERDUE_REMOVED", 403)


def test_a_round_closes_when_everybody_is_decided(willow: Clinic, pat: Actor, sam: Actor):
    review = started(pat)
    decides(sam, pat.id, "keep", willow)
    decides(pat, sam.id, "keep", willow)
    assert entries("access_review.closed", willow.system)
    page = text(ask(pat, "/people/reviews/"))
    assert "2 / 2" in page
    assert "Start a review" in page
    assert ask(pat, "/people/reviews/", {"days": "30"}).status_code == 302
    with present(willow.system):
        assert AccessReview.objects.get(id=review.id).closed_at is not None


def test_where_nobody_else_could_look_the_record_says_so(willow: Clinic, pat: Actor):
    review = started(pat)
    assert of(pat.id, willow).outcome == recertify.ALONE
    with present(willow.system):
        assert AccessReview.objects.get(id=review.id).closed_at is not None


def test_by_when_is_one_of_the_choices(willow: Clinic, pat: Actor):
    assert ask(pat, "/people/reviews/", {"days": "365"}).status_code == 422
    with pytest.raises(Refusal) as caught:
        started(pat, 365)
    assert caught.value.code == "CHOICE_UNKNOWN"


def test_only_who_approves_access_starts_a_review(willow: Clinic, pat: Actor):
    less = Custom(new_id(), "Reads people", drops=frozenset({Can.APPROVE_ACCESS}))
    for reader in (willow.employs("ava", Role.AUDITOR, Purpose.HCOMPL), replace(again(pat), custom=less)):
        assert "Start a review" not in text(ask(reader, "/people/reviews/"))
        assert ask(reader, "/people/reviews/", {"days": "14"}).status_code == 403
    with present(willow.system):
        assert not AccessReview.objects.exists()
