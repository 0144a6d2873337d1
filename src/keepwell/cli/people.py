"""The made-up people of the demo and what each signs in with. Generated for one machine, kept beside its keys.

Nobody outside a demo is in this file: `keepwell seed-demo` writes it, and refuses an installation that is not a demo.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
import time
from base64 import b32decode
from dataclasses import asdict, dataclass

from keepwell.operations.files import write_whole
from keepwell.operations.places import Places

FILE = "demo-people.json"


@dataclass(frozen=True)
class Somebody:
    """One member of staff, made up. `totp` is the authenticator's secret in base32."""

    name: str
    practice: str
    role: str
    email: str
    password: str
    totp: str

    def code(self, at: float | None = None) -> str:
        """The six digits their authenticator would show (RFC 6238, 30 seconds, SHA-1)."""
        key = b32decode(self.totp.upper() + "=" * (-len(self.totp) % 8))
        digest = hmac.digest(key, struct.pack(">Q", int(time.time() if at is None else at) // 30), hashlib.sha1)
        offset = digest[-1] & 15
        number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
        return f"{number % 1_000_000:06d}"


def write(places: Places, people: list[Somebody]) -> None:
    """Keep them for the next run."""
    text = json.dumps([asdict(person) for person in people], indent=1, ensure_ascii=False)
    write_whole(places.keys / FILE, text + "\n", 0o600)


def read(places: Places) -> list[Somebody]:
    """Everybody who was seeded; nobody before that."""
    try:
        return [Somebody(**facts) for facts in json.loads((places.keys / FILE).read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return []


def listed(people: list[Somebody]) -> str:
    """Who may sign in, as lines for a terminal."""
    lines = []
    for practice in dict.fromkeys(person.practice for person in people):
        lines.append(f"\n{practice}")
        lines += [
            f"  {p.role.replace('_', ' '):<20} {p.email:<34} {p.password:<26} authenticator {p.totp}"
            for p in people
            if p.practice == practice
        ]
    return "\n".join(lines)
