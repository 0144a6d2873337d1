"""An e-mail as a mail server hands it over (RFC 5322): who wrote, what, and which papers came with it."""

from __future__ import annotations

import email
import email.policy
import email.utils
from dataclasses import dataclass
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

from keepwell.base import text
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.messaging import answering, incoming, stopping
from keepwell.messaging.incoming import LONGEST, Incoming
from keepwell.messaging.models import Thread
from keepwell.records import documents
from keepwell.records.documents import Coming
from keepwell.records.models import Document

MOST = 40 * 1024 * 1024
PAPERS = 20


@dataclass(frozen=True, slots=True, repr=False)
class Mail:
    """One message, taken apart; `own` is what stands under its subject.

    `automatic`: a machine wrote it, so no machine answers (RFC 3834 § 2).
    """

    sender: str
    subject: str
    words: str
    own: str
    number: str
    automatic: bool
    papers: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one: its thread, how many papers wait to be sorted, and the codes of those that were refused."""

    thread: Thread
    papers: int
    refused: tuple[str, ...]


def read(raw: bytes) -> Mail:
    """Takes a message apart. Raises Refusal MAIL_UNREADABLE, FILE_TOO_LARGE."""
    if len(raw) > MOST:
        raise Refusal("FILE_TOO_LARGE", limit="40 MB")
    message: Any = email.message_from_bytes(raw, policy=email.policy.default)
    sender = text.email(email.utils.parseaddr(str(message.get("From", "")))[1])
    if not sender or not isinstance(message, EmailMessage):
        raise Refusal("MAIL_UNREADABLE")
    number = str(message.get("Message-ID", "")).strip()[:70]
    said = _said(message)
    subject = " ".join(str(message.get("Subject", "")).split())
    return Mail(
        sender, subject, f"{subject}\n\n{said}".strip()[:LONGEST], said, number, _automatic(message),
        tuple(_papers(message))[:PAPERS],
    )  # fmt: skip


def take(mail: Mail, *, by: Actor) -> Taken:
    """Keeps a message and its papers. A paper that is refused is named in the thread and keeps nothing else out."""
    kept, refused = 0, []
    for at, (name, content) in enumerate(mail.papers):
        outside = f"mail:{mail.number}:{at}"[:80] if mail.number else ""
        coming = Coming(lambda content=content: [content], Document.Source.EMAIL, name, mail.sender, outside)  # type: ignore[misc]
        try:
            documents.check(coming)
        except Refusal as refusal:
            refused.append(refusal.code)
            continue
        documents.take_in(coming, by=by)
        kept += 1
    words = mail.words or ("…" if mail.papers else "")
    came = Incoming(Channel.EMAIL, mail.sender, words, f"mail:{mail.number}" if mail.number else "")
    thread = incoming.receive(came, by=by)
    if stopping.asks_to_stop(mail.own, mail.subject):
        stopping.stop(thread, by=by)
    elif not mail.automatic:
        answering.answer_at_once(thread, mail.sender, by=by)
    return Taken(thread, kept, tuple(refused))


def _automatic(message: EmailMessage) -> bool:
    """Whether a machine wrote it, by the marks machines leave (RFC 3834 § 2 and § 5, RFC 2919, RFC 3464)."""

    def said(name: str) -> str:
        return str(message.get(name, "")).strip().casefold()

    return (
        said("Auto-Submitted") not in ("", "no")
        or said("Precedence") in ("bulk", "list", "junk")
        or said("Return-Path") == "<>"
        or any(message.get(name) for name in ("List-Id", "List-Unsubscribe", "X-Auto-Response-Suppress", "X-Autoreply"))
        or message.get_content_type() == "multipart/report"
    )


def _said(message: EmailMessage) -> str:
    """What was written under the subject, as plain text."""
    body = message.get_body(("plain", "html"))
    if body is None:
        return ""
    try:
        said = str(body.get_content())
    except (LookupError, UnicodeError):
        raise Refusal("MAIL_UNREADABLE") from None
    if body.get_content_type() == "text/html":
        said = _plain(said)
    return said.strip()


def _papers(message: EmailMessage) -> list[tuple[str, bytes]]:
    found = []
    for part in message.iter_attachments():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and content:
            found.append((part.get_filename() or "", content))
    return found


class _Text(HTMLParser):
    """The words of a page, without anything that could act."""

    SILENT = frozenset({"script", "style", "head", "title"})
    BREAKS = frozenset({"p", "br", "div", "li", "tr", "h1", "h2", "h3"})

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._silent += tag in self.SILENT
        if tag in self.BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in self.SILENT and self._silent > 0

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def _plain(html: str) -> str:
    reader = _Text()
    reader.feed(html)
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    return "\n".join(line for line in lines if line)
