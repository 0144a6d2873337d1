"""A patient who named one of their addresses is reached there, and at none they did not name (45 CFR § 164.522(b))."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from keepwell import charts
from keepwell.access import consenting, texting
from keepwell.access.actions import system_actor
from keepwell.access.tests.consenting import agree
from keepwell.base.actor import Actor, Purpose
from keepwell.base.sending import Channel, Topic
from keepwell.ledger.doorway import present
from keepwell.outbound.asks import Draft
from keepwell.outbound.clearance import Cleared, Held
from keepwell.outbound.gate import Answer
from keepwell.outbound.letters import written
from keepwell.outbound.tests.sending import carries, dispatched, only, reachable, reminder, sends, writes
from keepwell.outbound.tests.servers import Mailbox, https, mail
from keepwell.patients.excerpts import Reach
from keepwell.patients.reach import Contact
from keepwell.patients.tests.people import adds, again
from tests.cast import Clinic

SECOND = "ada.private@example.org"


@pytest.fixture
def box(willow: Clinic, pat: Actor, ada: UUID) -> Iterator[Mailbox]:
    with mail() as box:
        carries(pat, Channel.EMAIL, box.secrets())
        writes(pat)
        reachable(willow, ada)
        adds(willow, ada, Contact(system="email", value=SECOND))
        yield box


def point(clinic: Clinic, patient: UUID, value: str) -> UUID:
    with present(system_actor(clinic.practice.id, Purpose.TREAT)) as by:
        return next(p.pk for p in charts.open(patient, Reach, by=by).all(Reach)[patient] if p.value == value)


def only_by(clinic: Clinic, patient: UUID, *points: UUID) -> None:
    with present(clinic.system) as by:
        consenting.reach_only(patient, [Channel.EMAIL, Channel.SMS], by=by, points=points)


def letter(by: Actor, patient: UUID) -> Draft:
    with present(again(by)) as here:
        return Draft("contact.check", patient, ways=(Channel.EMAIL,), paper=written("contact.check", patient, by=here))


def held(answer: Answer) -> str:
    assert isinstance(answer, Held)
    return answer.code


def test_whoever_named_their_second_address_is_reached_there(willow: Clinic, rosa: Actor, ada: UUID, box: Mailbox):
    assert isinstance(sends(rosa, reminder(ada)), Cleared)
    dispatched(willow)
    assert box.taken[-1]["To"] == "ada@example.org"
    only_by(willow, ada, point(willow, ada, SECOND))
    assert isinstance(sends(rosa, reminder(ada)), Cleared)
    dispatched(willow)
    assert box.taken[-1]["To"] == SECOND
    assert len(box.taken) == 2


@pytest.mark.attack
def test_a_message_on_its_way_follows_the_choice_and_goes_nowhere_else(
    willow: Clinic, rosa: Actor, ada: UUID, box: Mailbox
):
    assert isinstance(sends(rosa, reminder(ada)), Cleared)
    only_by(willow, ada, point(willow, ada, SECOND))
    dispatched(willow)
    assert [m["To"] for m in box.taken] == [SECOND]
    only_by(willow, ada, point(willow, ada, "+16175550143"))
    assert held(sends(rosa, reminder(ada))) == "CHANNEL_NOT_ALLOWED"
    assert len(box.taken) == 1


def test_a_letter_goes_to_the_address_chosen_after_the_warning(willow: Clinic, cleo: Actor, ada: UUID, box: Mailbox):
    assert held(sends(cleo, letter(cleo, ada))) == "UNENCRYPTED_CHANNEL"
    chosen = point(willow, ada, SECOND)
    agree(willow, ada, "email", "", kind="ordinary", text_kind="ordinary", point=chosen)
    assert isinstance(sends(cleo, letter(cleo, ada)), Cleared)
    dispatched(willow)
    assert box.taken[-1]["To"] == SECOND
    only_by(willow, ada, point(willow, ada, "ada@example.org"))
    assert held(sends(cleo, letter(cleo, ada))) == "UNENCRYPTED_CHANNEL"


@pytest.mark.attack
def test_a_stop_at_one_number_is_not_gone_round_by_another(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID):
    with https() as desk:
        carries(pat, Channel.SMS, desk.secrets())
        writes(pat)
        reachable(willow, ada, Topic.APPOINTMENTS)
        adds(willow, ada, Contact(system="sms", value="(617) 555-0177"))
        with present(willow.system) as by:
            texting.stop_texts(texting.digest_of("+16175550143", by=by), by, [ada])
        assert held(sends(rosa, reminder(ada, Channel.SMS))) == "SMS_OPTED_OUT"
        dispatched(willow)
        assert desk.taken == []
    assert only(willow).status == "waiting"
