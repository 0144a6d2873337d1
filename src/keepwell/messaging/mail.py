"""An e-mail as a mail server hands it over: who wrote, what, and which papers came with it. None of it is lost.

What cannot be read, or not whole, waits as it came with the documents to be sorted; the inbox says so.
"""

from __future__ import annotations

import email
import email.utils
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from itertools import islice

from django.utils.translation import gettext as _

from keepwell.base import text
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.messaging import answering, incoming, mailparts, stopping
from keepwell.messaging.incoming import LONGEST, Incoming, outside
from keepwell.messaging.mailparts import BROKEN, header
from keepwell.messaging.models import Thread
from keepwell.outbound import reports
from keepwell.records import documents
from keepwell.records.documents import Coming
from keepwell.records.models import Document

MOST = 40 * 1024 * 1024
PAPERS = 20
PARTS = 500
"""Lines that may part a message (RFC 2046 § 5.1.1): each part costs ten thousand times the bytes of its line."""
EDGE = re.compile(rb"(?:^|[\r\n])--")
ROOM = 2_000
"""Characters kept free for what Keepwell itself says of a message."""


@dataclass(frozen=True, slots=True, repr=False)
class Mail:
    """One message, taken apart; `own` is what stands under its subject. `cut`: there is more than is kept of it here.

    `automatic`: a machine wrote it, so no machine answers (RFC 3834 § 2). `failed` and `about`: whom a mail system says
    that a message did not reach, and which.
    """

    sender: str
    subject: str
    words: str
    own: str
    number: str
    automatic: bool
    papers: tuple[tuple[str, bytes], ...]
    cut: bool = False
    failed: tuple[str, ...] = ()
    about: str = ""

    @property
    def once(self) -> str:
        """What it is kept once by: its number, its sender and all it says.

        Anybody can write a number that was used before, and a sender: neither keeps another message out.
        """
        if not self.number:
            return ""
        digest = hashlib.sha256(repr((self.subject, self.own)).encode())
        for name, content in self.papers:
            digest.update(repr((name, hashlib.sha256(content).digest())).encode())
        return f"{self.sender}\n{self.number}\n{digest.hexdigest()}"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one: its thread, how many papers wait to be sorted, and the codes of those that were refused.

    One that came before is told by its thread alone. There is no thread when it only reported that a message of ours
    did not arrive.
    """

    thread: Thread | None
    papers: int
    refused: tuple[str, ...]


def read(raw: bytes) -> Mail:
    """Takes a message apart. Raises Refusal MAIL_UNREADABLE, FILE_TOO_LARGE."""
    if len(raw) > MOST:
        raise Refusal("FILE_TOO_LARGE", limit="40 MB")
    if len(list(islice(EDGE.finditer(raw), PARTS + 1))) > PARTS:
        raise Refusal("MAIL_UNREADABLE")
    try:
        message = email.message_from_bytes(raw)
        if message.keys():
            return _read(message)
    except BROKEN:
        pass
    raise Refusal("MAIL_UNREADABLE")


def _read(message: Message) -> Mail:
    found = mailparts.opened(message)
    sender = text.email(mailparts.clean(email.utils.parseaddr(str(message.get("From") or ""))[1])) or ""
    subject, own = header(message, "Subject"), "\n\n".join(found.words)
    words = f"{subject}\n\n{own}".strip()
    cut = found.cut or len(words) > LONGEST - ROOM or len(found.papers) > PAPERS
    return Mail(
        sender, subject, words[: LONGEST - ROOM], own, header(message, "Message-ID"), _automatic(message),
        tuple(found.papers[:PAPERS]), cut, tuple(found.failed), found.about,
    )  # fmt: skip


def take(raw: bytes, *, by: Actor) -> Taken:
    """Keeps a message and its papers, once. Raises Refusal FILE_TOO_LARGE, FILE_QUARANTINED, SCANNER_UNAVAILABLE."""
    try:
        mail = read(raw)
    except Refusal as refusal:
        if refusal.code != "MAIL_UNREADABLE":
            raise
        return _unread(raw, refusal.code, by)
    if mail.failed and reports.bounced(mail.about, mail.failed, by=by):
        return Taken(None, 0, ())
    once = mail.once
    before = incoming.brought_before(outside("mail", once))
    if before is not None:
        return Taken(before, 0, ())
    kept, refused = _papers(mail, once, by)
    said = [mail.words, *(_not_kept(each) for each in refused)]
    if mail.cut:
        _whole(raw, mail.sender, by)
        said.append(_("There is more of it than is shown here: it lies whole with the documents to be sorted."))
    words = "\n\n".join(filter(None, said)) or _("An e-mail without words.")
    thread = incoming.receive(Incoming(Channel.EMAIL, mail.sender, words, outside("mail", once)), by=by)
    if stopping.asks_to_stop(mail.own, mail.subject):
        stopping.stop(thread, by=by)
    elif not mail.automatic:
        answering.answer_at_once(thread, mail.sender, by=by)
    return Taken(thread, kept + mail.cut, tuple(each.code for each in refused))


def _papers(mail: Mail, once: str, by: Actor) -> tuple[int, list[Refusal]]:
    """Keeps the papers. One that is refused keeps nothing else out; while nothing can be screened all of it waits."""
    refused: list[Refusal] = []
    for at, (name, content) in enumerate(mail.papers):
        number = outside("mail", f"{once}:{at}") if once else ""
        coming = Coming(lambda content=content: [content], Document.Source.EMAIL, name, mail.sender, number)  # type: ignore[misc]
        try:
            documents.check(coming)
        except Refusal as refusal:
            if refusal.code == "SCANNER_UNAVAILABLE":
                raise
            refused.append(refusal)
            continue
        documents.take_in(coming, by=by)
    return len(mail.papers) - len(refused), refused


def _not_kept(refusal: Refusal) -> str:
    why = _(refusal.wording.message).format_map(refusal.facts)
    return _("A paper that came with it is not kept: %(why)s Ask for it another way. (%(code)s)") % {
        "why": why, "code": refusal.code,
    }  # fmt: skip


def _unread(raw: bytes, code: str, by: Actor) -> Taken:
    document = _whole(raw, "", by)
    words = _("An e-mail came in that could not be read. It lies with the documents to be sorted, as it came.")
    number = outside("unread", str(document.id))
    return Taken(incoming.receive(Incoming(Channel.EMAIL, "", words, number), by=by), 1, (code,))


def _whole(raw: bytes, sender: str, by: Actor) -> Document:
    number = outside("whole", hashlib.sha256(raw).hexdigest())
    name = _("E-mail, as it came")
    return documents.take_whole(Coming(lambda: [raw], Document.Source.EMAIL, name, sender, number), by=by)


def _automatic(message: Message) -> bool:
    """Whether a machine wrote it, by the marks machines leave (RFC 3834 § 2 and § 5, RFC 2919, RFC 3464)."""

    def said(name: str) -> Iterator[str]:
        return (" ".join(str(one).split()).casefold() for one in message.get_all(name) or ())

    return (
        any(one not in ("", "no") for one in said("Auto-Submitted"))
        or any(one in ("bulk", "list", "junk") for one in said("Precedence"))
        or "<>" in said("Return-Path")
        or any(message.get(name) for name in ("List-Id", "List-Unsubscribe", "X-Auto-Response-Suppress", "X-Autoreply"))
        or message.get_content_type() == "multipart/report"
    )
