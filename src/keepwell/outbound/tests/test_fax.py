"""A fax goes to somebody else: by a right that was said, to somebody named, and as far as that right reaches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from keepwell import charts
from keepwell.access import actions as access
from keepwell.access import authorizations, consenting
from keepwell.access.models import Authorization
from keepwell.access.rights import Right
from keepwell.access.tests.consenting import agree
from keepwell.access.tests.test_authorizations import PART2_FORM, signed
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel, Topic
from keepwell.ledger.doorway import present
from keepwell.outbound import gate, numbers
from keepwell.outbound.asks import Draft, Elsewhere
from keepwell.outbound.clearance import Cleared, Held
from keepwell.outbound.excerpts import Envelope
from keepwell.outbound.gate import Answer
from keepwell.outbound.letters import written
from keepwell.outbound.tests.sending import TO_LEE, carries, dispatched, every, only, sends, writes
from keepwell.outbound.tests.servers import Desk, https
from keepwell.patients.tests.people import again
from keepwell.vault.phi import PhiClass
from tests.browse import ask, text
from tests.cast import Clinic

CONTACT = frozenset({PhiClass.CONTACT})


@pytest.fixture
def desk(willow: Clinic, pat: Actor, cleo: Actor) -> Iterator[Desk]:
    with https() as desk:
        carries(pat, Channel.FAX, desk.secrets())
        writes(pat)
        with present(again(cleo)) as by:
            numbers.confirm(TO_LEE.number, by=by)
        yield desk


def faxed(by: Actor, patient: UUID, **more: Any) -> Answer:
    with present(again(by)) as here:
        paper = written("contact.check", patient, by=here)
    to = replace(TO_LEE, **more)
    return sends(by, Draft("contact.check", patient, ways=(Channel.FAX,), paper=paper, elsewhere=to))


def held(answer: Answer) -> str:
    assert isinstance(answer, Held)
    return answer.code


def refused(by: Actor, patient: UUID, **more: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        faxed(by, patient, **more)
    return refusal.value.code


def test_a_fax_that_leaves_opens_no_envelope_but_its_own(
    willow: Clinic, cleo: Actor, ada: UUID, desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    for _ in range(2):
        faxed(cleo, ada)
    dispatched(willow)
    faxed(cleo, ada)
    read, every_row = list[int](), charts.Chart.all

    def counted(chart: charts.Chart, excerpt: Any, *rows: Any) -> Any:
        found = every_row(chart, excerpt, *rows)
        if excerpt is Envelope:
            read.append(sum(len(each) for each in found.values()))
        return found

    monkeypatch.setattr(charts.Chart, "all", counted)
    dispatched(willow)
    assert len(desk.taken) == 3
    assert set(read) == {1}


@pytest.mark.attack
def test_no_fax_goes_without_a_right(willow: Clinic, cleo: Actor, ada: UUID, desk: Desk):
    for unsaid in ("", "mistake", "incidental", "whatever"):
        assert refused(cleo, ada, right=unsaid) == "FAX_RIGHT_UNSAID"
    with present(again(cleo)) as by:
        paper = written("contact.check", ada, by=by)
    with pytest.raises(Refusal, match="FAX_RIGHT_UNSAID"):
        sends(cleo, Draft("contact.check", ada, ways=(Channel.FAX,), paper=paper))
    about = (new_id(), ada, None, Channel.FAX, Topic.CARE, "contact.check", True, None, True, "America/New_York", None)
    with present(again(cleo)) as by:
        (answer,) = gate.ask([gate.Leaving(*about, TO_LEE.number)], by=by)
    assert held(answer) == "FAX_RIGHT_UNSAID"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"number": "12"}, "PHONE_UNREADABLE"),
        ({"recipient": " "}, "FIELD_EMPTY"),
        ({"recipient": "x" * 121}, "TEXT_TOO_LONG"),
        ({"right": Right.LAW}, "DISCLOSURE_INCOMPLETE"),
        ({"right": Right.AUTHORIZATION}, "DISCLOSURE_UNAUTHORIZED"),
        ({"authorization": new_id()}, "DISCLOSURE_UNAUTHORIZED"),
    ],
)
def test_what_an_accounting_says_later_is_asked_now(cleo: Actor, ada: UUID, desk: Desk, said: Any, code: str):
    assert refused(cleo, ada, **said) == code


@pytest.mark.attack
def test_an_authorization_is_asked_for_at_sending_and_at_delivery(
    willow: Clinic, cleo: Actor, ada: UUID, bo: UUID, desk: Desk
):
    by_it = {"right": Right.AUTHORIZATION}
    others, narrow = signed(willow, bo, classes=CONTACT), signed(willow, ada)
    assert held(faxed(cleo, ada, **by_it, authorization=others.id)) == "NO_LEGAL_BASIS"
    assert held(faxed(cleo, ada, **by_it, authorization=narrow.id)) == "NO_LEGAL_BASIS"
    mine = signed(willow, ada, classes=CONTACT)
    assert isinstance(faxed(cleo, ada, **by_it, authorization=mine.id), Cleared)
    with present(willow.system) as by:
        authorizations.revoke(Authorization.objects.get(id=mine.id), by=by)
    dispatched(willow)
    assert desk.taken == []
    assert {m.reason for m in every(willow)} == {"NO_LEGAL_BASIS", "AUTH_REVOKED"}


@pytest.mark.attack
def test_what_the_plan_may_not_know_is_not_faxed_to_it(willow: Clinic, cleo: Actor, ada: UUID, desk: Desk):
    with present(willow.system) as by:
        access.restrict(ada, [], by=by, toward="plan", paid_in_full=True)
    assert held(faxed(cleo, ada, right=Right.PAYMENT)) == "SELF_PAY_RESTRICTED"
    assert held(faxed(cleo, ada, right=Right.OPERATIONS)) == "SELF_PAY_RESTRICTED"
    assert isinstance(faxed(cleo, ada), Cleared)
    with present(willow.system) as by:
        access.restrict(ada, [], by=by, toward="outside")
    assert held(faxed(cleo, ada)) == "RESTRICTION_BLOCK"


def test_a_fax_to_the_patient_is_reaching_them_and_they_decide(willow: Clinic, cleo: Actor, ada: UUID, desk: Desk):
    themselves = {"right": Right.INDIVIDUAL, "recipient": "Ada Lovelace"}
    assert held(faxed(cleo, ada, **themselves)) == "OPT_IN_REQUIRED"
    agree(willow, ada, "fax", Topic.CARE)
    assert isinstance(faxed(cleo, ada, **themselves), Cleared)
    with present(willow.system) as by:
        consenting.reach_only(ada, [Channel.LETTER], by=by)
    assert held(faxed(cleo, ada, **themselves)) == "CHANNEL_NOT_ALLOWED"


def test_the_page_asks_by_what_right_and_puts_nobody_into_an_address(
    willow: Clinic, cleo: Actor, ada: UUID, desk: Desk
):
    path = f"/patients/{ada}/send/"
    page = text(ask(cleo, f"{path}?by=fax&recipient=Dr.+Lee&right=treatment"))
    for words in ("By what right", "To treat them", "A law demands it", "No authorization of theirs", 'method="post"'):
        assert words in page
    assert "Dr. Lee" not in page
    assert "By mistake" not in page
    signed(willow, ada, classes=CONTACT)
    assert "signed on" in text(ask(cleo, f"{path}?by=fax"))
    fax = {"what": "contact.check", "by": "fax", "number": TO_LEE.number, "recipient": "Dr. Lee", "right": "law"}
    answer = ask(cleo, path, fax)
    assert answer.status_code == 422
    assert "DISCLOSURE_INCOMPLETE" not in text(answer)
    assert "Add recipient, what was shared and why" in text(answer)
    assert ask(cleo, path, fax | {"authorization": "x"}).status_code == 422
    assert ask(cleo, path, fax | {"right": ""}).status_code == 422
    assert ask(cleo, path, fax | {"why": "subpoena 7"}).status_code == 302
    dispatched(willow)
    assert len(desk.taken) == 1
    assert only(willow).right == "law"


@pytest.mark.attack
def test_the_desk_is_not_offered_a_part2_consent(willow: Clinic, rosa: Actor, theo: Actor, ada: UUID, desk: Desk):
    own = signed(willow, ada, **PART2_FORM, recipient="Dr. Lee")
    path = f"/patients/{ada}/send/"
    fax = {"what": "contact.check", "by": "fax", "number": TO_LEE.number, "recipient": "Dr. Lee"}
    fax |= {"right": "authorization", "look": "1"}
    assert str(own.id) not in text(ask(rosa, f"{path}?by=fax"))
    assert str(own.id) in text(ask(theo, f"{path}?by=fax"))
    hidden, unknown = (ask(rosa, path, fax | {"authorization": str(each)}) for each in (own.id, new_id()))
    assert hidden.status_code == unknown.status_code == 422
    reason = str(Refusal("DISCLOSURE_UNAUTHORIZED").message)
    assert reason in text(hidden) and reason in text(unknown)
    general = signed(willow, ada, classes=CONTACT)
    assert str(general.id) in text(ask(rosa, f"{path}?by=fax"))
    assert ask(rosa, path, fax | {"authorization": str(general.id)}).status_code == 200


def test_what_is_asked_prints_nothing():
    assert "Lee" not in repr(TO_LEE)
    assert "Lee" not in repr(Elsewhere("1", "Lee", "law"))
