"""A patient's consents as pages show them: what stands, what has to be asked again, what was never asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell.access import reachable, texting, texts
from keepwell.access.models import Consent, ConsentText, How
from keepwell.access.persons import persons
from keepwell.access.words import CHANNELS, TOPICS
from keepwell.base import clock
from keepwell.base.sending import Channel, Topic

Kind, Source = Consent.Kind, Consent.Source

ASKED_BY = (Channel.SMS, Channel.EMAIL, Channel.VOICE)
"""The ways whose opt-ins the matrix shows; letters and the portal need none for what concerns a patient's own care."""

ASKED_ABOUT = (
    Topic.APPOINTMENTS,
    Topic.CARE,
    Topic.BILLING,
    Topic.PRACTICE,
    Topic.EDUCATION,
    Topic.MARKETING,
)

HOWS = {
    How.SPOKEN: _("said so"),
    How.TYPED: _("typed their name"),
    How.DRAWN: _("signed on screen"),
    How.PASSKEY: _("confirmed with a passkey"),
    How.PAPER: _("signed on paper"),
    How.TEXTED: _("by text"),
}
SOURCES = {
    Source.REGISTRATION: _("at registration"),
    Source.BOOKING: _("when booking"),
    Source.DESK: _("at the desk"),
    Source.CALL: _("by phone"),
    Source.PAPER: _("from paper"),
    Source.MESSAGE: _("by message"),
    Source.PORTAL: _("in the portal"),
}
ASKED_ONCE = (Kind.NOTICE, Kind.TELEHEALTH)
"""What everybody is asked before a first visit."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One answer, or none. `stale`: they said yes, and have to be asked again."""

    topic: str
    channel: str
    row: Consent | None

    @property
    def yes(self) -> bool:
        return self.row is not None and self.row.agreed

    @property
    def no(self) -> bool:
        return self.row is not None and not self.row.agreed

    @property
    def stale(self) -> bool:
        return self.row is not None and self.row.agreed and stale(self.row)

    @property
    def name(self) -> str:
        """What its checkbox is called."""
        return f"{self.topic}:{self.channel}"

    @property
    def how(self) -> Any:
        return HOWS[How(self.row.how)] if self.row else ""


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that stands of one person."""

    records: tuple[UUID, ...]
    rows: Sequence[Consent]
    cells: Mapping[tuple[str, str], Cell]
    stopped: bool

    def of(self, kind: str, point: UUID | None = None) -> Consent | None:
        """The newest standing answer of a kind, about one address if one is given."""
        found = [r for r in self.rows if r.kind == kind and (point is None or r.point == point)]
        return found[-1] if found else None

    def no_to(self, channel: str) -> Consent | None:
        """The answer that rules a whole channel out."""
        found = [
            r for r in self.rows if r.kind == Kind.REACH and not r.agreed and (r.topic, r.channel) == ("", channel)
        ]
        return found[-1] if found else None

    @property
    def missing(self) -> tuple[str, ...]:
        """What everybody is asked once and this person was not, or has to be asked again."""
        return tuple(kind for kind in ASKED_ONCE if _open(self.of(kind)))


def stale(row: Consent) -> bool:
    """Whether a yes has run out or its words were replaced or changed."""
    over = row.expires_at is not None and row.expires_at <= clock.now()
    altered = row.text is not None and row.digest != row.text.digest
    return over or altered or bool(getattr(row, "outdated", False))


def _open(row: Consent | None) -> bool:
    return row is None or (row.agreed and stale(row))


def of(patient: UUID, *, everybody: Mapping[UUID, Sequence[UUID]] | None = None) -> Picture:
    """The picture of one person: every record of theirs. Three statements."""
    records = tuple((everybody or persons([patient]))[patient])
    rows = reachable.standing(records)
    cells: dict[tuple[str, str], Cell] = {
        (topic, channel): Cell(topic, channel, _strictest(rows, topic, channel))
        for topic in ASKED_ABOUT
        for channel in ASKED_BY
    }
    return Picture(records, rows, cells, bool(texting.stopped(records)))


def _strictest(rows: Iterable[Consent], topic: str, channel: str) -> Consent | None:
    """Of several records of one person the no counts, then the newest yes."""
    found = [r for r in rows if r.kind == Kind.REACH and (r.topic, r.channel) == (topic, channel)]
    refused = [r for r in found if not r.agreed]
    counting = refused or found
    return counting[-1] if counting else None


def script(kind: str, language: str | None) -> ConsentText | None:
    """The words that are read to somebody before they agree: in their language if there is a text in it."""
    return texts.current(kind, language or "en")


def scripts(kinds: Iterable[str], language: str | None) -> dict[str, ConsentText]:
    """The words for several things at once. One statement."""
    wanted = set(kinds)
    found: dict[str, ConsentText] = {}
    for text in texts.published().filter(kind__in=wanted, language__in={"en", language or "en"}):
        if text.kind not in found or text.language == language:
            found[text.kind] = text
    return found


def words(row: Consent) -> str:
    """What a row is about, for lists."""
    return named(row.kind, row.topic, row.channel)


def named(kind: str, topic: str, channel: str) -> str:
    """The same for what is not a row yet."""
    words = [str(CHANNELS[Channel(channel)]) if channel else "", str(TOPICS[Topic(topic)]) if topic else ""]
    about = " · ".join(filter(None, words))
    return f"{KINDS[Kind(kind)]}{': ' + about if about else ''}"


KINDS = {
    Kind.REACH: _("Messages"),
    Kind.ORDINARY: _("Ordinary e-mail or text"),
    Kind.ORDINARY_PART2: _("Ordinary e-mail or text for Part 2 records"),
    Kind.TELEHEALTH: _("Care by video and phone"),
    Kind.NOTICE: _("Notice of privacy practices"),
}
