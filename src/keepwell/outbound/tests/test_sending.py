"""What is sent, what waits and why, and that each answer is asked for again before anything leaves."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest

from keepwell.access import actions as access
from keepwell.access.rights import Right
from keepwell.access.tests.consenting import agree
from keepwell.access.tests.test_actions import verbs
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel, Topic
from keepwell.ledger.doorway import present
from keepwell.outbound import actions, clearance, connections, fates, gate, hours, numbers, taking
from keepwell.outbound.asks import Draft
from keepwell.outbound.clearance import Cleared, Held
from keepwell.outbound.letters import written
from keepwell.outbound.models import Connection, Coverage, Message, ServiceKind
from keepwell.outbound.tests import firms
from keepwell.outbound.tests.sending import (
    TO_LEE,
    carries,
    dispatched,
    every,
    only,
    reachable,
    reminder,
    sends,
    writes,
)
from keepwell.outbound.tests.servers import https, mail
from keepwell.outbound.vendors import agreement_actions
from keepwell.patients import merging
from keepwell.patients.reach import Contact
from keepwell.patients.tests.people import adds, again
from keepwell.vault.phi import PhiClass
from tests.browse import ask
from tests.cast import Clinic


def held(answer: object) -> str:
    assert isinstance(answer, Held), answer
    return answer.code


def ready(clinic: Clinic, pat: Actor, patient: UUID, secrets: dict[str, str]) -> None:
    carries(pat, Channel.EMAIL, secrets)
    writes(pat)
    reachable(clinic, patient)


def test_without_an_agreement_it_waits_and_says_why(willow: Clinic, rosa: Actor, ada: UUID):
    reachable(willow, ada)
    assert held(sends(rosa, reminder(ada))) == "BAA_REQUIRED"
    message = only(willow)
    assert (message.status, message.reason, message.channel) == ("waiting", "BAA_REQUIRED", "email")
    assert "message.asked" in verbs(willow)


def test_an_agreement_alone_is_no_connection(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID):
    firms.cleared(pat, ServiceKind.EMAIL)
    reachable(willow, ada)
    assert held(sends(rosa, reminder(ada))) == "CARRIER_NOT_CONNECTED"


def test_nobody_is_written_to_where_they_cannot_be_reached(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID):
    with mail() as box:
        carries(pat, Channel.EMAIL, box.secrets())
        assert held(sends(rosa, reminder(ada))) == "NO_ADDRESS"


def test_cleared_it_leaves_by_tls_with_its_fixed_words(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID):
    with mail() as box:
        ready(willow, pat, ada, box.secrets())
        assert isinstance(sends(rosa, reminder(ada)), Cleared)
        assert dispatched(willow) == 1
        (sent,) = box.taken
    message = only(willow)
    assert (message.status, message.reason) == ("sent", "")
    assert {"message.sending", "message.sent", "connection.made", "sender.described"} <= set(verbs(willow))
    assert sent["Message-ID"] == message.message_id
    assert sent["Subject"] == "Message from Willow"
    assert sent["To"] == "ada@example.org"
    assert "a reminder of your appointment" in sent.get_content()
    assert "Ada" not in sent.get_content()


def test_an_agreement_that_lapses_between_clearance_and_delivery_holds_it(
    willow: Clinic, pat: Actor, rosa: Actor, ada: UUID
):
    with mail() as box:
        service = carries(pat, Channel.EMAIL, box.secrets())
        reachable(willow, ada)
        assert isinstance(sends(rosa, reminder(ada)), Cleared)
        with present(again(pat)):
            agreement = Coverage.objects.select_related("agreement__vendor").get(service=service).agreement
        firms.did(pat, agreement_actions.terminate, agreement, firms.today())
        dispatched(willow)
        assert box.taken == []
    message = only(willow)
    assert (message.status, message.reason) == ("waiting", "BAA_EXPIRED")
    assert "message.held" in verbs(willow)


def test_a_connection_of_another_service_is_not_cleared_by_this_ones_agreement(
    willow: Clinic, pat: Actor, rosa: Actor, ada: UUID
):
    with mail() as box:
        service = carries(pat, Channel.EMAIL, box.secrets())
        reachable(willow, ada)
        firms.cleared(pat, ServiceKind.EMAIL, "Beta")
        firms.associate(pat, service)
        assert held(sends(rosa, reminder(ada))) == "CARRIER_NOT_CONNECTED"


def test_who_said_no_gets_nothing_in_a_send_to_many(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID, bo: UUID):
    with mail() as box:
        ready(willow, pat, ada, box.secrets())
        connectionless = [reminder(ada), reminder(bo, Channel.EMAIL)]
        adds(willow, bo, Contact(system="email", value="bo@example.org"))
        with present(again(rosa)) as by:
            handed = actions.send_each(connectionless, by=by)
        assert isinstance(handed[0].answer, Cleared)
        assert held(handed[1].answer) == "EMAIL_NOT_AGREED"
        dispatched(willow)
        assert [m["To"] for m in box.taken] == ["ada@example.org"]


def test_the_first_way_that_is_clear_is_taken(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID):
    with mail() as box:
        ready(willow, pat, ada, box.secrets())
        answer = sends(rosa, reminder(ada, Channel.SMS, Channel.EMAIL))
        assert isinstance(answer, Cleared)
        assert answer.channel is Channel.EMAIL


def test_the_same_key_is_the_same_message(willow: Clinic, rosa: Actor, ada: UUID):
    reachable(willow, ada)
    for _time in range(2):
        answer = sends(rosa, reminder(ada, key="visit:1"))
    assert held(answer) == "ASKED_ALREADY_SENT"
    assert len(every(willow)) == 1


def test_released_when_the_cause_is_gone_discarded_when_it_need_not_leave(
    willow: Clinic, pat: Actor, rosa: Actor, ada: UUID
):
    reachable(willow, ada)
    for _time in range(2):
        sends(rosa, reminder(ada))
    first, second = every(willow)
    with present(again(rosa)) as by:
        assert actions.release([first.id], by=by)[0].reason == "BAA_REQUIRED"
    with mail() as box:
        carries(pat, Channel.EMAIL, box.secrets())
        with present(again(rosa)) as by:
            actions.release([first.id], by=by)
            actions.discard([second.id], by=by)
        dispatched(willow)
        assert len(box.taken) == 1
    assert [m.status for m in every(willow)] == ["sent", "discarded"]
    assert {"message.released", "message.discarded"} <= set(verbs(willow))


def test_who_may_not_use_the_outbox_releases_nothing(willow: Clinic, rosa: Actor, sam: Actor, ada: UUID):
    reachable(willow, ada)
    sends(rosa, reminder(ada))
    waits = only(willow).id
    with pytest.raises(Refusal) as refusal, present(again(sam)) as by:
        actions.release([waits], by=by)
    assert refusal.value.code == "ACCESS_DENIED"
    with pytest.raises(Refusal) as refusal, present(again(rosa)) as by:
        actions.discard([ada], by=by)
    assert refusal.value.code == "NOT_FOUND"


def test_a_carrier_that_is_away_is_asked_again_later_and_then_given_up(
    willow: Clinic, pat: Actor, rosa: Actor, ada: UUID, monkeypatch: pytest.MonkeyPatch
):
    with mail() as box:
        ready(willow, pat, ada, box.secrets())
        box.answer = "451 later"
        sends(rosa, reminder(ada))
        dispatched(willow)
        tried = only(willow)
        assert (tried.status, tried.reason, tried.attempts) == ("cleared", "CARRIER_BUSY", 1)
        assert tried.next_at is not None
        assert dt.timedelta(seconds=40) < tried.next_at - clock.now() < dt.timedelta(seconds=80)
        monkeypatch.setattr(fates, "pause", lambda attempts: dt.timedelta(0))
        sends(rosa, reminder(ada))
        for _round in range(fates.MOST):
            dispatched(willow)
    assert [(m.status, m.attempts) for m in every(willow)] == [("cleared", 1), ("failed", fates.MOST)]
    assert "message.tried" in verbs(willow)


def test_an_address_the_carrier_refuses_bounces(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID):
    with mail() as box:
        ready(willow, pat, ada, box.secrets())
        box.rcpt = "550 no such mailbox"
        sends(rosa, reminder(ada))
        dispatched(willow)
    assert (only(willow).status, only(willow).reason) == ("bounced", "ADDRESS_REFUSED")
    assert "message.bounced" in verbs(willow)


def test_taken_without_an_answer_it_is_unknown_and_never_sent_again_by_itself(
    willow: Clinic, pat: Actor, rosa: Actor, ada: UUID
):
    with mail() as box:
        ready(willow, pat, ada, box.secrets())
        box.silent = True
        sends(rosa, reminder(ada))
        dispatched(willow)
        box.silent = False
        dispatched(willow)
        assert len(box.taken) == 1
        message = only(willow)
        assert (message.status, message.reason) == ("unknown", "CARRIER_SILENT")
        with present(again(rosa)) as by:
            actions.release([message.id], by=by)
        dispatched(willow)
        assert [m["Message-ID"] for m in box.taken] == [message.message_id] * 2
    assert "message.lost" in verbs(willow)


def test_a_person_who_finds_out_says_that_it_arrived(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID):
    with mail() as box:
        ready(willow, pat, ada, box.secrets())
        box.silent = True
        sends(rosa, reminder(ada))
        dispatched(willow)
    with present(again(rosa)) as by:
        actions.arrived(Message.objects.get(), by=by)
    message = only(willow)
    assert (message.status, message.sent_at) == ("delivered", message.sending_at)
    assert "message.arrived" in verbs(willow)


def test_only_of_what_is_unknown_somebody_finds_out_that_it_arrived(willow: Clinic, rosa: Actor, ada: UUID):
    reachable(willow, ada)
    sends(rosa, reminder(ada))
    with pytest.raises(Refusal) as refusal, present(again(rosa)) as by:
        actions.arrived(Message.objects.get(), by=by)
    assert refusal.value.code == "FATE_KNOWN"
    assert only(willow).status == "waiting"
    assert "message.arrived" not in verbs(willow)
    answer = ask(rosa, "/outbox/act/", {"message": str(only(willow).id), "act": "arrived"})
    assert (answer.status_code, b"FATE_KNOWN" in answer.content) == (409, True)


def test_so_many_a_minute_and_the_rest_a_little_later(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID):
    with mail() as box:
        service = carries(pat, Channel.EMAIL, box.secrets())
        firms.did(pat, connections.connect, service.id, "smtp", box.secrets(), a_minute=2)
        reachable(willow, ada)
        for _time in range(3):
            sends(rosa, reminder(ada))
        dispatched(willow)
        assert len(box.taken) == 2
    assert sorted(m.status for m in every(willow)) == ["cleared", "sent", "sent"]
    assert "message.postponed" in verbs(willow)


def test_one_text_a_day_and_the_next_waits_by_itself(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID):
    with https() as desk:
        carries(pat, Channel.SMS, desk.secrets())
        reachable(willow, ada)
        assert isinstance(sends(rosa, reminder(ada, Channel.SMS)), Cleared)
        dispatched(willow)
        answer = sends(rosa, reminder(ada, Channel.SMS))
        assert held(answer) == "SMS_CAP"
        assert isinstance(answer, Held)
        assert answer.until is not None
        assert answer.until > clock.now() + dt.timedelta(hours=23)
        code = Draft("sign_in.code", ada, ways=(Channel.SMS,), values={"code": "123456"})
        assert isinstance(sends(rosa, code), Cleared)
        dispatched(willow)
        assert len(desk.taken) == 2


def test_whoever_has_two_records_gets_no_more_texts_than_others(
    willow: Clinic, pat: Actor, rosa: Actor, ada: UUID, bo: UUID
):
    """47 CFR § 64.1200(a)(9)(iv)(F) counts by patient, and a person with two records is one."""
    with https() as desk:
        carries(pat, Channel.SMS, desk.secrets())
        reachable(willow, ada)
        assert isinstance(sends(rosa, reminder(ada, Channel.SMS)), Cleared)
        dispatched(willow)
        with present(willow.system) as by:
            merging.merge((bo, ada), by=by)
        assert held(sends(rosa, reminder(bo, Channel.SMS))) == "SMS_CAP"


def test_education_waits_for_the_morning_where_the_patient_is(
    willow: Clinic, pat: Actor, rosa: Actor, ada: UUID, monkeypatch: pytest.MonkeyPatch
):
    with mail() as box:
        ready(willow, pat, ada, box.secrets())
        agree(willow, ada, "email", Topic.EDUCATION)
        night = dt.datetime(2026, 12, 1, 3, 30, tzinfo=dt.UTC)
        monkeypatch.setattr(hours, "clock", type("Night", (), {"now": staticmethod(lambda: night)}))
        reading = Draft("education.new", ada, ways=(Channel.EMAIL,), values={"link": "/read/7"})
        answer = sends(rosa, reading)
        assert held(answer) == "SMS_QUIET_HOURS"
        assert isinstance(answer, Held)
        assert answer.until == dt.datetime(2026, 12, 1, 13, 0, tzinfo=dt.UTC)
        link = Draft("visit.link", ada, ways=(Channel.EMAIL,), values={"link": "/v/7"})
        assert isinstance(sends(rosa, link), Cleared)


def test_commercial_mail_names_a_postal_address(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID):
    with mail() as box:
        ready(willow, pat, ada, box.secrets())
        writes(pat, postal="")
        agree(willow, ada, "email", Topic.PRACTICE)
        news = Draft("practice.news", ada, ways=(Channel.EMAIL,), values={"link": "/news"})
        assert held(sends(rosa, news)) == "EMAIL_NO_UNSUB"
        writes(pat)
        assert isinstance(sends(rosa, news), Cleared)
        dispatched(willow)
        (sent,) = box.taken
    assert "1 Elm St" in sent.get_content()
    assert "STOP" in sent["List-Unsubscribe"]


def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    noon = clock.now().replace(hour=17)
    monkeypatch.setattr(hours, "clock", type("Noon", (), {"now": staticmethod(lambda: noon)}))


def test_a_letter_goes_by_no_text_and_by_mail_only_as_chosen(
    willow: Clinic, pat: Actor, cleo: Actor, ada: UUID, monkeypatch: pytest.MonkeyPatch
):
    with mail() as box, https() as desk:
        ready(willow, pat, ada, box.secrets())
        carries(pat, Channel.SMS, desk.secrets())
        with present(again(cleo)) as by:
            paper = written("contact.check", ada, by=by)
        letter = Draft("contact.check", ada, ways=(Channel.SMS,), paper=paper)
        assert held(sends(cleo, letter)) == "UNENCRYPTED_CHANNEL"
        letter = Draft("contact.check", ada, ways=(Channel.EMAIL,), paper=paper)
        assert held(sends(cleo, letter)) == "UNENCRYPTED_CHANNEL"
        learning = Draft("contact.check", ada, ways=(Channel.EMAIL,), paper=paper, topic=Topic.EDUCATION)
        agree(willow, ada, "email", Topic.EDUCATION)
        point = next(m.point for m in every(willow) if m.channel == "email")
        agree(willow, ada, "email", "", kind="ordinary", text_kind="ordinary", point=point)
        at_noon(monkeypatch)
        assert held(sends(cleo, learning)) == "EDU_CHANNEL"
        assert isinstance(sends(cleo, letter), Cleared)
        dispatched(willow)
        (sent,) = box.taken
    assert "letter.asked" in verbs(willow)
    assert sent["Subject"] == "Letter from Willow"
    assert "555" not in sent.get_body().get_content().replace("617-555-0100", "")  # type: ignore[union-attr]
    assert next(sent.iter_attachments()).get_content().startswith(b"%PDF")


def test_the_first_fax_to_a_number_waits_until_somebody_checked_it(willow: Clinic, pat: Actor, cleo: Actor, ada: UUID):
    with https() as desk:
        carries(pat, Channel.FAX, desk.secrets())
        writes(pat)
        with present(again(cleo)) as by:
            paper = written("contact.check", ada, by=by)
        fax = Draft("contact.check", ada, ways=(Channel.FAX,), paper=paper, elsewhere=TO_LEE)
        assert held(sends(cleo, fax)) == "FAX_UNCONFIRMED"
        waits = only(willow).id
        with present(again(cleo)) as by:
            numbers.confirm("617-555-0188", by=by)
            actions.release([waits], by=by)
        dispatched(willow)
        (_path, _headers, body) = desk.taken[0]
    assert "fax_number.confirmed" in verbs(willow)
    assert b"%PDF" in body
    assert only(willow).status == "sent"


@pytest.mark.parametrize(
    ("phi", "code"), [(PhiClass.PART2, "P2_CONSENT_ABSENT"), (PhiClass.PSYCHOTHERAPY, "PSYCH_NOTES_LOCKED")]
)
def test_what_two_laws_close_is_faxed_to_nobody_without_the_patients_word(
    willow: Clinic, pat: Actor, cleo: Actor, ada: UUID, phi: PhiClass, code: str
):
    """No letter of today holds such; the next one that does is asked about."""
    with https() as desk:
        carries(pat, Channel.FAX, desk.secrets())
    about = (new_id(), ada, None, Channel.FAX, Topic.CARE, "contact.check", True, None, True, "America/New_York", None)
    with present(again(cleo)) as by:
        numbers.confirm("617-555-0188", by=by)
        asked = [
            gate.Leaving(*about, "617-555-0188", told=frozenset(more), right=Right.TREATMENT) for more in ({phi}, set())
        ]
        closed, open_ = gate.ask(asked, by=by)
    assert held(closed) == code
    assert isinstance(open_, Cleared)


def test_a_colleague_is_written_to_where_they_sign_in(willow: Clinic, pat: Actor, rosa: Actor):
    with mail() as box:
        carries(pat, Channel.EMAIL, box.secrets())
        writes(pat)
        draft = Draft("staff.alert", member=rosa.id, ways=(Channel.EMAIL,), values={"link": "/"})
        assert isinstance(sends(pat, draft), Cleared)
        dispatched(willow)
        (sent,) = box.taken
    assert sent["To"].startswith("rosa.")
    assert {"staff_message.asked", "staff_message.sending"} <= set(verbs(willow))


def test_how_much_a_notice_says_is_the_patients_choice(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID):
    with mail() as box:
        ready(willow, pat, ada, box.secrets())
        for level, says in (("full", "Ada,"), ("least", "You have a message from Willow")):
            firms.did(rosa, connections.choose_detail, ada, level)
            sends(rosa, reminder(ada))
            dispatched(willow)
            assert says in box.taken[-1].get_content()
    assert "detail.chosen" in verbs(willow)
    with pytest.raises(Refusal) as refusal:
        firms.did(rosa, connections.choose_detail, ada, "everything")
    assert refusal.value.code == "CHOICE_UNKNOWN"


def test_how_much_a_notice_says_is_written_down_by_who_may_reach_the_patient(
    willow: Clinic, pat: Actor, rosa: Actor, ada: UUID
):
    """An administrator has the outbox and no patients; a restriction closes this to whom it names."""
    assert ask(pat, f"/patients/{ada}/detail/", {"level": "full"}).status_code == 403
    with pytest.raises(Refusal) as stranger:
        firms.did(pat, connections.choose_detail, ada, "full")
    assert stranger.value.code == "POLICY_DENY"
    with present(willow.system) as by:
        access.restrict(ada, [PhiClass.CONTACT], by=by, member=rosa.id)
    with pytest.raises(Refusal) as named:
        firms.did(rosa, connections.choose_detail, ada, "full")
    assert named.value.code == "RESTRICTION_BLOCK"
    assert "detail.chosen" not in verbs(willow)


def test_a_message_that_breaks_does_not_stop_the_one_behind_it(
    willow: Clinic, pat: Actor, rosa: Actor, ada: UUID, monkeypatch: pytest.MonkeyPatch
):
    with mail() as box:
        ready(willow, pat, ada, box.secrets())
        for _ in range(2):
            sends(rosa, reminder(ada))
        broken, whole, take = every(willow)[0].id, every(willow)[1].id, taking.take

        def breaks(id: UUID, *, by: Actor) -> object:
            if id == broken:
                raise RuntimeError("what a typesetter raises")
            return take(id, by=by)

        monkeypatch.setattr(taking, "take", breaks)
        dispatched(willow)
        assert len(box.taken) == 1
    found = {m.id: (m.status, m.reason) for m in every(willow)}
    assert found[broken] == ("cleared", "SENDING_BROKE")
    assert found[whole][0] == "sent"


def test_a_clearance_that_grew_old_is_for_later_and_the_one_behind_it_leaves(
    willow: Clinic, pat: Actor, rosa: Actor, ada: UUID, monkeypatch: pytest.MonkeyPatch
):
    with mail() as box:
        ready(willow, pat, ada, box.secrets())
        for _ in range(2):
            sends(rosa, reminder(ada))
        slow, take = every(willow)[0].id, taking.take

        def long(id: UUID, *, by: Actor) -> object:
            taken = take(id, by=by)
            if id == slow and isinstance(taken, taking.Taken):
                taken.cleared.at -= clearance.FRESH + dt.timedelta(seconds=1)
            return taken

        monkeypatch.setattr(taking, "take", long)
        dispatched(willow)
        assert len(box.taken) == 1
    first, second = every(willow)
    assert (first.status, first.reason, second.status) == ("cleared", "SENDING_BROKE", "sent")
    assert first.next_at is not None and first.sent_at is None


def test_of_merged_records_the_one_that_says_least_holds(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID, bo: UUID):
    with mail() as box:
        ready(willow, pat, ada, box.secrets())
        for each, level in ((ada, "full"), (bo, "least")):
            firms.did(rosa, connections.choose_detail, each, level)
        with present(willow.system) as by:
            merging.merge((ada, bo), by=by)
        sends(rosa, reminder(ada))
        dispatched(willow)
        assert "You have a message from Willow" in box.taken[-1].get_content()
        firms.did(rosa, connections.choose_detail, ada, "full")
        sends(rosa, reminder(ada))
        dispatched(willow)
        assert "Ada," in box.taken[-1].get_content(), "a later choice counts for every record"


def test_a_clinic_whose_name_tells_writes_under_another(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID):
    with mail() as box:
        ready(willow, pat, ada, box.secrets())
        writes(pat, name="Willow Recovery Center", neutral="WRC Office")
        sends(rosa, reminder(ada))
        dispatched(willow)
        (sent,) = box.taken
    assert "Recovery" not in sent.as_string()
    assert sent["From"].startswith("WRC Office")


def test_disconnected_everything_waits(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID):
    with mail() as box:
        ready(willow, pat, ada, box.secrets())
        with present(again(pat)):
            connection = Connection.objects.get().id
        firms.did(pat, connections.disconnect, connection)
        assert held(sends(rosa, reminder(ada))) == "CARRIER_NOT_CONNECTED"
    assert "connection.ended" in verbs(willow)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"host": ""}, "FIELD_EMPTY"),
        ({"security": "none"}, "CHOICE_UNKNOWN"),
        ({"from": "nobody"}, "EMAIL_UNREADABLE"),
        ({"host": "h" * 201}, "TEXT_TOO_LONG"),
    ],
)
def test_what_a_connector_asks_for_is_checked(willow: Clinic, pat: Actor, change: dict[str, str], code: str):
    service = firms.cleared(pat, ServiceKind.EMAIL)
    said = {"host": "mail.example", "port": "587", "security": "starttls", "from": "a@b.example"} | change
    with pytest.raises(Refusal) as refusal:
        firms.did(pat, connections.connect, service.id, "smtp", said)
    assert refusal.value.code == code
