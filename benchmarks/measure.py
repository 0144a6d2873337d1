"""How a figure is taken: ours and the reference in turn, so that a busy machine is equally unkind to both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

Row = dict[str, float | str]
"""unit, median, reference, ratio, best (the ratio of the quickest of both: what a busy machine changes least), against;
where it says something also p95, target and further figures."""

SCALE = {"µs": 1e6, "ms": 1e3, "s": 1.0}


def beside(
    ours: Callable[[], object],
    reference: Callable[[], object],
    *,
    against: str,
    unit: str = "ms",
    times: int = 1,
    rounds: int = 15,
    target: str = "",
) -> Row:
    """Medians of both, each round `times` in a row."""
    pairs = [(timed(ours, times), timed(reference, times)) for _ in range(rounds)]
    mine, theirs = ([seconds * SCALE[unit] for seconds in each] for each in zip(*pairs, strict=True))
    return row(mine, theirs, unit, against, target)


def row(ours: Sequence[float], reference: Sequence[float], unit: str, against: str, target: str = "") -> Row:
    """A row from figures taken already."""
    mine, theirs = statistics.median(ours), statistics.median(reference)
    found: Row = {
        "unit": unit,
        "median": _short(mine),
        "reference": _short(theirs),
        "ratio": _short(mine / theirs) if theirs else 0.0,
        "quickest": _short(min(ours)),
        "best": _short(min(ours) / min(reference)) if min(reference) else 0.0,
        "against": against,
    }
    if len(ours) >= 20:
        found["p95"] = _short(nth(ours, 0.95))
    return found | ({"target": target} if target else {})


def nth(values: Sequence[float], part: float) -> float:
    """The value that `part` of all stay under."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def timed(do: Callable[[], object], times: int = 1) -> float:
    """Seconds for one."""
    began = time.perf_counter()
    for _ in range(times):
        do()
    return (time.perf_counter() - began) / times


def _short(value: float) -> float:
    """Four digits that mean something."""
    return float(f"{value:.4g}")
