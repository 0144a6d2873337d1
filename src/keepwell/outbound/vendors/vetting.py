"""What we ask a vendor before it gets anything, and what the answers come to. The questions are in questions.csv."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.outbound.models import Paper, Vendor, VettingAnswer
from keepwell.outbound.vendors import pauses
from keepwell.outbound.vendors.whom import who
from keepwell.vault.phi import PhiClass

OFFICE = PhiClass.OFFICE
Said = VettingAnswer.Said
WORTH = {Said.YES: 1.0, Said.PARTLY: 0.5, Said.NO: 0.0}


@dataclass(frozen=True, slots=True)
class Question:
    """One question, how much it counts, and what would prove a good answer."""

    code: str
    area: str
    weight: int
    asks: str
    wants: str


@cache
def questions() -> dict[str, Question]:
    """Every question, in the order of the list, by code."""
    with Path(__file__).with_name("questions.csv").open(encoding="utf-8", newline="") as file:
        return {r["code"]: Question(**r | {"weight": int(r["weight"])}) for r in csv.DictReader(file)}  # type: ignore[arg-type]


@action("vendor.answered", seals={OFFICE})
def answer(
    vendor: Vendor, question: str, said: str, evidence: str = "", file: Paper | None = None, *, by: Actor
) -> VettingAnswer:
    """A vendor's answer to one question. A good one needs what proves it.

    Raises Refusal VENDOR_NO_EVIDENCE, CHOICE_UNKNOWN.
    """
    if question not in questions() or said not in Said.values:
        raise Refusal("CHOICE_UNKNOWN", field="said")
    row = VettingAnswer.objects.filter(vendor=vendor, question=question).first()
    row = row or VettingAnswer(vendor=vendor, question=question)
    proof = file or row.file
    if said in (Said.YES, Said.PARTLY) and not evidence.strip() and proof is None:
        raise Refusal("VENDOR_NO_EVIDENCE", field="evidence")
    row.said, row.evidence, row.file, row.noted_by_id = said, evidence.strip() or None, proof, who(by)
    row.noted_at = clock.now()
    row.save()
    if question == "sign" and said in (Said.YES, Said.NO):
        vendor.signs = Vendor.Signs.WILLING if said == Said.YES else Vendor.Signs.REFUSES
        vendor.save(update_fields=["signs"])
        pauses.look(by=by)
    return row


@dataclass(frozen=True, slots=True)
class Score:
    """Points of a hundred among what was answered, and how much of the list was. Who will not sign has none."""

    points: int
    answered: int
    of: int


def score(vendor: Vendor, answers: Iterable[VettingAnswer]) -> Score:
    """What the answers come to: each question weighs what its row says; one that does not apply weighs nothing."""
    rows = [row for row in answers if row.question in questions()]
    counted = [(questions()[row.question].weight, WORTH[Said(row.said)]) for row in rows if row.said in WORTH]
    whole = sum(weight for weight, _ in counted)
    points = round(100 * sum(weight * worth for weight, worth in counted) / whole) if whole else 0
    return Score(0 if vendor.signs == Vendor.Signs.REFUSES else points, len(rows), len(questions()))
