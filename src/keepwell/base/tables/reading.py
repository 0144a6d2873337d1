"""A file of unknown make → headers and rows. What cannot be read is refused by name, before anything of it is kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import BinaryIO

from keepwell.base.refusal import Refusal
from keepwell.base.tables import delimited, workbook
from keepwell.base.tables.shapes import (
    LONGEST_CELL,
    LOOKED_AT,
    MEGABYTE,
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_ROWS,
    Row,
    Shape,
    Table,
)
from keepwell.base.tables.writing import bare

Known = Callable[[str], bool]
_VALUE = re.compile(r"[\d\s().+/:#-]*\d[\d\s().+/:#-]*|\S+@\S+\.\S+")


def read(file: BinaryIO, known: Known) -> Table:
    """Opens a list; `known` says whether words are the header of something. The rows can be gone through once.

    Raises Refusal FILE_TOO_LARGE, FILE_OLD_EXCEL, FILE_ENCRYPTED, FILE_SWELLS, FILE_NOT_TABLE, TABLE_EMPTY,
    TABLE_NO_HEADER, TABLE_TOO_WIDE; while going through the rows TABLE_TOO_LONG.
    """
    raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise Refusal("FILE_TOO_LARGE", limit=f"{MOST_BYTES // MEGABYTE} MB")
    workbook.refuse_old(raw)
    if raw.startswith(workbook.ZIP):
        return _table(workbook.records(raw), Shape("excel"), known)
    encoding, guessed = delimited.encoding_of(raw)
    delimiter = delimited.delimiter_of(delimited.sample_of(raw, encoding))
    return _table(delimited.records(raw, encoding, delimiter), Shape("csv", encoding, delimiter, guessed), known)


def _table(records: Iterator[list[str]], shape: Shape, known: Known) -> Table:
    top = [[_clean(cell) for cell in record] for record in islice(records, LOOKED_AT)]
    if not any(any(record) for record in top):
        raise Refusal("TABLE_EMPTY")
    at = _header(top, known)
    headers = _unique(_without_tail(top[at]))
    if len(headers) > MOST_COLUMNS:
        raise Refusal("TABLE_TOO_WIDE", limit=MOST_COLUMNS)
    rest = chain(top[at + 1 :], ([_clean(cell) for cell in record] for record in records))
    told = Shape(shape.kind, shape.encoding, shape.delimiter, shape.guessed, at)
    return Table(headers, _rows(rest, at + 2, len(headers)), told)


def _rows(records: Iterator[list[str]], first: int, width: int) -> Iterator[Row]:
    taken = 0
    for number, record in enumerate(records, start=first):
        if not any(record):
            continue
        taken += 1
        if taken > MOST_ROWS:
            raise Refusal("TABLE_TOO_LONG", limit=f"{MOST_ROWS:,}")
        short = record[:width]
        yield Row(number, short + [""] * (width - len(short)), any(record[width:]))


def _header(top: list[list[str]], known: Known) -> int:
    "The row that names most columns; else the first that fills the width and looks like no data."
    named = [sum(known(cell) for cell in record if cell) for record in top[: LOOKED_AT // 2]]
    best = max(range(len(named)), key=lambda n: (named[n], -n))
    if named[best] >= 2:
        return best
    width = Counter(sum(map(bool, record)) for record in top if any(record)).most_common(1)[0][0]
    for number, record in enumerate(top):
        filled = [cell for cell in record if cell]
        if filled and len(filled) >= width * 0.6:
            if any(_VALUE.fullmatch(cell) for cell in filled):
                raise Refusal("TABLE_NO_HEADER")
            return number
    raise Refusal("TABLE_NO_HEADER")


def _without_tail(record: list[str]) -> list[str]:
    "Spreadsheets often keep empty cells at the end of a row."
    last = max((n for n, cell in enumerate(record) if cell), default=-1)
    return record[: last + 1]


def _unique(record: list[str]) -> tuple[str, ...]:
    seen: Counter[str] = Counter()
    out = []
    for number, cell in enumerate(record, start=1):
        name = cell or f"Column {number}"
        seen[name] += 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(out)


def _clean(cell: str) -> str:
    return bare(cell.replace("\0", "").strip())[: LONGEST_CELL + 1]
