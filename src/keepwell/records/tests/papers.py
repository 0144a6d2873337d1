"""Documents for tests: small files that really are what they say, and some that are not."""

from __future__ import annotations

import struct
import zlib

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
ZIP = b"PK\x03\x04" + bytes(64)
HTML = b"<html><script>alert(1)</script></html>"


def png(width: int = 3, height: int = 2) -> bytes:
    """A picture in one gray, of that size; its rows are left out when it only claims to be large."""
    rows = b"".join(b"\x00" + bytes([180]) * width for _ in range(height)) if width * height < 10_000 else b""
    head = struct.pack("!IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _piece(b"IHDR", head) + _piece(b"IDAT", zlib.compress(rows)) + _piece(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    """The beginning of a JPEG that says it is so large."""
    app0 = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    return b"\xff\xd8" + app0 + b"\xff\xc0\x00\x11\x08" + struct.pack("!HH", height, width) + bytes(10)


def behind(picture: bytes, segments: int = 1) -> bytes:
    """A JPEG whose frame header comes after so many segments of 64 KB (APP2, as color profiles are)."""
    return picture[:2] + (b"\xff\xe2\xff\xff" + bytes(0xFFFD)) * segments + picture[2:]


def tiff(*pages: tuple[int, int], order: str = "<", back: bool = False) -> bytes:
    """A TIFF of pages that say they are so large; `back`: the last one leads to the first again."""
    said = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8)
    for at, (width, height) in enumerate(pages):
        last = at == len(pages) - 1
        following = (8 if back else 0) if last else len(said) + 2 + 24 + 4
        said += struct.pack(f"{order}H", 2)
        said += struct.pack(f"{order}HHII", 256, 4, 1, width) + struct.pack(f"{order}HHII", 257, 4, 1, height)
        said += struct.pack(f"{order}I", following)
    return said


def _piece(kind: bytes, data: bytes) -> bytes:
    return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))
