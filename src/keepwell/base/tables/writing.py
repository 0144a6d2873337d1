"""Rows back out for a spreadsheet, where a cell that begins like a formula would be run (CWE-1236)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def safe(cell: str) -> str:
    """The cell as text only: with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if cell.lstrip(" '").startswith(_FORMULA) else cell


def bare(cell: str) -> str:
    """The cell without the apostrophe that `safe` put there."""
    return cell[1:] if cell.startswith("'") and cell[1:].lstrip(" '").startswith(_FORMULA) else cell


def write(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """CSV that spreadsheets open as UTF-8 with every cell as text."""
    return (lines([headers]) + lines(rows)).encode("utf-8-sig")


def lines(rows: Iterable[Sequence[str]]) -> str:
    """Rows by themselves, for a file that is written piece by piece."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([safe(cell) for cell in row] for row in rows)
    return out.getvalue()
