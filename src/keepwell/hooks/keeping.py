"""Keeping what a proved call brings: a fax in the tray of documents, a voicemail in the inbox.

What cannot be kept is refused by name, and the inbox says that it came: nobody learns of a lost fax from its sender.
Many carriers never bring it again; where one does, the file joins what was said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.hooks.uploads import Awaited
from keepwell.ledger.doorway import present
from keepwell.messaging import incoming, voicemail
from keepwell.messaging.incoming import Incoming
from keepwell.outbound import receiving
from keepwell.outbound.receiving import Came
from keepwell.records import documents
from keepwell.records.documents import Coming
from keepwell.records.models import Document
from keepwell.vault.uploads import Spool


def keep(came: Came, upload: Awaited | None, keepwell: Callable[[], Actor]) -> None:
    """Keeps it, once. Raises the refusals of `documents.check` and `receiving.fetched`."""
    fetched: Spool | None = None
    try:
        fetched = None if upload else receiving.fetched(came, documents.MOST)
        spool = upload.spool if upload else fetched
        with present(keepwell()) as by:
            if receiving.mark(came, by=by):
                _kept(came, spool, by)
    except Refusal as refusal:
        with present(keepwell()) as by:
            _lost(came, refusal, by)
        raise
    finally:
        if fetched is not None:
            fetched.close()


def _kept(came: Came, spool: Spool | None, by: Actor) -> None:
    what, chunks = came.what, _pieces(spool)
    if came.channel == Channel.VOICE:
        voicemail.take(voicemail.Call(what.reference, what.number, what.words, what.seconds, chunks), by=by)
        return
    outside = incoming.outside("fax", what.reference)
    documents.take_in(Coming(chunks or list, Document.Source.FAX, "", what.number, outside), by=by)


def _pieces(spool: Spool | None) -> Callable[[], Iterable[bytes]] | None:
    return spool.chunks if spool is not None else None


def _lost(came: Came, refusal: Refusal, by: Actor) -> None:
    """What somebody said is kept without its recording, and the inbox is told, once, that something is missing."""
    what, spoken = came.what, came.channel == Channel.VOICE
    if spoken and what.words:
        voicemail.take(voicemail.Call(what.reference, what.number, what.words, what.seconds), by=by)
    if not (spoken and voicemail.heard(what.reference)):
        _told(came, refusal, by)


def _told(came: Came, refusal: Refusal, by: Actor) -> None:
    kind = _("A voicemail") if came.channel == Channel.VOICE else _("A fax")
    why = _(refusal.wording.message).format_map(defaultdict(str, refusal.facts))
    words = _("%(kind)s came in and could not be kept: %(why)s Ask for it another way. (%(code)s)") % {
        "kind": kind, "why": why, "code": refusal.code,
    }  # fmt: skip
    outside = incoming.outside("lost", f"{came.channel}:{came.what.reference}")
    incoming.receive(Incoming(Channel(came.channel), came.what.number, words, outside), by=by)
