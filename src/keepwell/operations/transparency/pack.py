"""The pack: questions, our answers and the facts, dated, as a page, as JSON and as a PDF, known by its hash.

The hash is SHA-256 over the JSON exactly as it is given out, so anybody can check it with `sha256sum`; the practice's
activity log holds it too.
"""

from __future__ import annotations

import csv
import hashlib
import json
from contextlib import closing, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext

from keepwell.access.models import Practice
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.pdf import pdf
from keepwell.ledger.actions import action
from keepwell.operations import doctor
from keepwell.operations.transparency import facts
from keepwell.outbound.vendors.vetting import questions
from keepwell.outbound.vendors.words import ANSWERS

TEMPLATE = Path(__file__).with_name("pack.typ")


@dataclass(frozen=True, slots=True)
class Answer:
    """One of our own answers to a question of the list."""

    question: str
    said: str
    says: str


@cache
def answers() -> tuple[Answer, ...]:
    """In the order of the questions."""
    with Path(__file__).with_name("answers.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Answer(**row) for row in csv.DictReader(file))


def gathered(by: Actor) -> dict[str, Any]:
    """What the pack says now, in the reader's language."""
    situation = doctor.Situation.here()
    with closing(situation.connection) if situation.connection else nullcontext():
        findings = doctor.examine(situation)
    asked = questions()
    return {
        "of": "Keepwell",
        "practice": Practice.objects.get(id=by.practice).name,
        "at": f"{clock.now():%Y-%m-%dT%H:%M:%SZ}",
        "facts": [
            {"title": g.title, "facts": [{"name": f.name, "label": f.label, "value": f.value} for f in g.facts]}
            for g in facts.groups(by, findings)
        ],
        "answers": [
            {
                "question": one.question,
                "asks": gettext(asked[one.question].asks),
                "said": str(ANSWERS[one.said]),
                "says": gettext(one.says),
            }
            for one in answers()
        ],
    }


def whole(said: dict[str, Any]) -> tuple[bytes, str]:
    """The pack as JSON, the same bytes for the same facts, and its hash."""
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, indent=1).encode()
    return text, hashlib.sha256(text).hexdigest()


@action("transparency.made", cites="digest")
def made(digest: str, *, by: Actor) -> None:
    "A transparency pack was given out; the entry holds its hash."


def paper(said: dict[str, Any], digest: str) -> bytes:
    """The pack as a PDF."""
    return pdf(TEMPLATE.read_text(encoding="utf-8"), said | {"digest": digest})
