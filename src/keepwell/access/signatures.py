"""A signature drawn on a screen: read as strokes, refused if it is none, and the hash that proves what was signed.

Strokes, not a picture: nothing but whole numbers in a closed square is kept, so nothing can hide in it (ESIGN Act,
15 U.S.C. § 7006(5): a symbol executed with the intent to sign).
"""

from __future__ import annotations

import hashlib
import json
import math
import secrets
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from keepwell.base.refusal import Refusal
from keepwell.ledger.entries import canonical

WIDE, HIGH = 1000, 400
"""The paper in its own units, whatever the screen was."""

LONGEST = 30_000
MOST_STROKES, MOST_POINTS = 100, 4000
LEAST_INK = 150
"""Less ink than this, on a paper 1000 wide, is a slip of the finger. An X of somebody who cannot write is more."""

Strokes = Sequence[Sequence[int]]


def drawn(text: str) -> Strokes:
    """What a form sent: a list of strokes, each x, y, x, y … Raises Refusal SIGNATURE_BLANK, SIGNATURE_UNREADABLE."""
    if len(text) > LONGEST:
        raise Refusal("SIGNATURE_UNREADABLE", field="drawing")
    try:
        strokes = json.loads(text or "[]")
    except (ValueError, RecursionError):
        strokes = None
    return checked(strokes)


def checked(strokes: Any) -> Strokes:
    """The strokes, if they are a signature. Raises Refusal SIGNATURE_BLANK, SIGNATURE_UNREADABLE."""
    if not isinstance(strokes, list) or len(strokes) > MOST_STROKES or not all(map(_stroke, strokes)):
        raise Refusal("SIGNATURE_UNREADABLE", field="drawing")
    if sum(map(len, strokes)) > 2 * MOST_POINTS:
        raise Refusal("SIGNATURE_UNREADABLE", field="drawing")
    if sum(map(_ink, strokes)) < LEAST_INK:
        raise Refusal("SIGNATURE_BLANK", field="drawing")
    return strokes


def paths(strokes: Strokes) -> list[str]:
    """Each stroke as the path of an SVG: whole numbers and two letters, nothing else can be in it."""
    return [
        f"M{x} {y}" + "".join(f"L{a} {b}" for a, b in rest) for (x, y), *rest in (list(_points(s)) for s in strokes)
    ]


def salt() -> dict[str, str]:
    """Sealed beside a signature: its hash stands in the activity log, and nobody tries names until one fits."""
    return {"salt": secrets.token_hex(16)}


def evidence(said: Mapping[str, Any] | None, **around: str) -> str:
    """SHA-256 over what was said or signed and what it was about; empty where there is nothing to prove."""
    return hashlib.sha256(canonical({"said": said, **around}).encode()).hexdigest() if said else ""


def _stroke(stroke: Any) -> bool:
    """At least one point; every number whole and on the paper. A bool is no number."""
    if not isinstance(stroke, list) or not stroke or len(stroke) % 2:
        return False
    if any(type(number) is not int for number in stroke):
        return False
    return all(0 <= x <= WIDE and 0 <= y <= HIGH for x, y in _points(stroke))


def _points(stroke: Sequence[int]) -> Iterator[tuple[int, int]]:
    return zip(stroke[::2], stroke[1::2], strict=True)


def _ink(stroke: Sequence[int]) -> float:
    points = list(_points(stroke))
    return sum(math.dist(one, other) for one, other in pairwise(points))
