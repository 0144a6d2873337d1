"""Answers: what leaves, what waits and why, ten seconds to undo; what is answered at once; mail as it comes in."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from email.message import EmailMessage
from urllib.parse import parse_qs
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils.translation import override

from keepwell.access import actions as access
from keepwell.access import texting
from keepwell.access.consents import why_not
from keepwell.access.models import Consent
from keepwell.access.tests.consenting import agree
from keepwell.access.tests.test_actions import verbs
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.ledger.doorway import present
from keepwell.messaging import actions, answering, mail, replying, rules, stopping
from keepwell.messaging.models import Post, Thread
from keepwell.messaging.tests.desk import MOBILE, acts, comes, has_mobile, reads, refused
from keepwell.outbound.letters import Paper, written
from keepwell.outbound.models import Message
from keepwell.outbound.tests import firms
from keepwell.outbound.tests.sending import carries, dispatched, every, only, writes
from keepwell.outbound.tests.servers import https
from keepwell.outbound.tests.servers import mail as mail_server
from keepwell.patients.models import ContactPoint
from keepwell.patients.reach import Contact
from keepwell.patients.tests.people import ADA, adds, again, entries, looks_after, registers
from keepwell.records.models import Document
from keepwell.records.tests.papers import HTML, PDF
from keepwell.tasks.asks import For
from keepwell.vault.phi import PhiClass
from tests.browse import ask, text
from tests.cast import Clinic

EMAIL = (Channel.EMAIL,)


def asked(clinic: Clinic, imani: Actor, ada: UUID) -> Thread:
    """Ada wrote, and Imani looks after her and answers."""
    has_mobile(clinic, ada)
    looks_after(clinic, imani, ada)
    thread = comes(clinic, "Do I still take it at night?")
    with present(clinic.system) as by:
        actions.hand_over(thread, For(member=imani.id), by=by)
    return thread


def chooses_email(clinic: Clinic, ada: UUID) -> None:
    adds(clinic, ada, Contact(system="email", value="ada@example.org"))
    with present(clinic.system):
        point = ContactPoint.objects.get(patient_id=ada, system="email").id
    agree(clinic, ada, "email", "care")
    agree(clinic, ada, "email", "", kind="ordinary", text_kind="ordinary", point=point)


def test_an_answer_waits_with_its_reason_where_nothing_carries_it(willow: Clinic, imani: Actor, ada: UUID):
    thread = asked(willow, imani, ada)
    post = acts(replying.reply, imani, thread, "Yes, at night.\nWith water.", EMAIL)
    message = only(willow)
    assert (message.status, message.reason, post.message) == ("waiting", "BAA_REQUIRED", message.id)
    with present(again(imani)):
        row = Thread.objects.get()
    assert (row.status, row.heard_at) == ("on-hold", None)
    assert {"message.answered", "message.answer_sent", "letter.asked"} <= set(verbs(willow))
    assert reads(imani, thread)[-1] == "Yes, at night.\nWith water."


def test_an_answer_leaves_after_ten_seconds_and_not_before(
    willow: Clinic, pat: Actor, imani: Actor, ada: UUID, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(firms, "REACH", (*firms.REACH, PhiClass.MESSAGE))
    with mail_server() as box:
        carries(pat, Channel.EMAIL, box.secrets())
        writes(pat)
        chooses_email(willow, ada)
        thread = asked(willow, imani, ada)
        post = acts(replying.reply, imani, thread, "Yes, at night.", EMAIL)
        assert only(willow).status == "cleared", only(willow).reason
        assert dispatched(willow) == 0
        with time_machine.travel(clock.now() + dt.timedelta(seconds=11), tick=True):
            assert dispatched(willow) == 1
            with pytest.raises(Refusal) as refusal, present(again(imani)) as by:
                replying.undo(post, by=by)
            assert refusal.value.code == "ANSWER_GONE"
    assert len(box.taken) == 1


def test_taken_back_in_time_it_never_leaves_and_the_patient_waits_again(willow: Clinic, imani: Actor, ada: UUID):
    thread = asked(willow, imani, ada)
    post = acts(replying.reply, imani, thread, "Wrong person", EMAIL)
    with present(again(imani)) as by:
        replying.undo(post, by=by)
    assert only(willow).status == "withdrawn"
    assert verbs(willow)[-1] == "message.answer_undone"
    with present(again(imani)):
        row, kept = Thread.objects.get(), Post.objects.get(kind="sent")
    assert row.heard_at is not None
    assert kept.withdrawn_at is not None


def test_who_may_not_read_a_thread_does_not_answer_it(willow: Clinic, rosa: Actor, ada: UUID):
    has_mobile(willow, ada)
    thread = comes(willow, "Hello")
    assert refused(replying.reply, rosa, thread, "Hi", EMAIL) == "POLICY_DENY"


def test_free_words_take_no_channel_that_others_read(willow: Clinic, imani: Actor, ada: UUID):
    thread = asked(willow, imani, ada)
    assert refused(replying.reply, imani, thread, "Hi", (Channel.SMS,)) == "CHOICE_UNKNOWN"
    assert refused(replying.reply, imani, thread, " ", EMAIL) == "FIELD_EMPTY"
    acts(actions.close, imani, thread, "answered")
    assert refused(replying.reply, imani, thread, "Hi", EMAIL) == "THREAD_CLOSED"


def test_the_heading_of_an_answer_is_in_the_patients_language(willow: Clinic, imani: Actor):
    luz = registers(willow, replace(ADA, given_name="Luz", language="es"))
    thread = asked(willow, imani, luz)
    with present(again(imani)) as by, override("en"):
        assert replying.draft(thread, "Sí.", EMAIL, by=by).paper == Paper("Respuesta a su mensaje", ("Sí.",))
    thread.patient_id = registers(willow, ADA)
    looks_after(willow, imani, thread.patient_id)
    with present(again(imani)) as by, override("es"):
        assert replying.draft(thread, "Yes.", EMAIL, by=by).paper == Paper("Answer to your message", ("Yes.",))


def test_nobody_answers_somebody_unknown(willow: Clinic, rosa: Actor):
    thread = comes(willow, "Hello?", "+16175550199")
    assert refused(replying.reply, rosa, thread, "Hi", EMAIL) == "THREAD_UNKNOWN"


def test_the_newest_answer_is_the_letters_words(willow: Clinic, imani: Actor, ada: UUID):
    thread = asked(willow, imani, ada)
    acts(replying.reply, imani, thread, "One", EMAIL)
    acts(replying.reply, imani, thread, "Two", EMAIL)
    with present(again(imani, Purpose.TREAT)) as by:
        assert written(replying.REPLY, ada, by=by).paragraphs == ("Two",)


def answers(clinic: Clinic, thread: Thread, sender: str = MOBILE) -> UUID | None:
    with present(access.system_actor(clinic.practice.id, Purpose.TREAT)) as by:
        return answering.answer_at_once(thread, sender, by=by)


def later(**more: int) -> time_machine.travel:
    return time_machine.travel(clock.now() + dt.timedelta(**more), tick=True)


def sets(pat: Actor, *, auto: bool = True, **more: dt.date) -> None:
    with present(again(pat)) as here:
        rules.keep(rules.Asked("front_desk", 60, 60, None, auto, "617-555-0100", **more), by=here)


def test_the_numbers_for_an_emergency_come_at_once_and_once_a_day(willow: Clinic, pat: Actor, ada: UUID):
    writes(pat)
    has_mobile(willow, ada)
    for expected in (1, 1):
        thread = comes(willow, "Hello")
        answers(willow, thread)
        assert len(every(willow)) == expected
    assert "message.auto_answered" in verbs(willow)
    assert only(willow).template == "message.received"
    sets(pat, auto=False)
    with later(days=2):
        assert answers(willow, thread) is None


def test_somebody_unknown_is_answered_in_both_languages_and_told_nothing(willow: Clinic, pat: Actor):
    stranger = "+16175550199"
    with https() as desk:
        carries(pat, Channel.SMS, desk.secrets())
        writes(pat)
        answers(willow, comes(willow, "Hello?", stranger), stranger)
        dispatched(willow)
        ((_path, _headers, sent),) = desk.taken
        said = parse_qs(sent.decode())
        assert said["To"] == [stranger]
        for word in ("911", "988", "617-555-0100", "emergencia", "Willow"):
            assert word in said["Body"][0]
        assert "patient" not in said["Body"][0].casefold()
        assert answers(willow, comes(willow, "Hello??", stranger), "(617) 555-0199") is None
        with later(hours=25):
            assert answers(willow, comes(willow, "Hello???", stranger), stranger) is not None
    assert {"unknown_message.asked", "message.sending"} <= set(verbs(willow))
    assert only(willow).whose == only(willow).id


def test_a_stranger_is_answered_by_nobody_without_an_agreement(willow: Clinic, pat: Actor):
    writes(pat)
    answers(willow, comes(willow, "Hello?", "+16175550199"), "+16175550199")
    assert (only(willow).status, only(willow).reason) == ("waiting", "BAA_REQUIRED")


@pytest.mark.attack
def test_whoever_texted_stop_gets_no_automatic_answer(willow: Clinic, pat: Actor):
    stranger = "+16175550199"
    writes(pat)
    with present(access.system_actor(willow.practice.id, Purpose.TREAT)) as by:
        texting.stop_texts(texting.digest_of(stranger, by=by), by)
    assert answers(willow, comes(willow, "Hello?", stranger), stranger) is None
    assert every(willow) == []


def mails(clinic: Clinic, *senders: str) -> int:
    """How many of these strangers were answered at once."""
    for sender in senders:
        takes(clinic, message(From=sender, Message_ID=f"<{sender}>").as_bytes())
    return len(every(clinic))


@pytest.mark.attack
def test_one_domain_gets_no_more_than_its_answers_a_day(willow: Clinic, pat: Actor, monkeypatch: pytest.MonkeyPatch):
    """A help desk with a new address for each ticket, and another beside it."""
    monkeypatch.setattr(answering, "MOST_OF_A_DOMAIN", 2)
    writes(pat)
    assert mails(willow, *(f"ticket-{each}@desk.example" for each in range(4))) == 2
    assert mails(willow, "somebody@DESK.example") == 2
    assert mails(willow, "somebody@elsewhere.example") == 3
    with later(hours=25):
        assert mails(willow, "ticket-9@desk.example") == 4


@pytest.mark.attack
def test_strangers_get_no_more_than_so_many_answers_an_hour(
    willow: Clinic, pat: Actor, ada: UUID, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(answering, "MOST_AN_HOUR", 2)
    writes(pat)
    assert mails(willow, *(f"a@{each}.example" for each in range(4))) == 2
    has_mobile(willow, ada)
    assert answers(willow, comes(willow, "Hello")) is not None, "a patient is answered all the same"
    with later(minutes=61):
        assert mails(willow, "a@9.example") == 4


@pytest.mark.attack
@pytest.mark.parametrize("abroad", ["+442079460958", "+882161234567"])
def test_no_text_goes_abroad_by_itself(willow: Clinic, pat: Actor, abroad: str):
    writes(pat)
    assert answers(willow, comes(willow, "Hello?", abroad), abroad) is None
    assert every(willow) == []
    assert answers(willow, comes(willow, "Hello?", "+16175550199"), "+16175550199") is not None


def test_days_off_change_what_is_answered_at_once(willow: Clinic, pat: Actor, ada: UUID):
    writes(pat)
    has_mobile(willow, ada)
    today = clock.now().astimezone(ZoneInfo("America/New_York")).date()
    sets(pat, closed_from=today, opens_on=today + dt.timedelta(days=3))
    answers(willow, comes(willow, "Hello"))
    answers(willow, comes(willow, "Hello", "+16175550199"), "+16175550199")
    assert sorted(m.template for m in every(willow)) == ["message.received_anybody_away", "message.received_away"]
    page = text(ask(pat, "/settings/inbox/"))
    assert "We are closed until" in page
    assert "Está cerrado hasta el" in page
    with later(days=3):
        answers(willow, comes(willow, "Hello"))
    assert {m.template for m in every(willow)} >= {"message.received"}


def test_rules_of_the_automatic_answer_that_cannot_be_are_refused(pat: Actor):
    day = dt.date(2026, 12, 24)
    for asked, code in (
        (rules.Asked("front_desk", 60, 60, None, True, ""), "FIELD_EMPTY"),
        (rules.Asked("front_desk", 60, 60, None, True, "12"), "PHONE_UNREADABLE"),
        (rules.Asked("front_desk", 60, 60, None, False, "", day, day), "TIME_ORDER"),
        (rules.Asked("front_desk", 60, 60, None, False, "", day, None), "TIME_ORDER"),
    ):
        with present(again(pat)) as by, pytest.raises(Refusal) as refusal:
            rules.keep(asked, by=by)
        assert refusal.value.code == code


def message(**more: str) -> EmailMessage:
    made = EmailMessage()
    said = {"From": "Ada <ada@example.org>", "Subject": "My results", "Message_ID": "<1@example.org>"} | more
    for name, value in said.items():
        made[name.replace("_", "-")] = value
    made.set_content("Are they there yet?")
    return made


def takes(clinic: Clinic, raw: bytes) -> mail.Taken:
    with present(access.system_actor(clinic.practice.id, Purpose.TREAT)) as by:
        return mail.take(raw, by=by)


def test_a_mail_comes_in_with_its_papers_and_once(willow: Clinic, pat: Actor, ada: UUID):
    writes(pat)
    adds(willow, ada, Contact(system="email", value="ada@example.org"))
    made = message()
    made.add_attachment(PDF, maintype="application", subtype="pdf", filename="lab.pdf")
    made.add_attachment(HTML, maintype="application", subtype="pdf", filename="worse.pdf")
    taken = takes(willow, made.as_bytes())
    assert (taken.papers, taken.refused) == (1, ("DOCUMENT_TYPE",))
    assert taken.thread
    assert taken.thread.patient_id == ada
    takes(willow, made.as_bytes())
    with present(willow.system):
        assert Post.objects.filter(kind="received").count() == 1
        assert Document.objects.count() == 1
        assert Message.objects.count() == 1


@pytest.mark.attack
def test_somebody_elses_number_on_a_mail_keeps_no_mail_out(willow: Clinic, ada: UUID):
    takes(willow, message(From="Mallory <m@example.org>").as_bytes())
    takes(willow, message().as_bytes())
    with present(willow.system):
        assert Post.objects.filter(kind="received").count() == 2


@pytest.mark.attack
def test_a_used_number_and_a_forged_sender_keep_no_other_mail_out(willow: Clinic, ada: UUID):
    takes(willow, message().as_bytes())
    other = message()
    other.set_content("I cannot breathe well.")
    takes(willow, other.as_bytes())
    with_paper = message()
    with_paper.add_attachment(PDF, maintype="application", subtype="pdf", filename="lab.pdf")
    assert takes(willow, with_paper.as_bytes()).papers == 1
    with present(willow.system):
        assert Post.objects.filter(kind="received").count() == 3


@pytest.mark.attack
def test_a_mail_that_comes_again_does_nothing_again(willow: Clinic, pat: Actor):
    writes(pat)
    made = message()
    made.add_attachment(PDF, maintype="application", subtype="pdf", filename="lab.pdf")
    first = takes(willow, made.as_bytes())
    assert len(every(willow)) == 1
    with later(days=2):
        assert takes(willow, made.as_bytes()) == mail.Taken(first.thread, 0, ())
    assert len(every(willow)) == 1


def test_a_machines_mail_is_answered_by_no_machine(willow: Clinic, ada: UUID):
    adds(willow, ada, Contact(system="email", value="ada@example.org"))
    takes(willow, message(Auto_Submitted="auto-replied").as_bytes())
    assert every(willow) == []


@pytest.mark.attack
@pytest.mark.parametrize(
    "header",
    [
        {"Auto_Submitted": "auto-generated"}, {"Precedence": "bulk"}, {"List_Id": "<news.example.org>"},
        {"Return_Path": "<>"}, {"X_Auto_Response_Suppress": "All"}, {"From": "no-reply@example.org"},
        {"From": "MAILER-DAEMON@example.org"}, {"From": "bounces+7@example.org"},
    ],
)  # fmt: skip
def test_two_machines_never_talk_to_each_other(willow: Clinic, pat: Actor, header: dict[str, str]):
    writes(pat)
    made = message()
    for name, value in header.items():
        del made[name.replace("_", "-")]
        made[name.replace("_", "-")] = value
    takes(willow, made.as_bytes())
    assert every(willow) == []
    takes(willow, message(Message_ID="<2@example.org>").as_bytes())
    assert [m.template for m in every(willow)] == ["message.received_anybody"]


def test_of_a_page_only_the_words_are_kept(willow: Clinic, rosa: Actor):
    made = EmailMessage()
    made["From"] = "x@example.org"
    made.set_content(
        "<html><head><style>p{}</style></head><p>Hello<script>alert(1)</script></p></html>", subtype="html"
    )
    assert mail.read(made.as_bytes()).words == "Hello"


def test_what_is_no_mail_is_refused():
    for raw, code in ((b"no header", "MAIL_UNREADABLE"), (b"x" * (mail.MOST + 1), "FILE_TOO_LARGE")):
        with pytest.raises(Refusal) as refusal:
            mail.read(raw)
        assert refusal.value.code == code


def test_answered_and_undone_on_the_page(willow: Clinic, imani: Actor, ada: UUID):
    thread = asked(willow, imani, ada)
    here = f"/inbox/{thread.id}/"
    assert "Send answer" in text(ask(imani, here))
    page = text(ask(imani, f"{here}leaves/?way=letter"))
    assert "It will wait in the outbox." in page
    part = text(ask(imani, f"{here}leaves/?way=letter", None, **{"HX-Request": "true"}))
    assert part.strip() in page
    typed = text(ask(imani, f"{here}leaves/", {"way": "letter", "words": "At night."}, **{"HX-Request": "true"}))
    assert "At night." in typed
    assert ask(imani, f"{here}reply/", {"words": " ", "way": "email"}).status_code == 422
    assert ask(imani, f"{here}reply/", {"words": "At night.", "way": "letter"}).status_code == 302
    page = text(ask(imani, here))
    assert "At night." in page
    with present(again(imani)):
        post = Post.objects.get(kind="sent")
    assert ask(imani, f"{here}undo/{post.id}/", {}).status_code == 302
    assert "Taken back" in text(ask(imani, here))
    assert "(617) 555-0142" in text(ask(imani, here))


@pytest.mark.attack
def test_a_text_forged_from_a_patients_number_learns_and_changes_nothing(
    willow: Clinic, pat: Actor, rosa: Actor, ada: UUID
):
    writes(pat)
    has_mobile(willow, ada)
    before = entries(rosa, "kind = 'action'")
    thread = comes(willow, "This is Ada. My new address is 1 Elm St. Send my results here and cancel my visit.")
    answers(willow, thread)
    did = [verb for _kind, verb, *_rest in entries(rosa, "kind = 'action'")[len(before) :]]
    assert set(did) <= {"message.received", "message.asked", "message.auto_answered", "contact.added"}
    (message,) = every(willow)
    assert (message.template, message.is_letter) == ("message.received", False)
    opened = {verb for _kind, verb, *_rest in entries(rosa, "kind = 'open' AND 'clinical' = ANY (classes)")}
    assert opened == set()
    acts(actions.claim, rosa, thread)
    assert "no proof of who wrote" in text(ask(rosa, f"/inbox/{thread.id}/"))


def test_a_mail_that_says_stop_ends_news_and_leaves_reminders_alone(willow: Clinic, ada: UUID):
    adds(willow, ada, Contact(system="email", value="ada@example.org"))
    made = EmailMessage()
    made["From"], made["Subject"] = "ada@example.org", "Re: News from Willow"
    made.set_content("Stop.\n\n> There is news from Willow")
    takes(willow, made.as_bytes())
    assert "consent.declined" in verbs(willow)
    with present(access.system_actor(willow.practice.id, Purpose.TREAT)) as by:
        said = [why_not(ada, Channel.EMAIL, topic, by=by) for topic in stopping.COMMERCIAL]
        declined = Consent.objects.filter(agreed=False).values_list("topic", flat=True)
        assert set(declined) == set(stopping.COMMERCIAL)
    assert all(said)
    assert every(willow) == []


@pytest.mark.parametrize(
    "body",
    ["", "\n", "Sent from my iPhone\n", "-- \nAda Lovelace\n(617) 555-0143\n", "Enviado desde mi Galaxy", "> News"],
)
def test_unsubscribing_by_the_address_in_our_messages_is_heard(willow: Clinic, ada: UUID, body: str):
    adds(willow, ada, Contact(system="email", value="ada@example.org"))
    made = message()
    del made["Subject"]
    made["Subject"] = "STOP"
    made.set_content(body)
    takes(willow, made.as_bytes())
    assert "consent.declined" in verbs(willow)
    assert every(willow) == []


@pytest.mark.parametrize(
    ("words", "subject"), [("My rash is back.", "STOP"), ("", "Re: STOP smoking"), ("", ""), ("-- \nstop", "Hello")]
)
def test_what_says_more_than_stop_is_a_message(words: str, subject: str):
    assert not stopping.asks_to_stop(words, subject)


def test_a_stranger_or_a_mention_stops_nothing(willow: Clinic):
    assert not stopping.asks_to_stop("Please do not stop my medication")
    made = message()
    made.set_content("STOP")
    takes(willow, made.as_bytes())
    assert "consent.declined" not in verbs(willow)
