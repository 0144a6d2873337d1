"""Letters on paper: one PDF (PDF/UA-1) by typst, and what stands on the cover of a fax or an e-mail: nothing of it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from keepwell.base.sending import Channel
from keepwell.outbound.letters import Paper
from keepwell.outbound.reaching import Reached
from keepwell.outbound.wording import Filling

SUBJECT = {"en": "Letter from %s", "es": "Carta de %s"}
COVER = {
    "en": "This is a letter from %(clinic)s. If it is not for you, please call %(phone)s and destroy it.",
    "es": "Esta es una carta de %(clinic)s. Si no es para usted, llame al %(phone)s y destrúyala, por favor.",
}


def printed(paper: Paper, filling: Filling, reached: Reached, channel: Channel) -> bytes:
    """The letter as PDF. A fax begins with a cover sheet that names nobody and says nothing of the content."""
    import typst

    said = {
        "clinic": filling.clinic,
        "phone": filling.phone,
        "postal": filling.postal,
        "name": reached.name,
        "home": _home(reached),
        "title": paper.title,
        "paragraphs": list(paper.paragraphs),
        "language": filling.language,
        "cover": "",
        "address": channel is Channel.LETTER,
    }
    if channel is Channel.FAX:
        said["cover"] = COVER[filling.language] % {"clinic": filling.clinic, "phone": filling.phone}
    pages: bytes = typst.compile(
        str(_layout()), sys_inputs={"said": json.dumps(said)}, pdf_standards="ua-1", ignore_system_fonts=False
    )
    return pages


def _home(reached: Reached) -> list[str]:
    """The lines of an address field."""
    where: Any = reached.points[Channel.LETTER].value if Channel.LETTER in reached.points else {}
    town = " ".join(filter(None, (where.get("city"), where.get("state"), where.get("postalCode"))))
    return [*where.get("line", []), *([town] if town else [])]


@cache
def _layout() -> Path:
    return Path(__file__).with_name("letter.typ")
