"""Letters by post: cleared like everything else, printed in one batch by somebody who may read them."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from keepwell.access import consenting
from keepwell.access.tests.test_actions import verbs
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel, Topic
from keepwell.ledger.doorway import present
from keepwell.outbound import connections, gate, printing, reaching
from keepwell.outbound.asks import Draft
from keepwell.outbound.clearance import Cleared
from keepwell.outbound.letters import written
from keepwell.outbound.models import Decision, Ground, ServiceKind
from keepwell.outbound.tests import firms
from keepwell.outbound.tests.sending import dispatched, every, only, sends, writes
from keepwell.outbound.vendors import actions as vendors
from keepwell.patients import actions as patients
from keepwell.patients.reach import Home
from keepwell.patients.tests.people import again, looks_after
from keepwell.vault.phi import PhiClass
from tests.browse import ask, text
from tests.cast import Clinic

HOME = Home(lines=("12 Beacon St",), city="Boston", state="MA", postal_code="02108")


@pytest.fixture
def mailroom(willow: Clinic, pat: Actor, ada: UUID) -> None:
    """The mail is a conduit: it carries letters and reads none (45 CFR § 160.103)."""
    service = firms.service(pat, ServiceKind.LETTER, "The mail", keeps=False)
    firms.did(pat, vendors.decide, service, Decision.CONDUIT, Ground.CARRIES_ONLY)
    firms.did(pat, vendors.use, firms.fresh(pat, service))
    firms.did(pat, connections.connect, service.id, "post", {})
    writes(pat)
    with present(willow.system) as by:
        patients.add_address(ada, HOME, by=by)
    return


def test_a_notice_by_post_lies_ready_until_somebody_prints_it(willow: Clinic, rosa: Actor, ada: UUID, mailroom: None):
    assert "No letters lie ready" in text(ask(rosa, "/outbox/letters/"))
    assert isinstance(sends(rosa, Draft("please.call", ada, ways=(Channel.LETTER,))), Cleared)
    dispatched(willow)
    assert only(willow).status == "sent"
    assert "Ada Lovelace" in text(ask(rosa, "/outbox/letters/"))
    answer = ask(rosa, "/outbox/letters/", {})
    assert answer.content.startswith(b"%PDF")
    assert answer["Content-Type"] == "application/pdf"
    assert only(willow).status == "delivered"
    assert "letters.printed" in verbs(willow)
    nothing = ask(rosa, "/outbox/letters/", {})
    assert nothing.status_code == 409
    assert b"NOTHING_TO_PRINT" in nothing.content


def test_a_letter_waits_for_somebody_who_may_read_it(
    willow: Clinic, rosa: Actor, cleo: Actor, ada: UUID, mailroom: None
):
    with present(again(cleo)) as by:
        paper = written("contact.check", ada, by=by)
    assert isinstance(sends(cleo, Draft("contact.check", ada, ways=(Channel.LETTER,), paper=paper)), Cleared)
    assert isinstance(sends(rosa, Draft("please.call", ada, ways=(Channel.LETTER,))), Cleared)
    dispatched(willow)
    with present(again(rosa)) as by:
        printing.batch(by=by)
    assert sorted(m.status for m in every(willow)) == ["delivered", "sent"]
    with pytest.raises(Refusal) as refusal, present(again(cleo)) as by:
        printing.batch(by=by)
    assert refusal.value.code == "NOTHING_TO_PRINT"
    looks_after(willow, cleo, ada)
    with present(again(cleo)) as by:
        assert printing.batch(by=by).startswith(b"%PDF")
    assert {m.status for m in every(willow)} == {"delivered"}


@pytest.mark.attack
def test_what_lay_ready_is_asked_about_once_more_before_it_is_printed(
    willow: Clinic, rosa: Actor, ada: UUID, mailroom: None
):
    assert isinstance(sends(rosa, Draft("please.call", ada, ways=(Channel.LETTER,))), Cleared)
    dispatched(willow)
    with present(willow.system) as by:
        request = consenting.reach_only(ada, [Channel.SMS], by=by)
    answer = ask(rosa, "/outbox/letters/", {})
    assert (answer.status_code, answer["Location"]) == (302, "/outbox/")
    assert (only(willow).status, only(willow).reason) == ("waiting", "CHANNEL_NOT_ALLOWED")
    assert only(willow).sent_at is None
    assert verbs(willow)[-1] == "letters.put_back"
    with present(willow.system) as by:
        consenting.reach_as_before(request, by=by)
    ask(rosa, "/outbox/act/", {"message": str(only(willow).id), "act": "release"})
    dispatched(willow)
    assert ask(rosa, "/outbox/letters/", {}).content.startswith(b"%PDF")


def test_a_letter_to_an_address_they_left_goes_round_to_the_one_they_named(
    willow: Clinic, rosa: Actor, ada: UUID, mailroom: None
):
    assert isinstance(sends(rosa, Draft("please.call", ada, ways=(Channel.LETTER,))), Cleared)
    dispatched(willow)
    with present(willow.system) as by:
        moved = patients.add_address(ada, replace(HOME, lines=("7 Elm St",)), by=by)
        consenting.reach_only(ada, [Channel.LETTER], points=[moved.id], by=by)
    assert ask(rosa, "/outbox/letters/", {}).status_code == 302
    dispatched(willow)
    assert only(willow).point == moved.id
    assert ask(rosa, "/outbox/letters/", {}).content.startswith(b"%PDF")


@pytest.mark.attack
def test_psychotherapy_notes_are_no_letter_without_their_own_authorization(
    willow: Clinic, cleo: Actor, ada: UUID, mailroom: None
):
    """No letter of today holds any; the first that does is held, to the patient themselves too (§ 164.508(a)(2))."""
    about = (new_id(), ada, None, Channel.LETTER, Topic.CARE, "contact.check", True)
    with present(again(cleo)) as by:
        home = reaching.patients([ada], by=by)[ada].points[Channel.LETTER][0].id
        rest = (home, True, "America/New_York")
        told = [frozenset(), frozenset({PhiClass.PART2}), frozenset({PhiClass.PSYCHOTHERAPY})]
        answers = gate.ask([gate.Leaving(*about, *rest, told=each) for each in told], by=by)
    assert [getattr(each, "code", "") for each in answers] == ["", "", "PSYCH_NOTES_LOCKED"]


def test_without_an_address_there_is_no_letter(willow: Clinic, rosa: Actor, bo: UUID, mailroom: None):
    answer = sends(rosa, Draft("please.call", bo, ways=(Channel.LETTER,)))
    assert getattr(answer, "code", "") == "NO_ADDRESS"
