"""Malware screening of what comes in (45 CFR § 164.308(a)(5)(ii)(B)), by ClamAV's daemon where there is one.

KEEPWELL_CLAMAV names it: `unix:/run/clamav/clamd.ctl`, or `host:port` on this machine or in this network. Set, it
decides: what it cannot answer for is not kept. Unset, the type of each file is checked and nothing else is claimed.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterable

from keepwell.base.refusal import Refusal

SECONDS = 30.0
PIECE = 1 << 16


def screened(chunks: Iterable[bytes]) -> str:
    """What screened a file and found it clean, or "" where nothing screens here.

    Raises Refusal FILE_QUARANTINED, SCANNER_UNAVAILABLE.
    """
    where = os.environ.get("KEEPWELL_CLAMAV", "")
    if not where:
        return ""
    try:
        with _connected(where) as clamd:
            answer = _asked(clamd, chunks)
    except OSError:
        raise Refusal("SCANNER_UNAVAILABLE") from None
    if answer == "stream: OK":
        return "ClamAV"
    if answer.endswith("FOUND"):
        raise Refusal("FILE_QUARANTINED", field="file")
    raise Refusal("SCANNER_UNAVAILABLE")


def _connected(where: str) -> socket.socket:
    if where.startswith("unix:"):
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(SECONDS)
        try:
            link.connect(where.removeprefix("unix:"))
        except OSError:
            link.close()
            raise
        return link
    host, _, port = where.rpartition(":")
    return socket.create_connection((host, int(port) if port.isdecimal() else 3310), timeout=SECONDS)


def _asked(clamd: socket.socket, chunks: Iterable[bytes]) -> str:
    """clamd's INSTREAM: pieces with their length before them, an empty one last; one line comes back."""
    clamd.sendall(b"zINSTREAM\0")
    for chunk in chunks:
        for at in range(0, len(chunk), PIECE):
            piece = chunk[at : at + PIECE]
            clamd.sendall(struct.pack("!L", len(piece)) + piece)
    clamd.sendall(struct.pack("!L", 0))
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < 4096:
        more = clamd.recv(4096)
        if not more:
            break
        answer += more
    return answer.rstrip(b"\0\n").decode("ascii", "replace")
