"""What a list looks like once it is open, and how much of one is taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MEGABYTE = 1024 * 1024
MOST_BYTES = 100 * MEGABYTE
MOST_UNPACKED = 400 * MEGABYTE
MOST_COLUMNS = 200
MOST_ROWS = 100_000
LONGEST_CELL = 4000
LOOKED_AT = 40
"""How many rows at the top are looked at to find the headers."""


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """One row: its number as a spreadsheet shows it and its cells. `long`: it has more cells than there are headers."""

    number: int
    cells: list[str]
    long: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """How the file was read, to be told: a guess is called one."""

    kind: str
    encoding: str = ""
    delimiter: str = ""
    guessed: bool = False
    above: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class Table:
    """Headers and, once, the rows under them. `headers` are unique and never empty."""

    headers: tuple[str, ...]
    rows: Iterable[Row]
    shape: Shape
