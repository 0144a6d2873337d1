"""What a file is, from its own bytes: never from its name or from what a browser or carrier calls it."""

from __future__ import annotations

from collections.abc import Mapping

PDF, PNG, JPEG, TIFF = "application/pdf", "image/png", "image/jpeg", "image/tiff"
BEGINS: Mapping[bytes, str] = {
    b"%PDF-": PDF, b"\x89PNG\r\n\x1a\n": PNG, b"\xff\xd8\xff": JPEG, b"II*\x00": TIFF, b"MM\x00*": TIFF,
}  # fmt: skip
SUFFIX: Mapping[str, str] = {PDF: "pdf", PNG: "png", JPEG: "jpg", TIFF: "tif"}
HEAD = 64 * 1024
"""Bytes from the start that are enough to tell, and to find how large a picture is."""


def type_of(head: bytes) -> str | None:
    """The type of a file that begins so; None when it is none we keep."""
    return next((kind for begins, kind in BEGINS.items() if head.startswith(begins)), None)


def pixels(head: bytes) -> int | None:
    """How many pixels a PNG or JPEG says it has, so that a small file cannot swell in somebody's browser."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return _number(head, 16, 4) * _number(head, 20, 4) if head[12:16] == b"IHDR" else None
    if head.startswith(b"\xff\xd8"):
        return _jpeg(head)
    return None


def _jpeg(head: bytes) -> int | None:
    """Walks JPEG's segments to the frame header (ITU T.81 § B.2.2)."""
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return _number(head, at + 5, 2) * _number(head, at + 7, 2)
        at += 2 if marker == 0xFF or 0xD0 <= marker <= 0xD9 else 2 + _number(head, at + 2, 2)
    return None


def _number(head: bytes, at: int, size: int) -> int:
    return int.from_bytes(head[at : at + size], "big")
