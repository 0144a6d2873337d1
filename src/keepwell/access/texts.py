"""The texts people agree to: drafted, published once and for good, and proved unchanged by their hash."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, Max, Q, QuerySet
from django.utils.formats import date_format

from keepwell.access import approving, notice_parts
from keepwell.access.models import ConsentText, TextKind
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger import queries
from keepwell.ledger.actions import action

Parts = Sequence[tuple[str, str]]
LANGUAGES = ("en", "es")
LONGEST = 20_000
LONGEST_TITLE = 200


def shown(title: str, parts: Iterable[Sequence[str]]) -> str:
    """Exactly what is shown and hashed: the title and every part, an empty line between."""
    return "\n\n".join([title, *(words for _name, words in parts if words)])


def digest(title: str, parts: Iterable[Sequence[str]]) -> str:
    """SHA-256 of what is shown, in hexadecimal."""
    return hashlib.sha256(shown(title, parts).encode()).hexdigest()


def genuine(text: ConsentText) -> bool:
    """Whether a text still is what its hash was made of."""
    return digest(text.title, text.parts) == text.digest


def current(kind: str, language: str = "en") -> ConsentText | None:
    """The text that is shown now, in this language if it exists in it, else in English."""
    found = {text.language: text for text in published().filter(kind=kind)}
    return found.get(language) or found.get("en")


def published() -> QuerySet[ConsentText]:
    """Every text that is shown now."""
    return ConsentText.objects.filter(published_at__isnull=False, replaced_at=None).order_by("kind", "language")


def required(kind: str, language: str = "en") -> ConsentText:
    """The text somebody is about to agree to. Raises Refusal CONSENT_TEXT_MISSING, CONSENT_TEXT_ALTERED."""
    text = current(kind, language)
    if text is None:
        raise Refusal("CONSENT_TEXT_MISSING")
    if not genuine(text):
        raise Refusal("CONSENT_TEXT_ALTERED")
    return text


@action("consent_text.drafted", cites="digest")
def _drafted(kind: str, language: str, title: str, parts: Parts, digest: str, *, by: Actor) -> ConsentText:
    "A wording is written down as a draft: the next version of its kind and language."
    drafts = ConsentText.objects.filter(kind=kind, language=language)
    last = drafts.aggregate(last=Max("version"))["last"] or 0
    return ConsentText.objects.create(
        kind=kind,
        language=language,
        version=last + 1,
        title=title,
        parts=list(parts),
        digest=digest,
        drafted_by=by.id,
        worded_by=by.id,
    )


def draft(kind: str, language: str, title: str, parts: Parts, *, by: Actor) -> ConsentText:
    """A new draft. Raises Refusal CHOICE_UNKNOWN, FIELD_EMPTY, TEXT_TOO_LONG."""
    _checked(kind, language, title, parts)
    return _drafted(kind, language, title, parts, digest(title, parts), by=by)


@action("consent_text.edited", cites="digest")
def _edited(text: ConsentText, title: str, parts: Parts, digest: str, *, by: Actor) -> ConsentText:
    "A draft is worded anew; who approved it has not seen these words."
    text.title, text.parts, text.digest, text.worded_by = title, list(parts), digest, by.id
    text.approved_by = text.approved_at = None
    text.save(update_fields=["title", "parts", "digest", "worded_by", "approved_by", "approved_at"])
    return text


def edit(text: ConsentText, title: str, parts: Parts, *, by: Actor) -> ConsentText:
    """Words a draft anew. Raises Refusal STALE_VERSION once it is published, FIELD_EMPTY, TEXT_TOO_LONG."""
    if text.published_at is not None:
        raise Refusal("STALE_VERSION")
    _checked(text.kind, text.language, title, parts)
    return _edited(text, title, parts, digest(title, parts), by=by)


def publish(
    text: ConsentText,
    *,
    by: Actor,
    material: bool = True,
    renew_days: int | None = None,
    part2: bool = False,
    alone: str = "",
) -> ConsentText:
    """From now on this is what is shown. `material`: whoever agreed to an earlier one is asked again.

    Two people have seen it, or `alone` says why one was enough. A notice of privacy practices has every part the rule
    names. Raises Refusal NPP_INCOMPLETE, NPP_PART2_MISSING, STALE_VERSION, CONSENT_TEXT_ALTERED,
    CONSENT_TEXT_UNAPPROVED.
    """
    if text.published_at is not None:
        raise Refusal("STALE_VERSION")
    if not genuine(text):
        raise Refusal("CONSENT_TEXT_ALTERED")
    if text.kind == TextKind.NOTICE:
        notice_parts.require_complete(text.parts, text.language, part2=part2)
    return _published(text, material, renew_days, text.digest, approving.require(text, by, alone), by=by)


@action("consent_text.published", cites=("digest", "alone"))
def _published(
    text: ConsentText, material: bool, renew_days: int | None, digest: str, alone: str, *, by: Actor
) -> ConsentText:
    "A wording takes the place of the one before it, for good."
    now = clock.now()
    before = ConsentText.objects.filter(kind=text.kind, language=text.language, published_at__isnull=False)
    before.filter(replaced_at=None).update(replaced_at=now)
    text.material, text.renew_days = material, renew_days
    text.published_at, text.published_by, text.alone = now, by.id, alone
    text.save(update_fields=["material", "renew_days", "published_at", "published_by", "alone"])
    return text


def newer() -> QuerySet[ConsentText]:
    """Texts published with a change that matters: what was agreed to before them counts no more."""
    return ConsentText.objects.filter(published_at__isnull=False, material=True)


def altered(*, by: Actor) -> list[UUID]:
    """Published texts that are no longer what was published: somebody changed them behind every guard.

    Neither the words against their hash, nor the hash against what the ledger holds of the day they were published.
    """
    rows = ConsentText.objects.filter(published_at__isnull=False).order_by("published_at", "id")
    known = queries.all_cited(by.practice, "consent_text.published", "digest", by)
    return [text.id for text in rows if not genuine(text) or text.digest not in known]


@action("consent_texts.compared", cites="found")
def compared(found: str, *, by: Actor) -> None:
    "Every published consent text was compared with what the activity log holds of the day it was published."


def history(kind: str, language: str) -> QuerySet[ConsentText]:
    """Every version of a text, newest first, drafts included."""
    rows = ConsentText.objects.filter(Q(kind=kind), language=language)
    return rows.order_by(F("version").desc(), "id")


def day(at: dt.datetime, zone: str) -> str:
    """The day of a moment where the practice is, in the reader's language."""
    return date_format(at.astimezone(ZoneInfo(zone)), "DATE_FORMAT")


def _checked(kind: str, language: str, title: str, parts: Parts) -> None:
    if kind not in TextKind.values or language not in LANGUAGES:
        raise Refusal("CHOICE_UNKNOWN", field="language")
    if not title.strip() or not any(words.strip() for _name, words in parts):
        raise Refusal("FIELD_EMPTY", field="title" if not title.strip() else "words")
    if len(title) > LONGEST_TITLE:
        raise Refusal("TEXT_TOO_LONG", field="title", most=LONGEST_TITLE)
    if len(shown(title, parts)) > LONGEST:
        raise Refusal("TEXT_TOO_LONG", field="words", most=LONGEST)
