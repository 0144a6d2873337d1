"""How a delivery is signed: HMAC-SHA256 (RFC 2104) over when it was sent and every byte of it.

docs/operations.md says how the other end checks it. The time is part of what is signed, so an old delivery cannot be
played again once the window is over; its id, which stays the same at every attempt, tells one within it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

ID, TIME, SIGNATURE = "Keepwell-Id", "Keepwell-Timestamp", "Keepwell-Signature"
PREFIX = "kwh_"


def new_key() -> str:
    """A key of 256 bits, as text to be copied once."""
    return PREFIX + secrets.token_urlsafe(32)


def headers(key: str, event: str, at: int, body: bytes) -> dict[str, str]:
    """What stands beside a body: its id, when it was sent, and the signature over both."""
    signed = hmac.new(key.encode(), f"{event}.{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {ID: event, TIME: str(at), SIGNATURE: f"v1={signed}"}
