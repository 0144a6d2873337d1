"""What comes in, whose it is found to be, who may read it, and what becomes of it."""

from __future__ import annotations

import datetime as dt
import json
from uuid import UUID

import pytest
import time_machine

from keepwell import charts
from keepwell.access import actions as access
from keepwell.access import teams
from keepwell.access.models import CareRelation, Duty, Membership
from keepwell.access.tests.test_actions import codes, verbs
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from keepwell.messaging import actions, filing, incoming, matching, phoning
from keepwell.messaging.models import Post, Thread
from keepwell.messaging.phoning import Call
from keepwell.messaging.tests.desk import MOBILE, acts, arrives_while_it_moves, comes, has_mobile, reads, refused
from keepwell.patients import actions as patients
from keepwell.patients.models import ContactPoint
from keepwell.patients.reach import Contact, Kin
from keepwell.patients.tests.people import ADA, LI, adds, again, registers
from keepwell.records.excerpts import ClinicalBody
from keepwell.tasks.asks import For
from keepwell.vault.phi import PhiClass
from tests.browse import ask, text
from tests.cast import Clinic

MESSAGE = frozenset({PhiClass.MESSAGE})


def test_a_text_from_a_number_on_file_is_the_patients(willow: Clinic, ada: UUID):
    has_mobile(willow, ada)
    thread = comes(willow, "May I come at three instead?")
    assert thread.patient_id == ada
    assert (thread.role, thread.status, thread.seen_at) == (Role.FRONT_DESK, "in-progress", None)
    assert verbs(willow)[-1] == "message.received"


def test_a_number_of_two_people_is_nobodys(willow: Clinic, ada: UUID, bo: UUID):
    has_mobile(willow, ada)
    has_mobile(willow, bo)
    assert comes(willow, "It is me").patient_id is None


def test_an_unknown_sender_has_keys_of_their_own(willow: Clinic, rosa: Actor):
    thread = comes(willow, "Do you take new patients?", "+16175550199")
    assert thread.patient_id is None
    assert thread.whose == thread.id
    assert reads(rosa, thread) == ["Do you take new patients?"]


def test_what_the_carrier_brings_twice_is_kept_once(willow: Clinic, ada: UUID):
    has_mobile(willow, ada)
    first = comes(willow, "Hello", outside="SM1")
    assert comes(willow, "Hello", outside="SM1").id == first.id
    with present(willow.system):
        assert Post.objects.count() == 1


def test_the_next_message_goes_on_in_the_same_thread_and_opens_it_again(willow: Clinic, rosa: Actor, ada: UUID):
    has_mobile(willow, ada)
    thread = comes(willow, "One")
    acts(actions.claim, rosa, thread)
    acts(actions.close, rosa, thread, "answered")
    again_open = comes(willow, "Two")
    assert again_open.id == thread.id
    assert (again_open.closed_at, again_open.owner_id) == (None, rosa.id)
    with time_machine.travel(clock.now() + dt.timedelta(days=1), tick=True):
        acts(actions.close, rosa, thread, "answered")
    with time_machine.travel(clock.now() + dt.timedelta(days=9), tick=True):
        assert comes(willow, "Three").id != thread.id


def test_nothing_is_nothing(willow: Clinic):
    with pytest.raises(Refusal) as refusal:
        comes(willow, "  ")
    assert refusal.value.code == "FIELD_EMPTY"
    with pytest.raises(Refusal) as refusal:
        comes(willow, "x" * (incoming.LONGEST + 1))
    assert refusal.value.code == "TEXT_TOO_LONG"


def test_the_desk_reads_a_message_once_it_has_taken_it_and_no_chart(willow: Clinic, rosa: Actor, ada: UUID):
    has_mobile(willow, ada)
    thread = comes(willow, "My rash is back, may I come on Friday?")
    with pytest.raises(Refusal) as refusal:
        reads(rosa, thread)
    assert refusal.value.code == "POLICY_DENY"
    acts(actions.claim, rosa, thread)
    assert "care_relation.began" in verbs(willow)
    assert reads(rosa, thread) == ["My rash is back, may I come on Friday?"]
    assert codes(again(rosa, Purpose.TREAT), ada) == ["POLICY_DENY"]


def test_two_take_one_thread_and_the_second_is_refused(willow: Clinic, rosa: Actor):
    other = willow.employs("rob", Role.FRONT_DESK, Purpose.HOPERAT)
    thread = comes(willow, "Hello")
    acts(actions.claim, rosa, thread)
    assert refused(actions.claim, other, thread) == "THREAD_TAKEN"


def test_others_threads_are_not_there(willow: Clinic, rosa: Actor, imani: Actor, bea: Actor):
    thread = comes(willow, "Hello")
    assert refused(actions.claim, bea, thread) == "NOT_FOUND"
    acts(actions.hand_over, rosa, thread, For(member=imani.id))
    with present(again(imani)):
        assert Thread.objects.get().owner_id == imani.id


def test_handing_over_moves_the_care_relation(willow: Clinic, cleo: Actor, imani: Actor, rosa: Actor, ada: UUID):
    has_mobile(willow, ada)
    thread = comes(willow, "May I stop taking it?")
    acts(actions.hand_over, cleo, thread, For(member=imani.id))
    assert codes(imani, ada) == []
    acts(actions.hand_over, cleo, thread, For(role=Role.PRACTITIONER))
    assert codes(imani, ada) == ["POLICY_DENY"]


def test_closing_lets_the_relation_fade_and_reopening_at_once_restores_it(
    willow: Clinic, imani: Actor, ada: UUID, cleo: Actor
):
    has_mobile(willow, ada)
    thread = comes(willow, "Thank you")
    acts(actions.hand_over, cleo, thread, For(member=imani.id))
    acts(actions.close, imani, thread, "answered")
    with present(willow.system):
        left = CareRelation.objects.get().ends_at
    assert left is not None
    assert left > clock.now() + dt.timedelta(days=6)
    acts(actions.reopen, imani, thread)
    with present(willow.system):
        assert CareRelation.objects.filter(ends_at=None).exists()
    assert refused(actions.close, imani, thread, "because") == "CHOICE_UNKNOWN"
    acts(actions.close, imani, thread, "answered")
    assert refused(actions.prioritize, imani, thread, True) == "THREAD_CLOSED"
    assert {"thread.closed", "thread.reopened", "thread.handed_over"} <= set(verbs(willow))


def test_a_note_is_a_post_for_colleagues(willow: Clinic, cleo: Actor, rosa: Actor):
    thread = comes(willow, "Hello")
    post = acts(actions.note, rosa, thread, "Sounds like the pharmacy")
    assert (post.kind, post.author_id) == ("note", rosa.id)
    acts(actions.prioritize, rosa, thread, True)
    acts(actions.wait, rosa, thread)
    acts(actions.read, rosa, thread)
    assert verbs(willow)[-4:] == ["thread.noted", "thread.prioritized", "thread.on_hold", "message.read"]
    with present(again(rosa)):
        row = Thread.objects.get()
    assert (row.status, row.heard_at, row.priority) == ("on-hold", None, "urgent")


def test_whoever_is_away_is_stood_in_for(willow: Clinic, cleo: Actor, imani: Actor, ada: UUID):
    colleague = willow.employs("noor", Role.PRACTITIONER, Purpose.TREAT)
    has_mobile(willow, ada)
    thread = comes(willow, "One")
    acts(actions.hand_over, cleo, thread, For(member=imani.id))
    with present(again(cleo)) as by:
        of, member = Membership.objects.get(id=imani.id), Membership.objects.get(id=colleague.id)
        teams.stand_in(Duty.Kind.COVER, member, of=of, ends=clock.now() + dt.timedelta(days=3), by=by)
    assert comes(willow, "Two").owner_id == colleague.id
    assert codes(colleague, ada) == []


def test_a_phone_message_is_written_by_somebody_who_may_not_read_it(
    willow: Clinic, rosa: Actor, imani: Actor, ada: UUID
):
    with present(again(rosa)) as by:
        thread = phoning.take(Call("Chest hurts since Monday", For(member=imani.id), MOBILE, True), ada, by=by)
    assert verbs(willow)[-2:] == ["phone_message.taken", "care_relation.began"]
    with pytest.raises(Refusal):
        reads(rosa, thread)
    assert reads(imani, thread) == ["Chest hurts since Monday"]
    assert thread.priority == "urgent"


def test_a_phone_message_to_oneself_opens_nothing(willow: Clinic, imani: Actor, ada: UUID):
    with present(again(imani)) as by:
        phoning.take(Call("Called me", For(member=imani.id)), ada, by=by)
    assert codes(imani, ada) == ["POLICY_DENY"]
    with present(again(imani)) as by:
        pooled = phoning.take(Call("Called us", For(role=Role.PRACTITIONER)), ada, by=by)
    acts(actions.claim, imani, pooled)
    assert codes(imani, ada) == ["POLICY_DENY"]


def test_a_call_back_number_that_is_none_is_refused(rosa: Actor):
    with present(again(rosa)) as by, pytest.raises(Refusal) as refusal:
        phoning.take(Call("Call back", For(member=rosa.id), "12"), None, by=by)
    assert refusal.value.code == "PHONE_UNREADABLE"


def test_an_unknown_sender_is_matched_and_the_desks_reading_ends(
    willow: Clinic, rosa: Actor, cleo: Actor, imani: Actor, ada: UUID
):
    thread = comes(willow, "This is Ada, new phone", "+16175550177")
    acts(matching.match, rosa, thread, ada)
    with present(willow.system):
        row, post = Thread.objects.get(), Post.objects.get()
        assert (row.patient_id, row.whose, post.whose) == (ada, ada, ada)
        assert post.line is None
    assert verbs(willow)[-1] == "thread.matched"
    acts(actions.claim, rosa, thread)
    with pytest.raises(Refusal):
        reads(rosa, thread)
    acts(actions.hand_over, cleo, thread, For(member=imani.id))
    assert reads(imani, thread) == ["This is Ada, new phone"]
    assert refused(matching.match, rosa, thread, ada) == "THREAD_MATCHED"


@pytest.mark.attack
def test_a_message_that_arrives_while_its_thread_moves_keeps_its_words(
    willow: Clinic, cleo: Actor, imani: Actor, ada: UUID, monkeypatch: pytest.MonkeyPatch
):
    has_mobile(willow, ada)
    thread = comes(willow, "One")
    acts(actions.hand_over, cleo, thread, For(member=imani.id))
    other = arrives_while_it_moves(monkeypatch, lambda: comes(willow, "Two"))
    acts(matching.unmatch, imani, thread)
    other.join()
    with present(willow.system):
        found = {(post.thread_id == thread.id, post.line is None, post.words is None) for post in Post.objects.all()}
    assert found == {(True, False, True), (False, True, False)}


@pytest.mark.attack
def test_what_was_not_read_does_not_move(willow: Clinic, rosa: Actor, ada: UUID):
    thread = comes(willow, "One", "+16175550177")
    with present(again(rosa)) as by:
        moving = matching.Moving("+16175550177", {}, {})
        matching._matched((thread.whose, ada), thread, ada, moving, by=by)
    with present(willow.system):
        assert Post.objects.get().line is not None


def test_a_message_kept_with_the_wrong_patient_is_taken_away_from_them(
    willow: Clinic, cleo: Actor, imani: Actor, rosa: Actor, ada: UUID
):
    has_mobile(willow, ada)
    thread = comes(willow, "I found this phone")
    assert refused(matching.unmatch, rosa, thread) == "POLICY_DENY"
    acts(actions.hand_over, cleo, thread, For(member=imani.id))
    acts(matching.unmatch, imani, thread)
    assert reads(rosa, thread) == ["I found this phone"]
    assert codes(imani, ada) == ["POLICY_DENY"]
    assert refused(matching.unmatch, imani, thread) == "THREAD_UNKNOWN"
    assert {"thread.unmatched", "care_relation.ended"} <= set(verbs(willow))


def test_a_restriction_holds_for_messages_too(willow: Clinic, theo: Actor, cleo: Actor, imani: Actor, ada: UUID):
    has_mobile(willow, ada)
    thread = comes(willow, "Hello")
    acts(actions.hand_over, cleo, thread, For(member=imani.id))
    with present(willow.system) as by:
        access.restrict(ada, MESSAGE, by=by, member=imani.id)
    with pytest.raises(Refusal) as refusal:
        reads(imani, thread)
    assert refusal.value.code == "RESTRICTION_BLOCK"


def test_a_number_written_otherwise_is_the_same_number(willow: Clinic):
    child = registers(willow, ADA, Contact(system="sms", value="+16175550111"))
    assert comes(willow, "We are late", "(617) 555-0111").patient_id == child


@pytest.mark.attack
def test_a_parents_number_is_not_the_childs(willow: Clinic, rosa: Actor, imani: Actor):
    mother = Kin(name="Mei Chen", relationship="mother", phone="(617) 555-0177")
    child = registers(willow, LI, mother)
    thread = comes(willow, "We are late", "+16175550177")
    assert thread.patient_id is None
    assert "the number of a parent" in text(ask(rosa, f"/inbox/{thread.id}/"))
    assert "the number of a parent" not in text(ask(rosa, f"/inbox/{comes(willow, 'Hello?', '+16175550199').id}/"))
    adds(willow, child, Contact(system="sms", value="+16175550177"))
    assert comes(willow, "We are here", "+16175550177").patient_id == child


def test_what_ended_is_nobodys_number(willow: Clinic, rosa: Actor, ada: UUID):
    has_mobile(willow, ada)
    with present(again(rosa)) as by:
        patients.end_contact(ada, ContactPoint.objects.get(patient_id=ada).id, by=by)
    assert comes(willow, "It is me").patient_id is None


def test_messages_of_another_practice_are_not_there(willow: Clinic, olu: Actor):
    thread = comes(willow, "Hello")
    with present(again(olu)), pytest.raises(Thread.DoesNotExist):
        Thread.objects.get(id=thread.id)


def test_a_thread_is_filed_to_the_chart_once_and_without_notes(willow: Clinic, cleo: Actor, imani: Actor, ada: UUID):
    has_mobile(willow, ada)
    thread = comes(willow, "The cough is gone")
    assert refused(filing.file_to_chart, cleo, thread) == "POLICY_DENY"
    acts(actions.hand_over, cleo, thread, For(member=imani.id))
    acts(actions.note, imani, thread, "Good news")
    acts(filing.file_to_chart, imani, thread)
    assert verbs(willow)[-2:] == ["resources.imported", "thread.filed"]
    with present(again(imani)) as by:
        chart = charts.open(ada, ClinicalBody, by=by, listed=False)
        (body,) = chart.all(ClinicalBody)[ada]
    assert json.loads(body.body)["resourceType"] == "Communication"
    assert "The cough is gone" in body.body
    assert "Good news" not in body.body
    assert refused(filing.file_to_chart, imani, thread) == "NOTHING_TO_FILE"


def test_what_nobody_is_known_to_have_written_is_filed_nowhere(willow: Clinic, rosa: Actor):
    assert refused(filing.file_to_chart, rosa, comes(willow, "Hello?", "+16175550199")) == "THREAD_UNKNOWN"
