"""Letters by post: cleared like everything else, printed in one batch by somebody who may read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from keepwell.access import consenting
from keepwell.access.tests.test_actions import verbs
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel, Topic
from keepwell.ledger.doorway import present
from keepwell.outbound import connections, gate, papers, printing, reaching
from keepwell.outbound.asks import Draft
from keepwell.outbound.clearance import Cleared
from keepwell.outbound.letters import written
from keepwell.outbound.models import Decision, Ground, Message, ServiceKind
from keepwell.outbound.preview import preview
from keepwell.outbound.tests import firms
from keepwell.outbound.tests.sending import dispatched, every, only, sends, writes
from keepwell.outbound.vendors import actions as vendors
from keepwell.outbound.views_outbox import opened
from keepwell.patients import actions as patients
from keepwell.patients.reach import Home
from keepwell.patients.tests.people import ADA, again, looks_after, registers
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
    printed = only(willow)
    assert (printed.status, printed.batch is not None, printed.printed_at == printed.sent_at) == ("sent", True, True)
    assert "letters.printed" in verbs(willow)
    nothing = ask(rosa, "/outbox/letters/", {})
    assert nothing.status_code == 409
    assert b"NOTHING_TO_PRINT" in nothing.content
    assert "Printed, not posted yet" in text(ask(rosa, "/outbox/letters/"))
    assert ask(rosa, f"/outbox/letters/{printed.batch}/again/", {}).content.startswith(b"%PDF")
    assert only(willow).batch == printed.batch
    assert ask(rosa, f"/outbox/letters/{printed.batch}/posted/", {}).status_code == 302
    assert only(willow).status == "delivered"
    assert "letters.posted" in verbs(willow)
    assert ask(rosa, f"/outbox/letters/{printed.batch}/again/", {}).status_code == 404


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
    assert sorted(m.printed_at is None for m in every(willow)) == [False, True]
    with pytest.raises(Refusal) as refusal, present(again(cleo)) as by:
        printing.batch(by=by)
    assert refusal.value.code == "NOTHING_TO_PRINT"
    looks_after(willow, cleo, ada)
    with present(again(cleo)) as by:
        assert printing.batch(by=by).pages.startswith(b"%PDF")
    assert all(m.printed_at for m in every(willow))


def papers_of(monkeypatch: pytest.MonkeyPatch) -> list[papers.Sheet]:
    """What stands on each paper that is really laid out from now on."""
    seen: list[papers.Sheet] = []
    real = papers.printed

    def printed(sheets: Sequence[papers.Sheet], *more: Any) -> bytes:
        seen[:] = sheets
        return real(sheets, *more)

    monkeypatch.setattr(papers, "printed", printed)
    return seen


def test_the_oldest_batch_is_shown_first_and_posting_it_brings_the_next(
    willow: Clinic, rosa: Actor, ada: UUID, mailroom: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(printing, "BATCHES", 1)
    for _ in range(2):
        sends(rosa, Draft("please.call", ada, ways=(Channel.LETTER,)))
        dispatched(willow)
        assert ask(rosa, "/outbox/letters/", {}).status_code == 200
    older, newer = (m.batch for m in every(willow))
    assert older != newer
    for shown in (older, newer):
        page = text(ask(rosa, "/outbox/letters/"))
        assert [str(b) in page for b in (older, newer)] == [shown == older, shown == newer]
        assert ask(rosa, f"/outbox/letters/{shown}/posted/", {}).status_code == 302
    assert "Printed, not posted yet" not in text(ask(rosa, "/outbox/letters/"))


@pytest.mark.attack
def test_a_letter_is_asked_about_once_more_before_it_is_printed(willow: Clinic, rosa: Actor, ada: UUID, mailroom: None):
    """45 CFR § 164.522(b): after it was cleared, the patient asked to be reached by text alone."""
    sends(rosa, Draft("please.call", ada, ways=(Channel.LETTER,)))
    dispatched(willow)
    assert only(willow).status == "sent"
    with present(willow.system) as by:
        consenting.reach_only(ada, [Channel.SMS], by=by)
    answer = ask(rosa, "/outbox/letters/", {})
    assert (answer.status_code, answer["Location"]) == (302, "/outbox/letters/?held=1")
    message = only(willow)
    assert (message.status, message.reason) == ("waiting", "CHANNEL_NOT_ALLOWED")
    assert (message.sent_at, message.printed_at) == (None, None)
    assert verbs(willow)[-1] == "letters.put_back"
    assert "may not leave any more" in text(ask(rosa, answer["Location"]))


@pytest.mark.attack
def test_a_batch_is_asked_about_once_more_when_it_is_printed_again(
    willow: Clinic, rosa: Actor, ada: UUID, mailroom: None
):
    sends(rosa, Draft("please.call", ada, ways=(Channel.LETTER,)))
    dispatched(willow)
    assert ask(rosa, "/outbox/letters/", {}).status_code == 200
    with present(willow.system) as by:
        consenting.reach_only(ada, [Channel.SMS], by=by)
    assert ask(rosa, f"/outbox/letters/{only(willow).batch}/again/", {}).status_code == 302
    message = only(willow)
    assert (message.status, message.reason, message.batch) == ("waiting", "CHANNEL_NOT_ALLOWED", None)
    assert message.sent_at is not None, "the first print may have been posted"


@pytest.mark.parametrize(("level", "language"), [("least", "en"), ("usual", "en"), ("usual", "es")])
def test_paper_preview_and_outbox_say_the_same_words(
    willow: Clinic, rosa: Actor, mailroom: None, monkeypatch: pytest.MonkeyPatch, level: str, language: str
):
    """How much it says, the language and the zone are the patient's; whoever writes the words has one function."""
    grace = registers(willow, replace(ADA, given_name="Grace", language=language, time_zone="America/Denver"))
    with present(willow.system) as by:
        patients.add_address(grace, HOME, by=by)
    with present(again(rosa)) as by:
        connections.choose_detail(grace, level, by=by)
    when = dt.datetime(2026, 12, 1, 20, 0, tzinfo=dt.UTC)
    draft = Draft("appointment.reminder", grace, ways=(Channel.LETTER,), values={"when": when, "link": "/a/7f3"})
    sheets = papers_of(monkeypatch)
    with present(again(rosa)) as by:
        shown = preview(draft, by=by).text
    sends(rosa, draft)
    before = in_the_outbox(rosa)
    dispatched(willow)
    assert ask(rosa, "/outbox/letters/", {}).content.startswith(b"%PDF")
    assert ("1:00" in shown, "3:00" in shown) == (level != "least", False)
    assert ("cita" in shown) == (language == "es")
    assert shown == before == in_the_outbox(rosa) == "\n\n".join(sheets[0].paper.paragraphs)
    assert (sheets[0].language, sheets[0].home["city"]) == (language, "Boston")


def in_the_outbox(by: Actor) -> str:
    """The words of the one message, as its page shows them."""
    with present(again(by)) as here:
        return opened(Message.objects.get(), here)[1]


def test_what_was_printed_stays_what_the_outbox_shows(willow: Clinic, rosa: Actor, ada: UUID, mailroom: None):
    sends(rosa, Draft("please.call", ada, ways=(Channel.LETTER,)))
    dispatched(willow)
    ask(rosa, "/outbox/letters/", {})
    before = in_the_outbox(rosa)
    with present(willow.system) as by:
        connections.describe("Another name", by=by, phone="617-555-0199")
    assert in_the_outbox(rosa) == before


def test_letters_somebody_may_not_read_stand_in_nobodys_way(
    willow: Clinic, rosa: Actor, cleo: Actor, ada: UUID, mailroom: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(printing, "MOST", 1)
    with present(again(cleo)) as by:
        paper = written("contact.check", ada, by=by)
    sends(cleo, Draft("contact.check", ada, ways=(Channel.LETTER,), paper=paper))
    sends(rosa, Draft("please.call", ada, ways=(Channel.LETTER,)))
    dispatched(willow)
    page = text(ask(rosa, "/outbox/letters/"))
    assert "1 more lies ready for somebody who looks after the patient" in page
    assert ask(rosa, "/outbox/letters/", {}).content.startswith(b"%PDF")
    assert [m.is_letter for m in every(willow) if m.printed_at is None] == [True]


@pytest.mark.attack
def test_what_lay_ready_is_asked_about_once_more_before_it_is_printed(
    willow: Clinic, rosa: Actor, ada: UUID, mailroom: None
):
    assert isinstance(sends(rosa, Draft("please.call", ada, ways=(Channel.LETTER,))), Cleared)
    dispatched(willow)
    with present(willow.system) as by:
        request = consenting.reach_only(ada, [Channel.SMS], by=by)
    answer = ask(rosa, "/outbox/letters/", {})
    assert (answer.status_code, answer["Location"]) == (302, "/outbox/letters/?held=1")
    assert (only(willow).status, only(willow).reason) == ("waiting", "CHANNEL_NOT_ALLOWED")
    assert only(willow).sent_at is None
    assert verbs(willow)[-1] == "letters.put_back"
    with present(willow.system) as by:
        consenting.reach_as_before(request, by=by)
    ask(rosa, "/outbox/act/", {"message": str(only(willow).id), "act": "release"})
    dispatched(willow)
    assert ask(rosa, "/outbox/letters/", {}).content.startswith(b"%PDF")


def test_a_letter_to_an_address_they_left_is_printed_for_the_one_they_named(
    willow: Clinic, rosa: Actor, ada: UUID, mailroom: None
):
    assert isinstance(sends(rosa, Draft("please.call", ada, ways=(Channel.LETTER,))), Cleared)
    dispatched(willow)
    with present(willow.system) as by:
        moved = patients.add_address(ada, replace(HOME, lines=("7 Elm St",)), by=by)
        consenting.reach_only(ada, [Channel.LETTER], points=[moved.id], by=by)
    assert ask(rosa, "/outbox/letters/", {}).content.startswith(b"%PDF")
    assert only(willow).point == moved.id


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
