"""What holds a message is taken away from the outbox in three presses at most, by whoever's role allows it."""

from __future__ import annotations

from uuid import UUID

import pytest

from keepwell.access import consenting
from keepwell.access.consenting import Answer
from keepwell.access.models import Consent, How
from keepwell.access.tests.consenting import published
from keepwell.access.tests.test_actions import verbs
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.ledger.doorway import present
from keepwell.outbound import rerouting
from keepwell.outbound.asks import Draft
from keepwell.outbound.tests import firms
from keepwell.outbound.tests.sending import carries, dispatched, every, only, reachable, reminder, sends, writes
from keepwell.outbound.tests.servers import https, mail
from keepwell.outbound.vendors import actions as vendors
from keepwell.patients.reach import Contact
from keepwell.patients.tests.people import adds, again
from tests.browse import ask, text
from tests.cast import Clinic


def test_one_cause_is_said_once_and_everything_it_holds_leaves_by_one_press(
    willow: Clinic, pat: Actor, rosa: Actor, ada: UUID
):
    reachable(willow, ada)
    for _ in range(3):
        sends(rosa, reminder(ada))
    page = text(ask(rosa, "/outbox/"))
    assert page.count("BAA_REQUIRED") == 2 and "Release all 3" in page, "once to read, once as what the button says"
    with mail() as box:
        carries(pat, Channel.EMAIL, box.secrets())
        held = {"because": "BAA_REQUIRED", "show": "waiting", "by": "", "back": "/outbox/"}
        assert "released=3" in ask(rosa, "/outbox/act/", held).headers["Location"]
        dispatched(willow)
        assert len(box.taken) == 3
    assert ask(rosa, "/outbox/act/", held).status_code == 422, "nothing is held any more"
    assert ask(rosa, "/outbox/act/", held | {"because": ""}).status_code == 422


def test_each_reader_is_sent_only_where_their_role_leads(
    willow: Clinic, pat: Actor, rosa: Actor, theo: Actor, ada: UUID
):
    reachable(willow, ada)
    row = firms.cleared(theo, name="Acme")
    sends(rosa, reminder(ada, Channel.SMS))
    where = only(willow)
    assert where.reason == "CARRIER_NOT_CONNECTED"
    assert "/settings/carriers/" in text(ask(pat, "/outbox/")) and "/settings/carriers/" not in text(
        ask(rosa, "/outbox/")
    )
    firms.did(theo, vendors.stop, row)
    ask(rosa, "/outbox/act/", {"release": str(where.id)})
    assert only(willow).reason == "SERVICE_NOT_IN_USE"
    vendor = f'href="/vendors/{row.vendor_id}/"'
    assert vendor in text(ask(theo, "/outbox/")) and vendor in text(ask(pat, "/outbox/"))
    page = text(ask(rosa, "/outbox/"))
    assert vendor not in page and 'href="/calls/"' in page
    assert vendor not in text(ask(rosa, "/"))


def test_a_missing_yes_is_asked_and_answered_beside_the_message(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID):
    published(willow, "sms")
    writes(pat)
    adds(willow, ada, Contact(system="sms", value="(617) 555-0143"))
    with https() as desk:
        carries(pat, Channel.SMS, desk.secrets())
        sends(rosa, reminder(ada, Channel.SMS))
        waits = f"/outbox/{only(willow).id}/"
        assert only(willow).reason == "SMS_NO_CONSENT"
        assert waits in text(ask(rosa, "/outbox/"))
        page = text(ask(rosa, waits))
        assert "Words to read aloud" in page and "They agree" in page
        yes = {"kind": "reach", "source": "desk", "topic": "appointments", "channel": "sms", "answer": "yes"}
        said = ask(rosa, f"/patients/{ada}/consents/say/", yes | {"back": waits})
        assert said.headers["Location"] == waits
        assert "Nothing is in the way any more" in text(ask(rosa, waits))
        ask(rosa, "/outbox/act/", {"message": waits.split("/")[2], "act": "release"})
        dispatched(willow)
        assert len(desk.taken) == 1
    away = yes | {"answer": "no", "back": "https://elsewhere.example/"}
    assert ask(rosa, f"/patients/{ada}/consents/say/", away).headers["Location"] == "/"


def test_who_wants_no_texts_gets_it_another_way(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID):
    reachable(willow, ada)
    with present(willow.system) as by:
        no = Answer(kind=Consent.Kind.REACH, channel="sms", topic="appointments", agreed=False, how=How.SPOKEN)
        consenting.answer(ada, no, by=by)
    writes(pat)
    with mail() as box, https() as desk:
        carries(pat, Channel.EMAIL, box.secrets())
        carries(pat, Channel.SMS, desk.secrets())
        sends(rosa, reminder(ada, Channel.SMS))
        waits = only(willow)
        assert waits.reason == "SMS_OPTED_OUT", "their own word is no pause: nothing falls back by itself"
        assert "Send by e-mail instead" in text(ask(rosa, f"/outbox/{waits.id}/"))
        sent = ask(rosa, "/outbox/act/", {"message": str(waits.id), "act": "by-email", "back": "/outbox/"})
        assert "released=1" in sent.headers["Location"]
        dispatched(willow)
        assert len(box.taken) == 1 and desk.taken == []
    assert "message.rerouted" in verbs(willow)


def test_only_what_is_for_the_patient_takes_another_way(
    willow: Clinic, pat: Actor, rosa: Actor, cleo: Actor, ada: UUID
):
    sends(pat, Draft("connection.test", member=pat.id, ways=(Channel.EMAIL,), values={"at": clock.now()}))
    (test,) = every(willow)
    for way, code in (("sms", "CHOICE_UNKNOWN"), ("fax", "CHOICE_UNKNOWN"), ("pigeon", "CHOICE_UNKNOWN")):
        with pytest.raises(Refusal, match=code), present(again(pat)) as by:
            rerouting.by_way(test.id, way, by=by)
    with pytest.raises(Refusal, match="NOT_FOUND"), present(again(rosa)) as by:
        rerouting.by_way(ada, "email", by=by)
