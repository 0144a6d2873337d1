"""Mail as strangers and mail systems write it: nothing of it breaks Keepwell, and nothing that came in is lost."""

from __future__ import annotations

import random
import socket
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import pytest

from keepwell.access import actions as access
from keepwell.access.tests.test_actions import verbs
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.ledger.doorway import present
from keepwell.messaging import incoming, mail, mailparts
from keepwell.messaging.models import Post, Thread
from keepwell.messaging.tests.desk import reads
from keepwell.messaging.tests.test_answers import message, takes
from keepwell.outbound import reports
from keepwell.outbound.tests.sending import carries, dispatched, only, reachable, reminder, sends, writes
from keepwell.outbound.tests.servers import mail as mail_server
from keepwell.patients.reach import Contact
from keepwell.patients.tests.people import adds
from keepwell.records import documents
from keepwell.records.models import Document
from keepwell.records.tests.papers import PDF
from tests.browse import ask, text
from tests.cast import Clinic

HEAD = b"From: Ada <ada@example.org>\nSubject: Results\nMessage-ID: <7@example.org>\nMIME-Version: 1.0\n"


def papers(clinic: Clinic) -> list[Document]:
    with present(clinic.system):
        return list(Document.objects.order_by("came_at", "id"))


def said(clinic: Clinic, by: Actor, raw: bytes) -> str:
    """What the desk reads of it in the inbox."""
    taken = takes(clinic, raw)
    assert taken.thread
    return reads(by, taken.thread)[-1]


def test_a_paper_that_is_the_whole_mail_is_kept(willow: Clinic, rosa: Actor):
    made = EmailMessage()
    made["From"] = "lab@example.org"
    made.set_content(PDF, maintype="application", subtype="pdf", filename="lab.pdf")
    assert "without words" in said(willow, rosa, made.as_bytes())
    assert [row.type for row in papers(willow)] == ["application/pdf"]


def test_a_forwarded_mail_is_read_with_its_papers(willow: Clinic, rosa: Actor):
    inner = message(From="lab@example.org", Subject="Blood count")
    inner.add_attachment(PDF, maintype="application", subtype="pdf", filename="lab.pdf")
    outer = message(Subject="Fwd: Blood count", Message_ID="<8@example.org>")
    outer.add_attachment(inner)
    words = said(willow, rosa, outer.as_bytes())
    assert "lab@example.org" in words
    assert words.count("Are they there yet?") == 2
    assert len(papers(willow)) == 1


def test_what_is_forwarded_too_often_is_kept_whole(willow: Clinic, rosa: Actor):
    made = message()
    for _ in range(mailparts.DEEPEST + 1):
        outer = message(Subject="Fwd")
        outer.add_attachment(made)
        made = outer
    assert "lies whole" in said(willow, rosa, made.as_bytes())
    assert [row.type for row in papers(willow)] == ["message/rfc822"]


@pytest.mark.parametrize("charset", ["x-nobody-knows", "zlib", "", "utf-8", "us-ascii"])
def test_an_unknown_charset_refuses_no_mail(willow: Clinic, rosa: Actor, charset: str):
    raw = HEAD + f'Content-Type: text/plain; charset="{charset}"\n\n'.encode() + "¿Está listo?".encode()
    assert "¿Está listo?" in said(willow, rosa, raw)


@pytest.mark.parametrize(
    "raw",
    [
        HEAD.replace(b"Ada <ada@example.org>", b"m@") + b"\nHello",
        HEAD.replace(b"<7@example.org>", b"<[") + b"\nHello",
        HEAD + b"Content-Type: text/html\n\n<p>Hello</p><![x]>",
        HEAD.replace(b"<7@example.org>", b"<\0" + b"7" * 200 + b">") + b"\nHello",
        HEAD.replace(b"Results", b"\xff\xfe =?x?q?=FF?= =?utf-8?b?/w==?=") + b"\nHello",
        b"Subject: Nobody\n\nHello",
        HEAD + b"Content-Type: multipart/mixed; boundary=x\n\nHello, there is no boundary",
    ],
    ids=["sender", "message id", "page", "long message id", "subject", "no sender", "no boundary"],
)
def test_what_is_wrong_with_a_mail_keeps_no_words_out(willow: Clinic, rosa: Actor, raw: bytes):
    for _ in range(2):
        takes(willow, raw)
    with present(willow.system):
        thread = Thread.objects.order_by("-began_at").first()
    assert thread
    assert "Hello" in reads(rosa, thread)[-1] or [row.type for row in papers(willow)] == ["message/rfc822"]


def test_a_damaged_page_is_read(willow: Clinic, rosa: Actor):
    words = said(willow, rosa, HEAD + b"Content-Type: text/html\n\n<p>Hello</p><![x]><p>Ada</p>")
    assert "Hello\nAda" in words


def test_what_cannot_be_read_is_kept_as_it_came(willow: Clinic, rosa: Actor):
    assert "could not be read" in said(willow, rosa, b"no header")
    takes(willow, b"no header")
    (row,) = papers(willow)
    assert (row.type, row.size) == ("message/rfc822", 9)
    assert b"no header" not in documents.path_of(row.id).read_bytes()
    answer = ask(rosa, f"/documents/{row.id}/content/")
    assert answer.content == b"no header"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="document.eml"'
    page = text(ask(rosa, f"/documents/{row.id}/"))
    assert "Nothing in it was checked" in page
    assert "Open it</a>" not in page
    with present(willow.system):
        assert Post.objects.count() == 1


def test_longer_words_and_more_papers_than_are_shown_are_kept_whole(willow: Clinic, rosa: Actor):
    made = message()
    made.set_content("word " * incoming.LONGEST)
    assert "lies whole" in said(willow, rosa, made.as_bytes())
    many = message(Message_ID="<9@example.org>")
    for at in range(mail.PAPERS + 1):
        many.add_attachment(PDF, maintype="application", subtype="pdf", filename=f"{at}.pdf")
    assert "lies whole" in said(willow, rosa, many.as_bytes())
    types = [row.type for row in papers(willow)]
    assert (types.count("message/rfc822"), types.count("application/pdf")) == (2, mail.PAPERS)


def test_a_paper_that_is_refused_is_named_to_whoever_reads(willow: Clinic, rosa: Actor):
    made = message()
    made.add_attachment(b"PK\3\4", maintype="application", subtype="zip", filename="a.zip")
    words = said(willow, rosa, made.as_bytes())
    assert "DOCUMENT_TYPE" in words
    assert "another way" in words


def test_words_in_an_attachment_are_read(willow: Clinic, rosa: Actor):
    made = message()
    made.add_attachment("Since Monday.", filename="notes.txt")
    assert "notes.txt:\nSince Monday." in said(willow, rosa, made.as_bytes())


def test_while_nothing_can_be_screened_all_of_it_waits(willow: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with socket.socket(socket.AF_UNIX) as nobody:
        nobody.bind(str(tmp_path / "clamd"))
        monkeypatch.setenv("KEEPWELL_CLAMAV", f"unix:{tmp_path / 'clamd'}")
        made = message()
        made.add_attachment(PDF, maintype="application", subtype="pdf", filename="lab.pdf")
        with pytest.raises(Refusal) as refusal:
            takes(willow, made.as_bytes())
    assert refusal.value.code == "SCANNER_UNAVAILABLE"
    with present(willow.system):
        assert not Post.objects.exists()


def report(to: str, about: str, action: str = "failed") -> bytes:
    """What a mail system writes of a message that it could not hand over (RFC 3464)."""
    return (
        "From: MAILER-DAEMON@mx.example.org\nSubject: Undelivered\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nI am sorry.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n"
        f"Final-Recipient: rfc822; {to}\nAction: {action}\nStatus: 5.1.1\n\n"
        f"--b\nContent-Type: message/rfc822\n\nFrom: a@willow.example\nMessage-ID: {about}\n\n\nHello\n--b--\n"
    ).encode()


@pytest.fixture
def sent(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID) -> str:
    """A reminder that left by e-mail: its Message-ID."""
    with mail_server() as box:
        carries(pat, Channel.EMAIL, box.secrets())
        writes(pat)
        reachable(willow, ada)
        sends(rosa, reminder(ada))
        assert dispatched(willow) == 1
    assert only(willow).status == "sent"
    return only(willow).message_id


def test_a_late_report_marks_the_message_and_lands_in_no_inbox(willow: Clinic, sent: str):
    assert takes(willow, report("Ada@Example.org", sent)).thread is None
    assert takes(willow, report("ada@example.org", sent)).thread is None
    assert (only(willow).status, only(willow).reason) == ("bounced", "ADDRESS_REFUSED")
    assert verbs(willow).count("message.reported") == 1
    with present(willow.system):
        assert not Thread.objects.exists()


@pytest.mark.attack
@pytest.mark.parametrize(
    ("to", "about", "action"),
    [
        ("bo@example.org", "", "failed"), ("ada@example.org", "", "delayed"), ("ada@example.org", "<1@x>", "failed"),
        ("ada@example.org", f"<{'0' * 32}@", "failed"), ("", "", "failed"),
    ],
    ids=["another address", "only late", "another's message", "no message of ours", "nobody"],
)  # fmt: skip
def test_a_report_that_does_not_fit_marks_nothing_and_is_kept(
    willow: Clinic, rosa: Actor, sent: str, to: str, about: str, action: str
):
    about = about + sent.partition("@")[2] if about.endswith("@") else about or sent
    assert "I am sorry." in said(willow, rosa, report(to, about, action))
    assert only(willow).status == "sent"


@pytest.mark.attack
def test_a_report_of_what_has_not_left_marks_nothing(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID):
    writes(pat)
    reachable(willow, ada)
    sends(rosa, reminder(ada))
    assert only(willow).status == "waiting"
    about = only(willow).message_id
    with present(access.system_actor(willow.practice.id, Purpose.TREAT)) as by:
        assert not reports.bounced(about, ["ada@example.org"], by=by)
    assert only(willow).status == "waiting"


def seeds() -> list[bytes]:
    full = message()
    full.add_alternative("<p>Are <b>they</b> there?<![x]></p>", subtype="html")
    full.add_attachment(PDF, maintype="application", subtype="pdf", filename="läb.pdf")
    outer = message(Subject="Fwd: ¿listo?")
    outer.add_attachment(full)
    return [full.as_bytes(), outer.as_bytes(), report("ada@example.org", "<7@x>"), HEAD + b"\nHello", b"no header"]


SPLICED = (
    b"<![x]>", b"<!", b"\nFrom:m@\n", b"\nMessage-ID: <[\n", b'; charset="x"', b"\nContent-Type: message/rfc822\n\n",
    b"\nContent-Transfer-Encoding: base64\n", b"\nContent-Transfer-Encoding: uuencode\n", b"=?utf-8?b?/w=?=",
    b"\0", b"\xff", b"\n\n", b"--", b"\nContent-Type: multipart/mixed; boundary=\n", b'; filename*="a\'b\'%FF"',
    b"(((", b"@", b"<>", b",",
)  # fmt: skip


def worse(raw: bytes, by: random.Random) -> bytes:
    for _ in range(by.randint(1, 6)):
        at, piece = by.randrange(len(raw) + 1), by.choice(SPLICED)
        cut = by.randint(0, 12)
        raw = by.choice((raw[:at] + piece + raw[at:], raw[:at] + raw[at + cut :], raw[:at] + piece + raw[at + cut :]))
    return raw


@pytest.mark.attack
def test_no_mail_breaks_the_one_who_reads_it():
    by, whole = random.Random(20261130), seeds()
    for _ in range(2_000):
        raw = worse(by.choice(whole), by)
        try:
            found = mail.read(raw)
        except Refusal as refusal:
            assert refusal.code == "MAIL_UNREADABLE"  # noqa: PT017 - either of the two is right
            continue
        for words in (found.sender, found.words, found.own, found.number, *(name for name, _ in found.papers)):
            assert "\0" not in words
            assert words == words.encode().decode()
        assert len(incoming.outside("mail", found.number)) <= incoming.LONGEST_NUMBER


def test_a_mail_of_a_patient_stays_theirs_whatever_else_is_wrong(willow: Clinic, ada: UUID):
    adds(willow, ada, Contact(system="email", value="ada@example.org"))
    taken = takes(willow, HEAD + b"Content-Type: text/plain; charset=x\n\nHello")
    assert taken.thread
    assert taken.thread.patient_id == ada


@pytest.mark.attack
def test_of_a_page_without_end_only_the_start_is_read_and_the_mail_is_kept_whole(willow: Clinic, rosa: Actor):
    page = b"<p>Hello</p>" + b"<i></i>" * mailparts.LONGEST_PAGES + b"<p>The end</p>"
    words = said(willow, rosa, HEAD + b"Content-Type: text/html\n\n" + page)
    assert "Hello" in words
    assert "The end" not in words
    assert "lies whole" in words
    assert [row.type for row in papers(willow)] == ["message/rfc822"]


@pytest.mark.attack
def test_many_pages_are_read_no_further_than_one():
    made = message()
    for each in range(3):
        made.add_attachment("<p>x</p>" * (mailparts.LONGEST_PAGES // 16) + f"<p>{each}</p>", subtype="html")
    found = mail.read(made.as_bytes())
    assert found.cut
    assert "0" in found.own.split()
    assert "2" not in found.own.split()


@pytest.mark.attack
def test_tags_that_never_end_are_not_parsed():
    assert "Hello" in mailparts.plain("<a " * (mailparts.MOST_OPEN + 1) + "Hello</a>")


@pytest.mark.attack
def test_a_page_nobody_is_shown_is_not_read():
    made = message()
    made.add_alternative("<p>Hello</p>" * mailparts.LONGEST_PAGES, subtype="html")
    assert not mail.read(made.as_bytes()).cut


@pytest.mark.attack
@pytest.mark.parametrize("line", [b"--b\n\n", b"--b\r\r", b"--b\r\n"])
def test_a_mail_of_very_many_parts_is_kept_as_it_came(willow: Clinic, rosa: Actor, line: bytes):
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + line * (mail.PARTS + 1)
    assert "could not be read" in said(willow, rosa, raw)
    (row,) = papers(willow)
    assert (row.type, row.size) == ("message/rfc822", len(raw))
