"""Letters on paper: PDF (PDF/UA-1) by typst, and what stands on the cover of a fax or an e-mail: nothing of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from keepwell.base.sending import Channel
from keepwell.outbound.letters import Paper
from keepwell.outbound.wording import Filling

SUBJECT = {"en": "Letter from %s", "es": "Carta de %s"}
COVER = {
    "en": "This is a letter from %(clinic)s. If it is not for you, please call %(phone)s and destroy it.",
    "es": "Esta es una carta de %(clinic)s. Si no es para usted, llame al %(phone)s y destrúyala, por favor.",
}


@dataclass(frozen=True, slots=True, repr=False)
class Sheet:
    """One letter: what it says, to whom, and where they get mail."""

    paper: Paper
    name: str
    home: Any
    language: str


def printed(sheets: Sequence[Sheet], writes: Filling, channel: Channel) -> bytes:
    """Letters as one PDF. A fax begins with a cover sheet that names nobody and says nothing of the content."""
    import typst

    said = {
        "clinic": writes.clinic,
        "phone": writes.phone,
        "postal": writes.postal,
        "language": sheets[0].language,
        "letters": [_letter(sheet, writes, channel) for sheet in sheets],
    }
    pages: bytes = typst.compile(str(_layout()), sys_inputs={"said": json.dumps(said)}, pdf_standards="ua-1")
    return pages


def _letter(sheet: Sheet, writes: Filling, channel: Channel) -> dict[str, Any]:
    cover = COVER[sheet.language] % {"clinic": writes.clinic, "phone": writes.phone}
    return {
        "title": sheet.paper.title,
        "paragraphs": list(sheet.paper.paragraphs),
        "name": sheet.name,
        "home": _lines(sheet.home),
        "language": sheet.language,
        "cover": cover if channel is Channel.FAX else "",
        "address": channel is Channel.LETTER,
    }


def _lines(home: Any) -> list[str]:
    """The lines of an address field."""
    where: Any = home if isinstance(home, dict) else {}
    town = " ".join(filter(None, (where.get("city"), where.get("state"), where.get("postalCode"))))
    return [*where.get("line", []), *([town] if town else [])]


@cache
def _layout() -> Path:
    return Path(__file__).with_name("letter.typ")
