"""Arranging consents for tests: a published text and somebody's yes to it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from keepwell.access import consenting, texts
from keepwell.access.consenting import Answer
from keepwell.access.models import Consent, ConsentText, TextKind
from keepwell.ledger.doorway import present
from tests.cast import Clinic


def published(
    clinic: Clinic, kind: str, words: str = "May we text you?", language: str = "en", **more: Any
) -> ConsentText:
    """A text of this kind that is shown from now on."""
    with present(clinic.system) as by:
        draft = texts.draft(kind, language, "Texts", [("text", words)], by=by)
        return texts.publish(draft, by=by, **more)


def agree(
    clinic: Clinic, patient: UUID, channel: str, topic: str, *, kind: str = Consent.Kind.REACH,
    text: ConsentText | None = None, text_kind: str | None = None, **more: Any,
) -> Consent:  # fmt: skip
    """A patient's spoken yes, to the text that is current or to one made for it."""
    wanted = text_kind or (channel if channel in TextKind.values else kind)
    with present(clinic.system):
        text = text or texts.current(wanted)
    text = text or published(clinic, wanted)
    with present(clinic.system) as by:
        (row,) = consenting.answer(patient, Answer(kind=kind, channel=channel, topic=topic, text=text, **more), by=by)
    return row
