"""An e-mail taken apart (RFC 5322, RFC 2045 ff., RFC 3464), whatever is wrong with it: anybody can write one.

The standard library's newer parser breaks on headers that strangers can send, so headers are read as they came and
decoded here. What no rule fits is not guessed at: the caller keeps the message whole.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import HeaderParser
from html.parser import HTMLParser
from typing import Any

from keepwell.base import text

BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MessageError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What Python's e-mail parser raises on messages it cannot take apart."""
DEEPEST = 5
LONGEST_TEXT = 1_000_000
LONGEST_PAGES = 50_000
"""Characters of pages (HTML) read of one message: Python's parser takes the square of their number."""
OPEN = re.compile(r"<[^<>]*(?=<|\Z)")
MOST_OPEN = 50
"""Tags that never end; with more of them the parser would read the rest again for each."""


@dataclass(slots=True)
class Found:
    """What is in a message: its words in order, its papers with their names, and what a mail system reports."""

    words: list[str] = field(default_factory=list)
    papers: list[tuple[str, bytes]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    about: str = ""
    cut: bool = False
    room: int = LONGEST_PAGES


def header(message: Message, name: str) -> str:
    """A header as people read it, on one line."""
    said = str(message.get(name) or "")
    with suppress(MessageError, LookupError, ValueError):
        said = str(make_header(decode_header(said)))
    return " ".join(clean(said).split())


def clean(words: str) -> str:
    """Words that can be kept: no halves of characters, nothing that ends a string elsewhere."""
    return words.encode("utf-8", "replace").decode().replace("\0", "")


def opened(message: Message) -> Found:
    """Everything in a message, and in those it forwards."""
    found = Found()
    _open(message, found, 0, silent=False)
    return found


def _open(part: Message, found: Found, depth: int, *, silent: bool) -> None:
    kind = part.get_content_type()
    inside: Any = part.get_payload() if part.is_multipart() else None
    if depth > DEEPEST:
        found.cut = True
    elif kind == "message/delivery-status" and inside:
        _reported(inside, found)
    elif kind == "message/rfc822" and inside:
        _forwarded(inside[0], found, depth, silent=silent)
    elif kind == "multipart/alternative" and inside:
        plain = any(each.get_content_type() == "text/plain" and _text(each).strip() for each in inside)
        for each in inside:
            _open(each, found, depth + 1, silent=silent or (plain and each.get_content_type() != "text/plain"))
    elif inside is not None:
        report = kind == "multipart/report"
        for at, each in enumerate(inside):
            _open(each, found, depth + 1, silent=silent or (report and at > 0))
    else:
        _leaf(part, kind, found, silent=silent)


def _leaf(part: Message, kind: str, found: Found, *, silent: bool) -> None:
    name = clean(part.get_filename() or "").strip()
    if kind == "text/rfc822-headers" and silent:
        found.about = found.about or header(HeaderParser().parsestr(_text(part)), "Message-ID")
    elif kind in ("text/plain", "text/html") or kind.startswith(("multipart/", "message/")):
        said = _words(part, kind, found) if name or not silent else ""
        if said:
            found.words.append(f"{name}:\n{said}" if name else said)
    else:
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and content:
            found.papers.append((name, content))


def _words(part: Message, kind: str, found: Found) -> str:
    """The words of a part, as many as are read; whatever is longer is cut, and the message kept whole elsewhere."""
    said, page = _text(part), kind == "text/html"
    most = found.room if page else LONGEST_TEXT
    found.cut = found.cut or len(said) > most
    said = said[:most]
    found.room -= len(said) if page else 0
    return (plain(said) if page else said).strip()


def _forwarded(message: Message, found: Found, depth: int, *, silent: bool) -> None:
    """A message within the message; in a report it is the one that did not arrive."""
    if silent:
        found.about = found.about or header(message, "Message-ID")
        return
    said = (header(message, name) for name in ("From", "Subject"))
    found.words.append(" · ".join(["↪", *filter(None, said)]))
    _open(message, found, depth + 1, silent=False)


def _reported(blocks: list[Message], found: Found) -> None:
    """The recipients of whom a mail system says that its message did not arrive (RFC 3464 § 2.3)."""
    for block in blocks:
        found.about = found.about or header(block, "Original-Message-ID")
        if header(block, "Action").casefold() == "failed":
            said = (header(block, name).rpartition(";")[2] for name in ("Original-Recipient", "Final-Recipient"))
            found.failed += filter(None, (text.email(address.strip().strip("<>")) for address in said))


def _text(part: Message) -> str:
    """Words in the charset the part names; where it names none that is known, as most people write."""
    raw: Any = part.get_payload(decode=True)
    for charset in (part.get_content_charset() or "utf-8", "utf-8"):
        try:
            return clean(str(raw.decode(charset)))
        except (LookupError, ValueError):
            continue
    return clean(str(raw.decode("latin-1")))


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


def _parsed(html: str) -> str:
    reader = _Text()
    try:
        reader.feed(html)
        reader.close()
        return "".join(reader.parts)
    except AssertionError:
        return _between(html)


def _between(html: str) -> str:
    return re.sub(r"<[^<>]*>", "\n", html)


def plain(html: str) -> str:
    """A page as plain text. Where the parser gives up, or would never end, what stands between its tags."""
    said = _between(html) if len(OPEN.findall(html)) > MOST_OPEN else _parsed(html)
    lines = (" ".join(line.split()) for line in said.splitlines())
    return "\n".join(line for line in lines if line)
