"""What a file is, from its own bytes: never from its name or from what a browser or carrier calls it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

PDF, PNG, JPEG, TIFF = "application/pdf", "image/png", "image/jpeg", "image/tiff"
BEGINS: Mapping[bytes, str] = {
    b"%PDF-": PDF, b"\x89PNG\r\n\x1a\n": PNG, b"\xff\xd8\xff": JPEG, b"II*\x00": TIFF, b"MM\x00*": TIFF,
}  # fmt: skip
MAIL = "message/rfc822"
"""An e-mail kept whole: nothing shows it, it can only be saved."""
SUFFIX: Mapping[str, str] = {PDF: "pdf", PNG: "png", JPEG: "jpg", TIFF: "tif", MAIL: "eml"}
SHOWN = frozenset({PDF, PNG, JPEG})
"""What a browser shows where it stands."""
PICTURES = frozenset({PNG, JPEG, TIFF})
WAV, MP3, OGG = "audio/wav", "audio/mpeg", "audio/ogg"
HEAD = 64 * 1024
"""Bytes from the start that are enough to tell what it is."""
MOST_PAGES = 2000
"""Pages of one TIFF: a fax has far fewer."""


def type_of(head: bytes) -> str | None:
    """The type of a file that begins so; None when it is none we keep."""
    return next((kind for begins, kind in BEGINS.items() if head.startswith(begins)), None)


def sound_of(head: bytes) -> str | None:
    """The type of a recording that begins so; None when it is none we keep."""
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return WAV
    if head.startswith(b"OggS"):
        return OGG
    frame = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2  # MPEG audio, layer III (ISO/IEC 11172-3)
    return MP3 if frame or head.startswith(b"ID3") else None


def pixels(content: bytes) -> int | None:
    """How many pixels a picture says its largest page has, so that a small file cannot swell where it is shown.

    None where it does not say, or says it in a way that two programs could read differently.
    """
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        found = _number(content, 16, 4) * _number(content, 20, 4) if content[12:16] == b"IHDR" else 0
    elif content.startswith(b"\xff\xd8"):
        found = _jpeg(content)
    else:
        found = _tiff(content) if type_of(content) == TIFF else 0
    return found or None


def _jpeg(content: bytes) -> int:
    """Walks JPEG's segments to the frame header (ITU T.81 § B.2.2), however many stand before it."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return _number(content, at + 5, 2) * _number(content, at + 7, 2)
        if marker == 0xFF:
            at += 1
        elif marker == 0x01 or 0xD0 <= marker <= 0xD8:
            at += 2
        else:
            at += 2 + _number(content, at + 2, 2)
    return 0


def _tiff(content: bytes) -> int:
    """Walks TIFF's pages (TIFF 6.0 § 2) for the largest; 0 if one has no size, lies outside, or leads back."""
    order: Literal["little", "big"] = "little" if content[:1] == b"I" else "big"
    at, largest, walked = _number(content, 4, 4, order), 0, set[int]()
    while at:
        entries = _number(content, at, 2, order)
        end = at + 2 + 12 * entries
        if at in walked or len(walked) >= MOST_PAGES or end + 4 > len(content):
            return 0
        walked.add(at)
        sides = [_side(content, entry, order) for entry in range(at + 2, end, 12)]
        wide, high = (max((size for tag, size in sides if tag == side), default=0) for side in (256, 257))
        if not wide * high:
            return 0
        largest, at = max(largest, wide * high), _number(content, end, 4, order)
    return largest


def _side(content: bytes, entry: int, order: Literal["little", "big"]) -> tuple[int, int]:
    """A field of a page: its tag, and its value where it is one short or long number."""
    size = {3: 2, 4: 4}.get(_number(content, entry + 2, 2, order), 0)
    return _number(content, entry, 2, order), _number(content, entry + 8, size, order)


def _number(content: bytes, at: int, size: int, order: Literal["little", "big"] = "big") -> int:
    return int.from_bytes(content[at : at + size], order)
