"""Excel workbooks (ECMA-376): the values of the first sheet that holds any. Formulas give the value last computed.

What a workbook unpacks to is counted first. openpyxl parses with defusedxml, which refuses every entity: only through
those can XML name files, reach the network or grow (CWE-776, CWE-611).
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl

from keepwell.base.refusal import Refusal
from keepwell.base.tables.shapes import MEGABYTE, MOST_COLUMNS, MOST_UNPACKED

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    ParseError,
    KeyError,
    ValueError,
    IndexError,
    TypeError,
    OSError,
)


def refuse_old(raw: bytes) -> None:
    """Raises Refusal FILE_ENCRYPTED or FILE_OLD_EXCEL for what Excel keeps in its old container."""
    if raw.startswith(OLE):
        raise Refusal("FILE_ENCRYPTED" if _LOCKED in raw else "FILE_OLD_EXCEL")


def records(raw: bytes) -> Iterator[list[str]]:
    """The rows of the first sheet that has any. Raises Refusal FILE_SWELLS, FILE_ENCRYPTED, FILE_NOT_TABLE."""
    _require_sound(raw)
    try:
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            found = False
            for row in sheet.iter_rows(max_col=MOST_COLUMNS + 1):
                found = True
                yield [_text(cell) for cell in row]
            if found:
                return
    except _BROKEN:
        raise Refusal("FILE_NOT_TABLE") from None


def _require_sound(raw: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            members = packed.infolist()
            if any(member.flag_bits & 1 for member in members):
                raise Refusal("FILE_ENCRYPTED")
            if sum(member.file_size for member in members) > MOST_UNPACKED:
                raise Refusal("FILE_SWELLS", limit=f"{MOST_UNPACKED // MEGABYTE} MB")
            names = {member.filename for member in members}
            if "xl/workbook.bin" in names:
                raise Refusal("FILE_OLD_EXCEL")
            if "xl/workbook.xml" not in names:
                raise Refusal("FILE_NOT_TABLE")
    except _BROKEN:
        raise Refusal("FILE_NOT_TABLE") from None


def _text(cell: Any) -> str:
    "What a person sees in the cell, in a form that reads the same everywhere."
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        shown = str(cell.number_format or "")
        return str(value).zfill(len(shown)) if shown and set(shown) == {"0"} else str(value)
    return str(value)
