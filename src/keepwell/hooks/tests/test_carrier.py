"""Carriers call back: signed and once, or nothing happens. A STOP is honoured at once."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import pytest
import time_machine

from keepwell.access.models import NumberStop
from keepwell.access.tests.test_actions import verbs
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.sending import Channel
from keepwell.ledger.doorway import present
from keepwell.messaging import incoming
from keepwell.messaging.models import Thread
from keepwell.messaging.tests.desk import reads
from keepwell.outbound import actions, callbacks, connections
from keepwell.outbound.asks import Draft
from keepwell.outbound.callbacks import Call
from keepwell.outbound.clearance import Held
from keepwell.outbound.models import Connection, ServiceKind
from keepwell.outbound.tests import firms
from keepwell.outbound.tests.sending import carries, dispatched, every, only, reachable, reminder, sends, writes
from keepwell.outbound.tests.servers import Desk, https
from keepwell.outbound.tests.test_same_moment import at_once
from keepwell.outbound.vendors import actions as vendors
from keepwell.patients.tests.people import again
from tests.browse import ask, text
from tests.cast import Clinic


@pytest.fixture
def desk(willow: Clinic, pat: Actor, ada: UUID) -> Iterator[Desk]:
    with https() as desk:
        carries(pat, Channel.SMS, desk.secrets())
        writes(pat)
        reachable(willow, ada)
        yield desk


def calls(
    clinic: Clinic,
    by: Actor,
    fields: dict[str, str],
    signature: str = "",
    token: str = "token",
    whose: UUID | None = None,
) -> Any:
    with present(again(by)) as here:
        connection = whose or Connection.objects.get(ended_at=None).id
        url = callbacks.address(connection, by=here)
    signed = signature or callbacks.signatures(token, Call(url, fields, ""))[0]
    path = f"/hooks/{clinic.practice.id}/{connection}/"
    return ask(None, path, fields, **{"X-Twilio-Signature": signed})


def kept(clinic: Clinic, by: Actor) -> list[str]:
    """What the desk reads of each thread nobody is known to have written."""
    with present(again(by)):
        threads = list(Thread.objects.filter(patient=None).order_by("began_at", "id"))
    return [reads(by, thread)[0] for thread in threads]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"NumMedia": "1", "MediaUrl0": "https://carrier.example/1"}, "A picture came with this text"),
        ({"NumMedia": "2", "Body": "Is this normal?"}, "Is this normal?"),
        ({"Body": " "}, "A text without words."),
        ({"Body": ""}, "A text without words."),
        ({"Body": "Hello\0"}, "Hello"),
    ],
)
def test_a_text_without_words_is_a_message_too(
    willow: Clinic, pat: Actor, rosa: Actor, desk: Desk, more: dict[str, str], words: str
):
    fields = {"From": "+16175550199", "MessageSid": "SM9", "NumMedia": "0"} | more
    assert calls(willow, pat, fields).status_code == 204
    (said,) = kept(willow, rosa)
    assert words in said
    assert ("picture" in said) == (fields["NumMedia"] != "0")


def test_a_short_code_is_named(willow: Clinic, pat: Actor, rosa: Actor, desk: Desk):
    assert calls(willow, pat, {"From": "262966", "Body": "Your code", "MessageSid": "SM9"}).status_code == 204
    with present(again(rosa)):
        thread = Thread.objects.get()
    assert "262966" in text(ask(rosa, f"/inbox/{thread.id}/"))


@pytest.mark.attack
@pytest.mark.parametrize("number", ["SM" + "9" * 200, "SM\0", "SM\n9"])
def test_no_number_of_a_carrier_breaks_what_it_brings(willow: Clinic, pat: Actor, rosa: Actor, desk: Desk, number: str):
    assert calls(willow, pat, {"From": "+16175550199", "Body": "Hello", "MessageSid": number}).status_code == 204
    assert calls(willow, pat, {"MessageSid": number, "MessageStatus": "delivered"}).status_code == 204
    assert kept(willow, rosa) == ["Hello"]


def sent(clinic: Clinic, rosa: Actor, ada: UUID) -> str:
    sends(rosa, reminder(ada, Channel.SMS))
    dispatched(clinic)
    return only(clinic).reference


def test_a_carrier_says_that_it_arrived(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID, desk: Desk):
    reference = sent(willow, rosa, ada)
    assert reference == "SM1"
    assert b"StatusCallback=https%3A%2F%2Fwillow.example%2Fhooks%2F" in desk.taken[0][2]
    assert calls(willow, pat, {"MessageSid": reference, "MessageStatus": "delivered"}).status_code == 204
    assert only(willow).status == "delivered"
    assert {"message.reported", "callback.heard"} <= set(verbs(willow))


def test_or_that_it_did_not(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID, desk: Desk):
    calls(willow, pat, {"MessageSid": sent(willow, rosa, ada), "MessageStatus": "undelivered"})
    assert (only(willow).status, only(willow).reason) == ("bounced", "ADDRESS_REFUSED")


@pytest.mark.attack
def test_a_forged_call_changes_nothing(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID, desk: Desk):
    fields = {"MessageSid": sent(willow, rosa, ada), "MessageStatus": "undelivered"}
    for answer in (
        calls(willow, pat, fields, "AAAA"),
        calls(willow, pat, fields, token="guess"),
        calls(willow, pat, fields, callbacks.signatures("token", Call("https://elsewhere/", fields, ""))[0]),
    ):
        assert answer.status_code == 403
        assert b"PAYLOAD_TAMPERED" in answer.content
    assert only(willow).status == "sent"


@pytest.mark.attack
def test_what_another_carrier_carried_is_nothing_of_this_ones(
    willow: Clinic, pat: Actor, rosa: Actor, ada: UUID, desk: Desk
):
    """Its own token signs it well, and references are easily guessed: they are counted up."""
    reference, whose = sent(willow, rosa, ada), only(willow).connection
    with https() as other:
        service = carries(pat, Channel.FAX, other.secrets())
    with present(again(pat)):
        connection = Connection.objects.get(service=service).id
    forged = {"id": reference, "status": "failure"}
    assert calls(willow, pat, forged, whose=connection).status_code == 204
    assert only(willow).status == "sent"
    calls(willow, pat, {"MessageSid": reference, "MessageStatus": "delivered"}, whose=whose)
    assert only(willow).status == "delivered"


@pytest.mark.attack
@pytest.mark.parametrize("ends", ["disconnected", "connected anew"])
def test_who_is_connected_no_more_is_not_heard(
    willow: Clinic, pat: Actor, rosa: Actor, ada: UUID, desk: Desk, ends: str
):
    reference = sent(willow, rosa, ada)
    with present(again(pat)):
        old = Connection.objects.get(ended_at=None)
    if ends == "disconnected":
        firms.did(pat, connections.disconnect, old.id)
    else:
        firms.did(pat, connections.connect, old.service_id, "sms", desk.secrets(password="new"))
    stop = {"From": "+16175550143", "Body": "STOP", "MessageSid": "SM40"}
    for fields in ({"MessageSid": reference, "MessageStatus": "undelivered"}, stop):
        assert calls(willow, pat, fields, whose=old.id).status_code == 404
    assert only(willow).status == "sent"
    with present(willow.system):
        assert not NumberStop.objects.exists()


@pytest.mark.attack
def test_a_vendor_who_was_let_go_is_not_heard(willow: Clinic, pat: Actor, ada: UUID):
    service = firms.service(pat, ServiceKind.SMS, "Gone")
    firms.did(
        pat, connections.connect, service.id, "sms", {"url": "https://x", "user": "u", "password": "token", "from": "1"}
    )
    with present(again(pat)):
        whose = Connection.objects.get(service=service).id
    firms.did(pat, vendors.end, service.vendor)
    stop = {"From": "+16175550143", "Body": "STOP", "MessageSid": "SM41"}
    assert calls(willow, pat, stop, whose=whose).status_code == 404


@pytest.mark.attack
def test_the_same_call_again_is_a_replay(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID, desk: Desk):
    fields = {"MessageSid": sent(willow, rosa, ada), "MessageStatus": "delivered"}
    calls(willow, pat, fields)
    again_ = calls(willow, pat, fields)
    assert again_.status_code == 409
    assert b"REPLAY_DETECTED" in again_.content


def test_a_plain_stop_ends_all_texts_to_that_number_at_once(
    willow: Clinic, pat: Actor, rosa: Actor, ada: UUID, desk: Desk
):
    calls(willow, pat, {"From": "+16175550143", "Body": " Stop. ", "MessageSid": "SM9"})
    answer = sends(rosa, reminder(ada, Channel.SMS))
    assert isinstance(answer, Held)
    assert answer.code == "SMS_OPTED_OUT"
    assert "texts.stopped" in verbs(willow)
    calls(willow, pat, {"From": "+16175550143", "Body": "START", "MessageSid": "SM10"})
    assert not isinstance(sends(rosa, reminder(ada, Channel.SMS)), Held)


def test_a_stop_is_confirmed_by_one_text_and_never_a_second(willow: Clinic, pat: Actor, ada: UUID, desk: Desk):
    """47 CFR § 64.1200(a)(12): one confirmation, within five minutes, and nothing after it."""
    for number in ("SM9", "SM10"):
        calls(willow, pat, {"From": "+16175550143", "Body": "STOP", "MessageSid": number})
        dispatched(willow)
    ((_path, _headers, sent),) = desk.taken
    said = parse_qs(sent.decode())
    assert said["To"] == ["+16175550143"]
    assert "no more texts" in said["Body"][0]
    assert "text START" in said["Body"][0]
    assert "Reply STOP" not in said["Body"][0]
    assert only(willow).status == "sent"
    for number, word in (("SM11", "START"), ("SM12", "STOP")):
        calls(willow, pat, {"From": "+16175550143", "Body": word, "MessageSid": number})
    dispatched(willow)
    assert len(desk.taken) == 1


def test_a_confirmation_that_is_late_does_not_leave(willow: Clinic, pat: Actor, ada: UUID, desk: Desk):
    calls(willow, pat, {"From": "+16175550143", "Body": "STOP", "MessageSid": "SM9"})
    with time_machine.travel(clock.now() + dt.timedelta(minutes=6), tick=True):
        dispatched(willow)
    assert desk.taken == []
    assert (only(willow).status, only(willow).reason) == ("withdrawn", "TOO_LATE")


@pytest.mark.attack
def test_nothing_else_goes_to_a_stopped_number_in_those_minutes(willow: Clinic, pat: Actor, desk: Desk):
    number = "+16175550199"
    calls(willow, pat, {"From": number, "Body": "STOP", "MessageSid": "SM9"})
    with present(willow.system) as by:
        values = {"number": "617-555-0100"}
        draft = Draft("message.received_anybody", address=number, ways=(Channel.SMS,), values=values)
        answer = actions.send(draft, by=by)
    assert isinstance(answer, Held)
    assert answer.code == "SMS_OPTED_OUT"


def test_a_carrier_that_confirms_itself_leaves_nothing_to_do(willow: Clinic, pat: Actor, desk: Desk):
    desk.answer = lambda number: (400, {"code": 21610})
    calls(willow, pat, {"From": "+16175550143", "Body": "STOP", "MessageSid": "SM9"})
    dispatched(willow)
    assert (only(willow).status, only(willow).reason) == ("withdrawn", "TEXTS_STOPPED")


def test_a_stop_overtakes_what_was_cleared_already(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID, desk: Desk):
    sends(rosa, reminder(ada, Channel.SMS))
    calls(willow, pat, {"From": "+16175550143", "Body": "STOP", "MessageSid": "SM9"})
    dispatched(willow)
    assert [m.template for m in every(willow) if m.status == "sent"] == ["texts.stopped"]
    assert len(desk.taken) == 1
    reminded = next(m for m in every(willow) if m.template == "appointment.reminder")
    assert (reminded.status, reminded.reason) == ("waiting", "SMS_OPTED_OUT")


def test_a_connection_nobody_knows_is_not_there(willow: Clinic, desk: Desk):
    for practice in (willow.practice.id, new_id()):
        answer = ask(None, f"/hooks/{practice}/{new_id()}/", {"a": "b"}, **{"X-Twilio-Signature": "x"})
        assert answer.status_code == 404


def test_any_other_text_lands_in_the_inbox(willow: Clinic, pat: Actor, ada: UUID, desk: Desk):
    calls(willow, pat, {"From": "+16175550143", "Body": "Can I come at noon?", "MessageSid": "SM11"})
    with present(willow.system):
        thread = Thread.objects.get()
    assert (thread.patient_id, thread.channel) == (ada, "sms")


def test_a_reply_from_elsewhere_ends_nobodys_texts(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID, desk: Desk):
    calls(willow, pat, {"From": "+16175550199", "Body": "STOP", "MessageSid": "SM12"})
    assert not isinstance(sends(rosa, reminder(ada, Channel.SMS)), Held)


@pytest.mark.attack
def test_a_signature_written_the_other_way_is_the_same_call(
    willow: Clinic, pat: Actor, rosa: Actor, ada: UUID, desk: Desk
):
    start = {"From": "+16175550143", "Body": "START", "MessageSid": "SM21"}
    calls(willow, pat, {"From": "+16175550143", "Body": "STOP", "MessageSid": "SM20"})
    with present(again(pat)) as here:
        url = callbacks.address(Connection.objects.get(ended_at=None).id, by=here)
    written, in_hex = callbacks.signatures("token", Call(url, start, ""))
    assert calls(willow, pat, start, written).status_code == 204
    calls(willow, pat, {"From": "+16175550143", "Body": "STOP", "MessageSid": "SM22"})
    assert calls(willow, pat, start, in_hex).status_code == 409
    assert isinstance(sends(rosa, reminder(ada, Channel.SMS)), Held)


@pytest.mark.attack
def test_a_connection_without_a_token_hears_nobody(willow: Clinic, pat: Actor, ada: UUID):
    """Whoever knows its address could sign with an empty key."""
    post = firms.cleared(pat, ServiceKind.LETTER, "Acme post")
    firms.did(pat, connections.connect, post.id, "post", {})
    writes(pat)
    reachable(willow, ada)
    forged = calls(willow, pat, {"From": "+16175550143", "Body": "STOP", "MessageSid": "SM30"}, token="")
    assert forged.status_code == 403
    assert b"PAYLOAD_TAMPERED" in forged.content
    with present(willow.system):
        assert not NumberStop.objects.exists()


def test_a_signature_that_is_no_text_is_refused_by_name(willow: Clinic, pat: Actor, ada: UUID, desk: Desk):
    assert calls(willow, pat, {"MessageSid": "SM1"}, "\u00e9").status_code == 403


def test_a_call_that_comes_twice_at_the_same_moment_is_kept_once(
    willow: Clinic, pat: Actor, rosa: Actor, desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    both, here, receive = threading.Barrier(2), threading.local(), incoming.receive
    fields = {"From": "+16175550199", "Body": "Hello", "MessageSid": "SM77"}

    def together(came: incoming.Incoming, *, by: Actor) -> Thread:
        thread = receive(came, by=by)
        if not hasattr(here, "once"):
            here.once = True
            with suppress(threading.BrokenBarrierError):
                both.wait(3)
        return thread

    monkeypatch.setattr(incoming, "receive", together)
    answers = at_once(lambda by: calls(willow, by, fields), [again(pat), again(pat)])
    assert sorted(a.status_code for a in answers) == [204, 409]
    assert b"REPLAY_DETECTED" in b"".join(a.content for a in answers)
    assert kept(willow, rosa) == ["Hello"]
