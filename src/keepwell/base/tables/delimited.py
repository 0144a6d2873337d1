"""CSV as systems really write it: four delimiters, four encodings, newlines inside quotes (after RFC 4180)."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator

from keepwell.base.refusal import Refusal
from keepwell.base.tables.shapes import LOOKED_AT

DELIMITERS = (",", ";", "\t", "|")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SAMPLE = 256 * 1024
_STEP = 1024 * 1024


def encoding_of(raw: bytes) -> tuple[str, bool]:
    """The encoding, and whether it is only a guess. Raises Refusal FILE_NOT_TABLE for what is no text."""
    for mark, name in _BOMS:
        if raw.startswith(mark):
            return _certain(raw, name)
    if b"\0" in raw[:_SAMPLE]:
        return _certain(raw, _wide(raw[:_SAMPLE]))
    try:
        _decodes(raw, "utf-8")
    except UnicodeDecodeError:
        return _western(raw), True
    return "utf-8", False


def delimiter_of(sample: str) -> str:
    """What stands between the cells: the one that cuts most rows into the same number of cells, more than one."""
    best, worth = DELIMITERS[0], 0
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in _some(sample, delimiter) if len(row) > 1)
        most = max((count * width for width, count in widths.items()), default=0)
        if most > worth:
            best, worth = delimiter, most
    return best


def records(raw: bytes, encoding: str, delimiter: str) -> Iterator[list[str]]:
    """The rows as written. Raises Refusal FILE_NOT_TABLE."""
    with io.TextIOWrapper(io.BytesIO(raw), encoding=encoding, newline="") as text:
        try:
            yield from csv.reader(text, delimiter=delimiter)
        except (csv.Error, UnicodeDecodeError):
            raise Refusal("FILE_NOT_TABLE") from None


def sample_of(raw: bytes, encoding: str) -> str:
    """The beginning, to look at; a character cut in two at its end is left out."""
    decoder = codecs.getincrementaldecoder(encoding)()
    return decoder.decode(raw[:_SAMPLE], final=False)


def _some(sample: str, delimiter: str) -> Iterator[list[str]]:
    try:
        for number, row in enumerate(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)):
            if number >= LOOKED_AT:
                return
            yield row
    except csv.Error:
        return


def _certain(raw: bytes, name: str) -> tuple[str, bool]:
    try:
        _decodes(raw, name)
    except UnicodeError:
        raise Refusal("FILE_NOT_TABLE") from None
    return name, False


def _decodes(raw: bytes, name: str) -> None:
    decoder = codecs.getincrementaldecoder(name)()
    for at in range(0, len(raw), _STEP):
        decoder.decode(raw[at : at + _STEP], final=at + _STEP >= len(raw))


def _wide(sample: bytes) -> str:
    "UTF-16 without a mark: in Western text every other byte is zero."
    low, high = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if max(low, high) < half * 0.4:
        raise Refusal("FILE_NOT_TABLE")
    return "utf-16-le" if high > low else "utf-16-be"


def _western(raw: bytes) -> str:
    "Windows-1252 leaves five bytes without a meaning; text in it has none of them, and hardly a control character."
    if any(raw.count(byte) for byte in (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")):
        raise Refusal("FILE_NOT_TABLE")
    if sum(raw[:_SAMPLE].count(bytes([c])) for c in (1, 2, 3, 4, 5, 6, 7, 8, 14, 15, 16)) > 4:
        raise Refusal("FILE_NOT_TABLE")
    return "cp1252"
