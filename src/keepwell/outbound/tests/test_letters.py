"""Letters by post: cleared like everything else, printed in one batch by somebody who may read them."""

from __future__ import annotations

from uuid import UUID

import pytest

from keepwell.access.tests.test_actions import verbs
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.ledger.doorway import present
from keepwell.outbound import connections, printing
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


def test_without_an_address_there_is_no_letter(willow: Clinic, rosa: Actor, bo: UUID, mailroom: None):
    answer = sends(rosa, Draft("please.call", bo, ways=(Channel.LETTER,)))
    assert getattr(answer, "code", "") == "NO_ADDRESS"
